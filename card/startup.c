#include "card/birth.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/personality/factory.h"
#include "card/identity.h"
#include "card/personality/personality_memory.h"

#define OWN_PKI_FOLDER "pki"

/* The folder of a file, with the slash at its end; "" for a name that has none. */
static void folder_of(const char *file, char folder[PATH_MAX])
{
    const char *slash = file != NULL ? strrchr(file, '/') : NULL;
    snprintf(folder, PATH_MAX, "%.*s", slash != NULL ? (int)(slash + 1 - file) : 0,
             file != NULL ? file : "");
}

/* The personality's profiles, then those that are asked for. */
static int install_all(const struct birth_plan *plan, struct card *card)
{
    char folder[PATH_MAX];
    int result = 0;
    folder_of(plan->personality, folder);
    for (size_t i = 0; i < card->personality.profile_count && result == 0; i++)
        result = factory_install(card->personality.profiles[i], folder, card->isd_r);
    for (size_t i = 0; i < plan->install_count && result == 0; i++)
        result = factory_install(plan->install[i], "", card->isd_r);
    return result == 0 ? uicc_load(&card->uicc, isd_r_enabled_profile(card->isd_r)) : result;
}

static int first_start(const struct birth_plan *plan, const uint8_t *eid, struct card *card)
{
    char own[PATH_MAX];
    const struct personality *personality = &card->personality;
    struct identity_plan identity = {.pki = plan->pki, .own = plan->pki == NULL, .eid = eid};
    if (euicc_info_is_v3(&personality->info) && personality->variant >= 0)
        identity.variant = (enum pki_variant)personality->variant;
    if (identity.own) {
        if (snprintf(own, sizeof(own), "%s/" OWN_PKI_FOLDER, plan->state) >= (int)sizeof(own)) {
            trace_error("--state %s: the path is too long", plan->state);
            return FAILURE_INTERNAL;
        }
        identity.pki = own;
    }
    int result = identity_give(&identity, &card->random, card->store);
    if (result == 0)
        result = card_start(card);
    if (result == 0)
        result = install_all(plan, card);
    return result == 0 ? store_commit(card->store) : result;
}

static int later_start(const struct birth_plan *plan, const uint8_t *eid, struct card *card)
{
    char digits[PKI_EID_DIGITS + 1];
    const int result = card_start(card);
    if (result != 0)
        return result;
    pki_eid_to_text(isd_r_eid(card->isd_r), digits);
    if (eid != NULL && memcmp(eid, isd_r_eid(card->isd_r), PKI_EID_SIZE) != 0) {
        const char *option = plan->eid != NULL ? "--eid" : "--personality";
        trace_error("%s %s: the chip in %s has EID %s; leave %s out, or start a new chip in "
                    "another --state",
                    option, plan->eid != NULL ? plan->eid : plan->personality, plan->state, digits,
                    option);
        return FAILURE_INTERNAL;
    }
    if (plan->pki != NULL && !identity_fits(plan->pki, card->store))
        return FAILURE_INTERNAL;
    return store_commit(card->store); /* another personality */
}

static bool is_readable_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (folder != NULL)
        closedir(folder);
    return folder != NULL;
}

static int check_what_comes_along(const struct birth_plan *plan)
{
    for (size_t i = 0; i < plan->install_count; i++)
        if (!factory_is_profile(plan->install[i])) {
            trace_error("--install %s: a profile is " FACTORY_FORM, plan->install[i]);
            return FAILURE_INTERNAL;
        }
    if (plan->pki != NULL && !is_readable_folder(plan->pki)) {
        trace_error("--pki %s: %s", plan->pki, strerror(errno));
        return FAILURE_INTERNAL;
    }
    return 0;
}

/* What can be said of the options before the chip is looked at. */
static int check_plan(const struct birth_plan *plan, uint8_t eid[PKI_EID_SIZE])
{
    if (plan->state[0] == '\0') {
        trace_error("--state: it names no folder");
        return FAILURE_INTERNAL;
    }
    if (plan->eid != NULL && !pki_eid_from_text(plan->eid, eid)) {
        trace_error("--eid %s: an EID has 32 digits, the last two of which check the others",
                    plan->eid);
        return FAILURE_INTERNAL;
    }
    return check_what_comes_along(plan);
}

int birth_check(const struct birth_plan *plan)
{
    const int result = check_what_comes_along(plan);
    return result == 0 && plan->personality != NULL ? personality_memory_check(plan->personality)
                                                    : result;
}

int birth_card(const struct birth_plan *plan, struct card *card)
{
    uint8_t eid[PKI_EID_SIZE];
    *card = (struct card){0};
    if (check_plan(plan, eid) != 0)
        return FAILURE_INTERNAL;
    int result = card_open(card, plan->state);
    if (plan->seed != NULL)
        random_init_seeded(&card->random, bytes_of_text(plan->seed));
    if (result == 0)
        result = personality_memory_choose(card->store, plan->personality, &card->personality);
    if (result != 0)
        return result;
    const uint8_t *asked = plan->eid != NULL           ? eid
                           : card->personality.has_eid ? card->personality.eid
                                                       : NULL;
    return store_is_new(card->store) ? first_start(plan, asked, card)
                                     : later_start(plan, asked, card);
}

int birth_again(struct card *card)
{
    channel_reset(&card->channels);
    uicc_finish(&card->uicc);
    isd_r_destroy(card->isd_r);
    card->isd_r = NULL;
    int result = personality_memory_choose(card->store, NULL, &card->personality);
    if (result == 0)
        result = card_start(card);
    if (result == 0)
        result = store_commit(card->store);
    if (card->isd_r == NULL)
        card->place = CARD_OUT;
    else if (card->place == CARD_IN)
        card->place = CARD_PULLED;
    return result;
}
