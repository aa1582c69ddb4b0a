#include "fs/uicc/uicc.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/profile/blank.h"
#include "fs/uicc/uicc_commands.h"
#include "fs/uicc/uicc_gsm.h"
#include "fs/uicc/uicc_unload.h"

/* SELECT first and the reading commands next: the matcher looks from the top. */
/* clang-format off */
static const struct command_row rows[] = {
    {"SELECT",               0x00, 0xA4, APDU_CASE_ANY, uicc_select,              "TS 102 221 §11.1.1"},
    {"READ BINARY",          0x00, 0xB0, APDU_CASE_2,   uicc_read_binary,         "TS 102 221 §11.1.3"},
    {"READ RECORD",          0x00, 0xB2, APDU_CASE_2,   uicc_read_record,         "TS 102 221 §11.1.5"},
    {"STATUS",               0x80, 0xF2, APDU_CASE_1 | APDU_CASE_2, uicc_status,  "TS 102 221 §11.1.2"},
    {"UPDATE BINARY",        0x00, 0xD6, APDU_CASE_3,   uicc_update_binary,       "TS 102 221 §11.1.4"},
    {"UPDATE RECORD",        0x00, 0xDC, APDU_CASE_3,   uicc_update_record,       "TS 102 221 §11.1.6"},
    {"SEARCH RECORD",        0x00, 0xA2, APDU_CASE_3 | APDU_CASE_4, uicc_search_record, "TS 102 221 §11.1.7"},
    {"INCREASE",             0x80, 0x32, APDU_CASE_3 | APDU_CASE_4, uicc_increase, "TS 102 221 §11.1.8"},
    {"VERIFY PIN",           0x00, 0x20, APDU_CASE_1 | APDU_CASE_2 | APDU_CASE_3, uicc_verify_pin, "TS 102 221 §11.1.9"},
    {"CHANGE PIN",           0x00, 0x24, APDU_CASE_3,   uicc_change_pin,          "TS 102 221 §11.1.10"},
    {"DISABLE PIN",          0x00, 0x26, APDU_CASE_3,   uicc_disable_pin,         "TS 102 221 §11.1.11"},
    {"ENABLE PIN",           0x00, 0x28, APDU_CASE_3,   uicc_enable_pin,          "TS 102 221 §11.1.12"},
    {"UNBLOCK PIN",          0x00, 0x2C, APDU_CASE_1 | APDU_CASE_2 | APDU_CASE_3, uicc_unblock_pin, "TS 102 221 §11.1.13"},
    {"RETRIEVE DATA",        0x80, 0xCB, APDU_CASE_ANY, uicc_retrieve_data,       "TS 102 221 §11.3.1"},
    {"SET DATA",             0x80, 0xDB, APDU_CASE_3,   uicc_set_data,            "TS 102 221 §11.3.2"},
    {"DEACTIVATE FILE",      0x00, 0x04, APDU_CASE_1 | APDU_CASE_3, uicc_deactivate_file, "TS 102 221 §11.1.14"},
    {"ACTIVATE FILE",        0x00, 0x44, APDU_CASE_1 | APDU_CASE_3, uicc_activate_file, "TS 102 221 §11.1.15"},
    {"CREATE FILE",          0x00, 0xE0, APDU_CASE_3,   uicc_create_file,         "TS 102 222 §6.3"},
    {"DELETE FILE",          0x00, 0xE4, APDU_CASE_3,   uicc_delete_file,         "TS 102 222 §6.4"},
    {"TERMINATE DF",         0x00, 0xE6, APDU_CASE_3,   uicc_terminate_df,        "TS 102 222 §6.7"},
    {"TERMINATE EF",         0x00, 0xE8, APDU_CASE_3,   uicc_terminate_ef,        "TS 102 222 §6.8"},
    {"TERMINATE CARD USAGE", 0x00, 0xFE, APDU_CASE_1,   uicc_terminate_card_usage, "TS 102 222 §6.9"},
    {"RESIZE FILE",          0x80, 0xD4, APDU_CASE_3,   uicc_resize_file,         "TS 102 222 §6.10"},
    {"AUTHENTICATE",         0x00, 0x88, APDU_CASE_3 | APDU_CASE_4, uicc_authenticate, "TS 31.102 §7.1"},
    {"GET IDENTITY",         0x80, 0x78, APDU_CASE_1 | APDU_CASE_2, uicc_get_identity, "TS 31.102 §7.5"},
    {"GET CHALLENGE",        0x00, 0x84, APDU_CASE_2,   uicc_get_challenge,       "TS 102 221 §11.1.18"},
    {"TERMINAL CAPABILITY",  0x80, 0xAA, APDU_CASE_ANY, uicc_terminal_capability, "TS 102 221 §11.1.19"},
    {"TERMINAL PROFILE",     0x80, 0x10, APDU_CASE_ANY, uicc_terminal_profile,    "TS 102 221 §11.2.1"},
    {"ENVELOPE",             0x80, 0xC2, APDU_CASE_3 | APDU_CASE_4, uicc_envelope, "TS 102 221 §11.2.2"},
    {"FETCH",                0x80, 0x12, APDU_CASE_2,   uicc_fetch,               "TS 102 221 §11.2.3"},
    {"TERMINAL RESPONSE",    0x80, 0x14, APDU_CASE_3,   uicc_terminal_response,   "TS 102 221 §11.2.4"},
    {"SUSPEND UICC",         0x80, 0x76, APDU_CASE_3 | APDU_CASE_4, uicc_suspend,  "TS 102 221 §11.1.22"},
    {"SELECT (2G)",          0xA0, 0xA4, APDU_CASE_3 | APDU_CASE_4, uicc_gsm_select, "TS 51.011 §8.1"},
    {"GET RESPONSE (2G)",    0xA0, 0xC0, APDU_CASE_2,   uicc_gsm_get_response,    "TS 51.011 §8.18"},
    {"STATUS (2G)",          0xA0, 0xF2, APDU_CASE_2,   uicc_gsm_status,          "TS 51.011 §8.2"},
    {"READ BINARY (2G)",     0xA0, 0xB0, APDU_CASE_2,   uicc_gsm_read_binary,     "TS 51.011 §8.3"},
    {"UPDATE BINARY (2G)",   0xA0, 0xD6, APDU_CASE_3,   uicc_gsm_update_binary,   "TS 51.011 §8.4"},
    {"READ RECORD (2G)",     0xA0, 0xB2, APDU_CASE_2,   uicc_gsm_read_record,     "TS 51.011 §8.5"},
    {"UPDATE RECORD (2G)",   0xA0, 0xDC, APDU_CASE_3,   uicc_gsm_update_record,   "TS 51.011 §8.6"},
    {"VERIFY CHV (2G)",      0xA0, 0x20, APDU_CASE_3,   uicc_gsm_verify_chv,      "TS 51.011 §8.9"},
    {"CHANGE CHV (2G)",      0xA0, 0x24, APDU_CASE_3,   uicc_gsm_change_chv,      "TS 51.011 §8.10"},
    {"DISABLE CHV (2G)",     0xA0, 0x26, APDU_CASE_3,   uicc_gsm_disable_chv,     "TS 51.011 §8.11"},
    {"ENABLE CHV (2G)",      0xA0, 0x28, APDU_CASE_3,   uicc_gsm_enable_chv,      "TS 51.011 §8.12"},
    {"UNBLOCK CHV (2G)",     0xA0, 0x2C, APDU_CASE_3,   uicc_gsm_unblock_chv,     "TS 51.011 §8.13"},
    {"SEEK",                 0xA0, 0xA2, APDU_CASE_3 | APDU_CASE_4, uicc_gsm_seek, "TS 51.011 §8.7"},
    {"INCREASE (2G)",        0xA0, 0x32, APDU_CASE_3 | APDU_CASE_4, uicc_gsm_increase, "TS 51.011 §8.8"},
    {"INVALIDATE",           0xA0, 0x04, APDU_CASE_1,   uicc_gsm_invalidate,      "TS 51.011 §8.14"},
    {"REHABILITATE",         0xA0, 0x44, APDU_CASE_1,   uicc_gsm_rehabilitate,    "TS 51.011 §8.15"},
    {"SLEEP",                0xA0, 0xFA, APDU_CASE_1,   uicc_gsm_sleep,           "TS 51.011 §8.17"},
    {"TERMINAL PROFILE (2G)", 0xA0, 0x10, APDU_CASE_3,  uicc_gsm_terminal_profile, "TS 51.011 §9.2.19"},
    {"ENVELOPE (2G)",        0xA0, 0xC2, APDU_CASE_3 | APDU_CASE_4, uicc_gsm_envelope, "TS 51.011 §9.2.20"},
    {"FETCH (2G)",           0xA0, 0x12, APDU_CASE_2,   uicc_gsm_fetch,           "TS 51.011 §9.2.21"},
    {"TERMINAL RESPONSE (2G)", 0xA0, 0x14, APDU_CASE_3, uicc_gsm_terminal_response, "TS 51.011 §9.2.22"},
    {"RUN GSM ALGORITHM",    0xA0, 0x88, APDU_CASE_3 | APDU_CASE_4, uicc_gsm_run_algorithm, "TS 51.011 §8.16"},
};
/* clang-format on */

