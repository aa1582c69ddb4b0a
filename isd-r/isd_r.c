#include "isd-r/isd_r.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "fs/domain/fci.h"
#include "isd-r/download/bpp.h"
#include "isd-r/es10b_iot.h"
#include "isd-r/profiles/update_metadata.h"
#include "isd-r/state.h"
#include "isd-r/store_data.h"

#define TAG_PROPRIETARY_TEMPLATE 0xE0 /* ISDRProprietaryApplicationTemplate */
#define TAG_IOT_TEMPLATE 0xE1         /* ISDRProprietaryApplicationTemplateIoT */
#define TEMPLATES_MAX 32

static int load(struct isd_r *isd_r)
{
    int result = registry_load(&isd_r->registry);
    if (result == 0)
        result = profile_state_load(&isd_r->profiles);
    if (result == 0 && euicc_info_iot(isd_r->info) != EUICC_INFO_NOT_IOT)
        result = iot_memory_load(isd_r->store, &isd_r->iot_memory);
    return result == 0
               ? notification_load(&isd_r->notification, isd_r->settings->first_notification)
               : result;
}

/* What each wing works on. */
static void connect(struct isd_r *isd_r)
{
    isd_r->registry.store = isd_r->store;
    isd_r->notification.store = isd_r->store;
    isd_r->notification.random = isd_r->random;
    isd_r->notification.credentials = &isd_r->credentials;
    isd_r->profiles.registry = &isd_r->registry;
    isd_r->profiles.notification = &isd_r->notification;
    isd_r->profiles.info = isd_r->info;
    isd_r->profiles.terminal = &isd_r->terminal;
    isd_r->trust = (struct server_auth_trust){isd_r->store, &isd_r->credentials, isd_r->info};
    isd_r->download = (struct download){.session = &isd_r->session,
                                        .registry = &isd_r->registry,
                                        .notification = &isd_r->notification,
                                        .info = isd_r->info,
                                        .terminal = &isd_r->terminal,
                                        .eid = isd_r->credentials.eid,
                                        .segment_max = isd_r->settings->segment_max,
                                        .rules = &isd_r->settings->rules};
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
    connect(isd_r);
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
    bpp_forget(&isd_r->download);
    rsp_session_end(&isd_r->session);
    assembly_finish(&isd_r->assembly);
    (void)isd_r_take_wish(isd_r);
    isd_r->downloaded = (struct immediate_download){0};
    isd_r->locked = false;
}

int isd_r_rollback(struct isd_r *isd_r)
{
    isd_r_reset(isd_r);
    return load(isd_r);
}

void isd_r_watch(struct isd_r *isd_r, const struct checkpoint_watch *watch)
{
    isd_r->watch = watch;
    isd_r->download.watch = watch;
}

struct isd_r_wish isd_r_take_wish(struct isd_r *isd_r)
{
    struct profile_state *profiles = &isd_r->profiles;
    const struct isd_r_wish wish = {profiles->reload, profiles->refresh};
    profiles->reload = profiles->refresh = false;
    return wish;
}

uint32_t isd_r_enabled_profile(const struct isd_r *isd_r)
{
    const struct registry_profile *enabled = registry_enabled(&isd_r->registry);
    return enabled != NULL ? enabled->id : 0;
}

int isd_r_update_metadata(struct isd_r *isd_r, struct bytes request)
{
    const struct registry_profile *enabled = registry_enabled(&isd_r->registry);
    const struct update_metadata_support support = {isd_r->info->rsp_capability,
                                                    isd_r->terminal.enterprise};
    int answer;
    if (enabled == NULL)
        return SW_CONDITIONS_NOT_SATISFIED;
    const int result = update_metadata(&isd_r->registry, enabled, support, request, &answer);
    if (result != 0 || answer == UPDATE_METADATA_OK)
        return result < 0 ? result : result == 0 ? 0 : FAILURE_INTERNAL;
    return answer == UPDATE_METADATA_COMMAND_ERROR ? SW_WRONG_DATA : SW_CONDITIONS_NOT_SATISFIED;
}

const uint8_t *isd_r_eid(const struct isd_r *isd_r)
{
    return isd_r->credentials.eid;
}

void isd_r_put_card_resource(const struct isd_r *isd_r, struct writer *out)
{
    uint64_t free_memory = 0;
    if (euicc_info_free_memory(isd_r->info, isd_r->store, &free_memory) == 0)
        euicc_info_put_resource(isd_r->info, free_memory, isd_r->registry.count, out);
}

void isd_r_set_terminal(struct isd_r *isd_r, struct terminal terminal)
{
    isd_r->terminal = terminal;
}

int isd_r_refreshed(struct isd_r *isd_r, bool done)
{
    if (done)
        return profile_state_carry_out(&isd_r->profiles);
    const bool waited = isd_r->profiles.pending.waiting;
    const int result = profile_state_forget(&isd_r->profiles);
    return result == 0 && waited ? es10b_iot_happened(isd_r, IOT_EVENT_NOT_CHANGED) : result;
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
    if (isd_r_settings_has_quirk(isd_r->settings, ISD_R_QUIRK_HIDDEN) && !isd_r->terminal.capable)
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
    if (isd_r_settings_has_quirk(isd_r->settings, ISD_R_QUIRK_BASIC_CHANNEL) &&
        select->channel != 0)
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
