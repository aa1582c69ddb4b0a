#include "card/startup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/leftovers.h"
#include "card/personality/factory.h"
#include "card/personality/personality_store.h"
#include "fs/domain/domain.h"
#include "fs/profile/blob.h"

#define OWN_PKI_FOLDER "pki"
#define EIM_FILE_MAX (1 << 15)

/* What a first start makes in the state folder. */
static const char *const own_files[] = {
    STORE_FILE, STORE_FILE "-wal", STORE_FILE "-shm", STORE_FILE "-journal", OWN_PKI_FOLDER, NULL};

/* The folder of a file, with the slash at its end; "" for a name that has none. */
static void folder_of(const char *file, char folder[PATH_MAX])
{
    const char *slash = file != NULL ? strrchr(file, '/') : NULL;
    snprintf(folder, PATH_MAX, "%.*s", slash != NULL ? (int)(slash + 1 - file) : 0,
             file != NULL ? file : "");
}

/* The personality's profiles, then those that are asked for. */
static int install_all(const struct startup_plan *plan, struct card *card)
{
    char folder[PATH_MAX];
    int result = 0;
    folder_of(plan->personality, folder);
    for (size_t i = 0; i < card->personality.profile_count && result == 0; i++)
        result = factory_install(card->personality.profiles[i], folder, card->isd_r);
    for (size_t i = 0; i < plan->install_count && result == 0; i++)
        result = factory_install(plan->install[i], "", card->isd_r);
    if (result != 0)
        return result;
    domain_set_profile(&card->domains, isd_r_enabled_profile(card->isd_r));
    return uicc_load(&card->uicc, isd_r_enabled_profile(card->isd_r));
}

static int associate(const struct startup_plan *plan, struct card *card)
{
    char name[PATH_MAX];
    struct blob file;
    if (plan->eim == NULL)
        return 0;
    snprintf(name, sizeof(name), "--eim %s", plan->eim);
    int result = blob_read_file(plan->eim, EIM_FILE_MAX, &file);
    if (result > 0)
        trace_error("%s: %s", name, strerror(ENOENT));
    if (result != 0)
        return FAILURE_INTERNAL;
    result = isd_r_factory_eim(card->isd_r, blob_bytes(&file), name);
    blob_finish(&file);
    return result > 0 ? FAILURE_INTERNAL : result;
}

struct provision {
    struct store *store;
    struct startup_sample *sample;
};

static int put_value(void *context, const char *name, struct bytes value)
{
    const struct provision *provision = context;
    if (provision->sample != NULL)
        births_put_value(&provision->sample->values, name, value);
    return store_put(provision->store, name, value);
}

static int provision(const struct startup_plan *plan, const struct identity_plan *identity,
                     struct card *card)
{
    struct provision provision = {card->store, plan->sample};
    if (plan->sample != NULL)
        plan->sample->variant = identity->variant;
    return identity_values(identity, &card->random, put_value, &provision);
}

static int first_start(const struct startup_plan *plan, const uint8_t *eid, struct card *card)
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
    int result = provision(plan, &identity, card);
    if (result == 0)
        result = card_start(card);
    if (result == 0)
        result = install_all(plan, card);
    if (result == 0)
        result = associate(plan, card);
    return result == 0 ? store_commit(card->store) : result;
}

static bool fits_pki(const struct startup_plan *plan, struct store *store)
{
    return plan->issuers != NULL ? identity_fits_issuers(plan->pki, plan->issuers, store)
                                 : identity_fits(plan->pki, store);
}

static int later_start(const struct startup_plan *plan, const uint8_t *eid, struct card *card)
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
    if (plan->pki != NULL && !fits_pki(plan, card->store))
        return FAILURE_INTERNAL;
    if ((plan->install_count > 0 || plan->eim != NULL) && !plan->is_one_of_many)
        trace_notice(
            "%s: the chip in %s exists already, and only its first start takes it; start a "
            "new chip in another --state, or use an LPA or IPA",
            plan->install_count > 0 ? "--install" : "--eim", plan->state);
    return store_commit(card->store); /* another personality */
}

static bool is_readable_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (folder != NULL)
        closedir(folder);
    return folder != NULL;
}

bool startup_check_eid(const char *digits)
{
    uint8_t eid[PKI_EID_SIZE];
    return pki_eid_read("--eid ", digits, eid) == 0;
}

bool startup_check_profile(const char *text)
{
    if (factory_is_profile(text))
        return true;
    trace_error("--install %s: a profile is " FACTORY_FORM, text);
    return false;
}