static void reset_channels(struct uicc *uicc)
{
    for (size_t i = 0; i < APDU_CHANNELS; i++) {
        uicc->channels[i].verified = 0;
        uicc_state_home(uicc, &uicc->channels[i]);
    }
    uicc_moved(uicc);
}

int uicc_init(struct uicc *uicc, struct store *store, struct random *random)
{
    *uicc = (struct uicc){.store = store, .random = random};
    proactive_reset(&uicc->proactive);
    return uicc_load(uicc, 0);
}

void uicc_finish(struct uicc *uicc)
{
    for (size_t i = 0; i < UICC_CHANNELS; i++)
        uicc_state_end_transfer(&uicc->channels[i].transfer);
    uicc_state_wipe_gba(uicc);
    proactive_reset(&uicc->proactive);
    uicc_state_forget_suspension(uicc);
    uicc_state_forget_places(uicc, UICC_ALL_CHANNELS);
    profile_destroy(uicc->profile);
    uicc->profile = NULL;
}

void uicc_adopt(struct uicc *uicc, struct profile *profile, uint32_t profile_id)
{
    uicc_state_forget_places(uicc, UICC_ALL_CHANNELS);
    uicc_state_take_profile(uicc, profile);
    uicc->profile_id = profile_id;
    uicc->gsm = (struct uicc_gsm){0};
    uicc_state_forget_suspension(uicc);
    uicc_state_wipe_gba(uicc);
    reset_channels(uicc);
}

