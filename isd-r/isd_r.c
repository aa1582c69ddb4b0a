#include "isd-r/isd_r.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "fs/domain/fci.h"
#include "isd-r/state.h"

#define TAG_PROPRIETARY_TEMPLATE 0xE0 /* ISDRProprietaryApplicationTemplate */
#define TAG_IOT_TEMPLATE 0xE1         /* ISDRProprietaryApplicationTemplateIoT */
#define TEMPLATES_MAX 32

/* AIDs: SGP.22 §2.4.3, §2.4.4. Rules: { pprIds {ppr1, ppr2}, allowedOperators {{mccMnc any, gid1
 * any, gid2 any}}, pprFlags {} }. */
static const uint8_t default_rules[] = {0x30, 0x14, 0x80, 0x02, 0x05, 0x60, 0xA1, 0x0B,
                                        0x30, 0x09, 0x80, 0x03, 0xEE, 0xEE, 0xEE, 0x81,
                                        0x00, 0x82, 0x00, 0x82, 0x01, 0x00};

const struct isd_r_settings isd_r_settings_default = {
    .info = &euicc_info_default,
    .aids = {{{0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00,
               0x01, 0x00},
              FILE_AID_MAX}},
    .aid_count = 1,
    .ecasd_aid = {{0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x89, 0x00,
                   0x00, 0x02, 0x00},
                  FILE_AID_MAX},
    .first_notification = 1,
    .segment_max = ISD_R_SEGMENT_MAX,
    .rules = {default_rules, sizeof(default_rules)},
};

static int load(struct isd_r *isd_r)
{
    int result = registry_load(isd_r->store, &isd_r->registry);
    if (result == 0)
        result = profile_state_load(isd_r);
    return result == 0 ? notification_load(isd_r->store, isd_r->settings->first_notification,
                                           &isd_r->notification)
                       : result;
}

int isd_r_create(struct store *store, struct random *random, const struct isd_r_settings *settings,
                 struct isd_r **out)
{
    struct isd_r *isd_r = calloc(1, sizeof(*isd_r));
    if (isd_r == NULL)
        return FAILURE_INTERNAL;
    isd_r->store = store;
    isd_r->random = random;
    isd_r->settings = settings;
    isd_r->info = settings->info;
    int result = credentials_load(store, &isd_r->credentials);
    if (result == 0)
        result = load(isd_r);
    if (result != 0) {
        isd_r_destroy(isd_r);
        return result;
    }
    *out = isd_r;
    return 0;
}

void isd_r_destroy(struct isd_r *isd_r)
{
    if (isd_r == NULL)
        return;
    isd_r_reset(isd_r);
    registry_finish(&isd_r->registry);
    credentials_finish(&isd_r->credentials);
    free(isd_r);
}

void isd_r_reset(struct isd_r *isd_r)
{
    bpp_forget(isd_r);
    rsp_session_end(&isd_r->session);
    store_data_finish(&isd_r->assembly);
    isd_r->wish = (struct isd_r_wish){0};
    isd_r->locked = false;
}

bool isd_r_has_quirk(const struct isd_r *isd_r, uint32_t quirk)
{
    return (isd_r->settings->quirks & quirk) != 0;
}

int isd_r_rollback(struct isd_r *isd_r)
{
    isd_r_reset(isd_r);
    return load(isd_r);
}

void isd_r_watch(struct isd_r *isd_r, const struct checkpoint_watch *watch)
{
    isd_r->watch = watch;
}

struct isd_r_wish isd_r_take_wish(struct isd_r *isd_r)
{
    const struct isd_r_wish wish = isd_r->wish;
    isd_r->wish = (struct isd_r_wish){0};
    return wish;
}

uint32_t isd_r_enabled_profile(const struct isd_r *isd_r)
{
    const struct registry_profile *enabled = registry_enabled(&isd_r->registry);
    return enabled != NULL ? enabled->id : 0;
}

const uint8_t *isd_r_eid(const struct isd_r *isd_r)
{
    return isd_r->credentials.eid;
}

void isd_r_set_terminal(struct isd_r *isd_r, struct isd_r_terminal terminal)
{
    isd_r->terminal = terminal;
}

int isd_r_refreshed(struct isd_r *isd_r, bool done)
{
    return done ? profile_state_carry_out(isd_r) : profile_state_forget(isd_r);
}

/* The first of its AIDs that fits, or NULL. */
static const struct isd_r_aid *find_aid(const struct isd_r *isd_r, struct bytes asked_for)
{
    const struct isd_r_settings *settings = isd_r->settings;
    for (size_t i = 0; i < settings->aid_count; i++)
        if (fci_matches(bytes_of(settings->aids[i].data, settings->aids[i].len), asked_for))
            return &settings->aids[i];
    return NULL;
}

static bool matches(void *state, const struct apdu *select, struct bytes aid)
{
    const struct isd_r *isd_r = state;
    (void)select;
    if (isd_r_has_quirk(isd_r, ISD_R_QUIRK_HIDDEN) && !isd_r->terminal.capable)
        return false;
    return find_aid(isd_r, aid) != NULL;
}

/* The template that LPAs look for (SGP.22 §5.7.1), and the one for IPAs. No public text says
 * whether both may stand side by side: each looks for its own. */
static void put_templates(const struct isd_r *isd_r, struct writer *out)
{
    const bool enabled = isd_r_enabled_profile(isd_r) != 0;
    size_t mark = tlv_open(out, TAG_PROPRIETARY_TEMPLATE);
    euicc_info_put_template(isd_r->info, enabled, out);
    tlv_close(out, mark);
    if (euicc_info_iot(isd_r->info) <= EUICC_INFO_IOT_1_0)
        return;
    mark = tlv_open(out, TAG_IOT_TEMPLATE);
    euicc_info_put_iot_template(enabled, out);
    tlv_close(out, mark);
}

static int select_isd_r(void *state, const struct apdu *select, struct bytes aid,
                        struct writer *response)
{
    const struct isd_r *isd_r = state;
    if (isd_r_has_quirk(isd_r, ISD_R_QUIRK_BASIC_CHANNEL) && select->channel != 0)
        return SW_CHANNEL_NOT_SUPPORTED;
    const struct isd_r_aid *own = find_aid(isd_r, aid);
    uint8_t room[TEMPLATES_MAX];
    struct writer templates = writer_on(room, sizeof(room));
    if (own == NULL)
        return SW_FILE_NOT_FOUND;
    put_templates(isd_r, &templates);
    const struct fci fci = {.aid = bytes_of(own->data, own->len),
                            .extra = writer_bytes(&templates)};
    return fci_answer(&fci, select, response);
}

/* clang-format off */
static const struct command_row rows[] = {
    { "STORE DATA", 0x80, 0xE2, APDU_CASE_3 | APDU_CASE_4, store_data_handle, "SGP.22 §5.7.2" },
};
/* clang-format on */

const struct application isd_r_application = {
    .name = "ISD-R",
    .commands = {rows, sizeof(rows) / sizeof(rows[0])},
    .matches = matches,
    .select = select_isd_r,
};