static int check_extras(const struct startup_plan *plan)
{
    for (size_t i = 0; i < plan->install_count; i++)
        if (!startup_check_profile(plan->install[i]))
            return FAILURE_INTERNAL;
    if (plan->pki != NULL && !is_readable_folder(plan->pki)) {
        trace_error("--pki %s: %s; 'emuicc-pki DIR' makes a PKI", plan->pki, strerror(errno));
        return FAILURE_INTERNAL;
    }
    return 0;
}

int startup_check(const struct startup_plan *plan)
{
    const int result = check_extras(plan);
    return result == 0 && plan->personality != NULL ? personality_store_check(plan->personality)
                                                    : result;
}

/* A farm keeps its chips in memory while their stores are closed: it would go on with what it has.
 */
static bool is_of_running_farm(const char *state)
{
    char farm[PATH_MAX], path[PATH_MAX];
    if (!births_farm_of(state, farm) ||
        snprintf(path, sizeof(path), "%s/" STARTUP_FARM_LOCK, farm) >= (int)sizeof(path))
        return false;
    const int lock = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (lock < 0)
        return false;
    const bool held = flock(lock, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(lock);
    return held;
}

/* Whatever can be checked before the chip is opened. */
static int check_plan(const struct startup_plan *plan, uint8_t eid[PKI_EID_SIZE])
{
    if (plan->state[0] == '\0') {
        trace_error("--state: it names no folder");
        return FAILURE_INTERNAL;
    }
    if (!plan->is_one_of_many && is_of_running_farm(plan->state)) {
        trace_error("--state %s: an emuicc-farm runs with this chip; emuicc-ctl and emuicc-lpa "
                    "--direct reach it there",
                    plan->state);
        return FAILURE_INTERNAL;
    }
    if (plan->eid != NULL && pki_eid_read("--eid ", plan->eid, eid) != 0)
        return FAILURE_INTERNAL;
    return check_extras(plan);
}

static int open_or_make(const struct startup_plan *plan, uint8_t eid[PKI_EID_SIZE],
                        struct card *card)
{
    int result = card_open_in(card, plan->group, plan->state);
    if (plan->seed != NULL)
        random_init_seeded(&card->random, bytes_of_text(plan->seed));
    if (result == 0)
        result = personality_store_choose(card->store, plan->personality, &card->personality);
    if (result != 0)
        return result;
    const uint8_t *asked = plan->eid != NULL           ? eid
                           : card->personality.has_eid ? card->personality.eid
                                                       : NULL;
    return store_is_new(card->store) ? first_start(plan, asked, card)
                                     : later_start(plan, asked, card);
}

/* A chip of many whose store is there. */
static bool is_there(const struct startup_plan *plan)
{
    char path[PATH_MAX];
    return plan->is_one_of_many &&
           snprintf(path, sizeof(path), "%s/" STORE_FILE, plan->state) < (int)sizeof(path) &&
           access(path, F_OK) == 0;
}

int startup_card(const struct startup_plan *plan, struct card *card)
{
    static const char *const no_files[] = {NULL};
    uint8_t eid[PKI_EID_SIZE];
    struct leftovers leftovers;
    *card = (struct card){0};
    if (check_plan(plan, eid) != 0 || (!plan->is_one_of_many && births_make_in(plan->state) != 0))
        return FAILURE_INTERNAL;
    if (is_there(plan)) /* nothing is made beside what a chip of many has */
        leftovers = (struct leftovers){.names = no_files, .was_there = {true}};
    else if (!leftovers_note(&leftovers, plan->state, own_files)) {
        trace_error("--state %s: the path is too long", plan->state);
        return FAILURE_INTERNAL;
    }
    if (!leftovers.was_there[0] && startup_check(plan) != 0)
        return FAILURE_INTERNAL;
    const int result = open_or_make(plan, eid, card);
    const bool is_ours = card->store != NULL; /* not another process's that makes it just now */
    if (result != 0) {
        card_close(card);
        if (is_ours)
            leftovers_remove(&leftovers);
    }
    return result;
}

int startup_reload(struct card *card)
{
    const struct atr before = card->personality.atr;
    card_stop(card);
    int result = personality_store_choose(card->store, NULL, &card->personality);
    if (result == 0)
        result = card_start(card);
    if (result == 0)
        result = store_commit(card->store);
    if (card->isd_r == NULL)
        card->presence = CARD_EJECTED;
    else if (card->presence == CARD_INSERTED && !bytes_equal(atr_bytes(&before), card_atr(card)))
        card->presence = CARD_REINSERTING;
    card->stale = false;
    const bool seen = card->seen; /* this reset is none that a reader has made */
    if (card->isd_r != NULL)
        card_power(card, CARD_RESET);
    card->seen = seen;
    return result;
}