int uicc_load(struct uicc *uicc, uint32_t profile_id)
{
    struct profile *profile;
    const int result = profile_id == 0 ? blank_create(&profile)
                                       : store_profile_load(uicc->store, profile_id, &profile);
    if (result != 0)
        return result;
    if (profile->mf == NULL) {
        trace_error("profile %u in the store has no master file", (unsigned)profile_id);
        profile_destroy(profile);
        return FAILURE_INTERNAL;
    }
    uicc_adopt(uicc, profile, profile_id);
    return 0;
}

/* Files that were resized or deleted leave holes in the profile's memory: the profile is read again
 * when it has grown and nothing waits to be committed. A failure leaves the old one, which is as
 * good. */
static void reclaim_memory(struct uicc *uicc)
{
    if (uicc->places != NULL || uicc->profile_id == 0)
        return;
    const struct arena *arena = &uicc->profile->arena;
    const size_t grown = UICC_MEMORY_SPARE - (arena->limit - arena->used);
    if (grown <= UICC_MEMORY_SPARE / 2 || store_changed(uicc->store))
        return;
    uicc_unload(uicc);
    (void)uicc_reload(uicc);
}

void uicc_reset(struct uicc *uicc)
{
    const bool resumable = uicc_suspend_survives_reset(uicc);
    proactive_reset(&uicc->proactive);
    uicc->terminal_capable = uicc->terminal_enterprise = false;
    uicc->gsm = (struct uicc_gsm){0};
    reset_channels(uicc);
    if (resumable) {
        uicc->suspension.phase = UICC_RESUMABLE;
        uicc->suspension.generation = uicc->generation;
        return;
    }
    uicc_state_forget_suspension(uicc);
    reclaim_memory(uicc);
}

void uicc_open_channel(struct uicc *uicc, uint8_t channel, uint8_t from)
{
    struct uicc_channel *opened = &uicc->channels[channel];
    const struct uicc_channel *origin = &uicc->channels[from];
    opened->verified = 0;
    uicc_state_home(uicc, opened);
    if (from == 0 || from == channel || uicc_reload(uicc) != 0)
        return;
    opened->directory = origin->directory;
    opened->adf = origin->adf;
    opened->verified = origin->verified;
}

static void deselect(void *state, uint8_t channel)
{
    struct uicc *uicc = state;
    uicc_state_home(uicc, &uicc->channels[channel]);
}

/* A card without files still hears what its terminal has to say. */
static int admit(void *state, const struct command_row *row)
{
    struct uicc *uicc = state;
    reclaim_memory(uicc);
    const int result = uicc_reload(uicc);
    if (result != 0)
        return result;
    if (uicc->profile_id != 0 || !uicc->hides_blank || uicc_is_toolkit(row->family, row->ins))
        return 0;
    return row->handle == uicc_select ? SW_FILE_NOT_FOUND : SW_NO_FILE_SELECTED;
}

const struct application uicc_application = {
    .name = "UICC",
    .commands = {rows, sizeof(rows) / sizeof(rows[0])},
    .matches = uicc_select_matches,
    .select = uicc_select_application,
    .admit = admit,
    .deselect = deselect,
};
