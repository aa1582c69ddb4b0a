#include "tools/lib/es10/es10.h"

#include <stdlib.h>

#include "apdu/der.h"
#define REQUEST_MAX (CHIP_BLOCKS_MAX * APDU_DATA_SHORT_MAX)
#define CODE_MAX 0xFFFF
#define TAG_LIST 0xA0
#define TAG_LIST_ERROR 0x81

/* clang-format off */
static const struct es10_row rows[ES10_FUNCTIONS] = {
    [ES10A_GET_CONFIGURED_ADDRESSES] = {"ES10a.GetEuiccConfiguredAddresses", 0xBF3C, CODES_NONE, "SGP.22 §5.7.3"},
    [ES10B_GET_CHALLENGE] = {"ES10b.GetEUICCChallenge", 0xBF2E, CODES_NONE, "SGP.22 §5.7.7"},
    [ES10B_GET_INFO1] = {"ES10b.GetEUICCInfo1", 0xBF20, CODES_NONE, "SGP.22 §5.7.8"},
    [ES10B_GET_INFO2] = {"ES10b.GetEUICCInfo2", 0xBF22, CODES_NONE, "SGP.22 §5.7.8"},
    [ES10B_AUTHENTICATE_SERVER] = {"ES10b.AuthenticateServer", 0xBF38, CODES_AUTHENTICATE, "SGP.22 §5.7.13"},
    [ES10B_PREPARE_DOWNLOAD] = {"ES10b.PrepareDownload", 0xBF21, CODES_DOWNLOAD, "SGP.22 §5.7.5"},
    [ES10B_LOAD_PACKAGE] = {"ES10b.LoadBoundProfilePackage", 0xBF37, CODES_BPP_REASON, "SGP.22 §5.7.6"},
    [ES10B_LOAD_RPM_PACKAGE] = {"ES10b.LoadRpmPackage", 0xBF44, CODES_RPM, "SGP.22 v3 §5.7.25"},
    [ES10B_CANCEL_SESSION] = {"ES10b.CancelSession", 0xBF41, CODES_CANCEL, "SGP.22 §5.7.14"},
    [ES10B_LIST_NOTIFICATION] = {"ES10b.ListNotification", 0xBF28, CODES_NOTIFICATIONS, "SGP.22 §5.7.9"},
    [ES10B_RETRIEVE_NOTIFICATIONS] = {"ES10b.RetrieveNotificationsList", 0xBF2B, CODES_NOTIFICATIONS, "SGP.22 §5.7.10"},
    [ES10B_REMOVE_NOTIFICATION] = {"ES10b.RemoveNotificationFromList", 0xBF30, CODES_NOTIFICATION_SENT, "SGP.22 §5.7.11"},
    [ES10B_GET_RAT] = {"ES10b.GetRAT", 0xBF43, CODES_NONE, "SGP.22 §5.7.22"},
    [ES10B_VERIFY_SMDS_RESPONSE] = {"ES10b.VerifySmdsResponse", 0xBF45, CODES_SMDS, "SGP.22 v3 §3.6.2"},
    [ES10B_PREPARE_DEVICE_CHANGE] = {"ES10b.PrepareDeviceChange", 0xBF4D, CODES_DOWNLOAD, "SGP.22 v3 §3.11.1"},
    [ES10B_VERIFY_DEVICE_CHANGE] = {"ES10b.VerifyDeviceChange", 0xBF4B, CODES_CHANGE, "SGP.22 v3 §3.11.1"},
    [ES10C_GET_PROFILES_INFO] = {"ES10c.GetProfilesInfo", 0xBF2D, CODES_PROFILES_INFO, "SGP.22 §5.7.15"},
    [ES10C_ENABLE_PROFILE] = {"ES10c.EnableProfile", 0xBF31, CODES_ENABLE, "SGP.22 §5.7.16"},
    [ES10C_DISABLE_PROFILE] = {"ES10c.DisableProfile", 0xBF32, CODES_DISABLE, "SGP.22 §5.7.17"},
    [ES10C_DELETE_PROFILE] = {"ES10c.DeleteProfile", 0xBF33, CODES_DELETE, "SGP.22 §5.7.18"},
    [ES10C_SET_NICKNAME] = {"ES10c.SetNickname", 0xBF29, CODES_NICKNAME, "SGP.22 §5.7.21"},
    [ES10C_GET_EID] = {"ES10c.GetEID", 0xBF3E, CODES_NONE, "SGP.22 §5.7.20"},
};
/* clang-format on */

const struct es10_row *es10_row(enum es10_function function)
{
    return &rows[function];
}

bool es10_malformed(struct fault *fault, enum es10_function function)
{
    fault_raise(fault, rows[function].name, "the card's answer is malformed");
    return fault_next(fault, "--verbose shows the bytes");
}

bool es10_refused(struct fault *fault, enum es10_function function, uint32_t code)
{
    const struct codes_row *row = codes_find(rows[function].codes, code);
    fault_raise(fault, rows[function].name, "%s",
                row != NULL ? row->text : "the card refuses with a code that has no name");
    fault_code(fault, "%s (%u)", row != NULL ? row->name : "unknown", code);
    return row != NULL && row->next != NULL ? fault_next(fault, "%s", row->next) : false;
}

bool es10_init(struct es10 *es10, struct chip *chip, struct fault *fault)
{
    *es10 = (struct es10){.chip = chip, .fault = fault, .memory = malloc(REQUEST_MAX)};
    return es10->memory != NULL || fault_raise(fault, "memory", "there is none left");
}

void es10_finish(struct es10 *es10)
{
    free(es10->memory);
    es10->memory = NULL;
}

struct writer *es10_begin(struct es10 *es10, enum es10_function function)
{
    es10->request = writer_on(es10->memory, REQUEST_MAX);
    es10->mark = tlv_open(&es10->request, rows[function].tag);
    return &es10->request;
}

bool es10_send(struct es10 *es10, enum es10_function function, bool secret, struct tlv *answer)
{
    struct bytes received;
    tlv_close(&es10->request, es10->mark);
    if (es10->request.overflow)
        return fault_raise(es10->fault, rows[function].name, "the request is too long for a card");
    if (!chip_call(es10->chip, rows[function].name, writer_bytes(&es10->request), secret,
                   &received))
        return false;
    return tlv_whole(received, rows[function].tag, answer) || es10_malformed(es10->fault, function);
}

bool es10_get(struct es10 *es10, enum es10_function function, struct tlv *answer)
{
    es10_begin(es10, function);
    return es10_send(es10, function, false, answer);
}

bool es10_is_ok(struct fault *fault, enum es10_function function, struct bytes content,
                uint32_t tag)
{
    struct tlv result;
    uint32_t code;
    if (!tlv_take_tag(&content, tag, &result) || !der_to_unsigned(result.value, CODE_MAX, &code))
        return es10_malformed(fault, function);
    return code == 0 || es10_refused(fault, function, code);
}

bool es10_list(struct fault *fault, enum es10_function function, struct bytes content,
               struct bytes *list)
{
    struct tlv found;
    uint32_t code;
    if (tlv_take_tag(&content, TAG_LIST, &found)) {
        *list = found.value;
        return true;
    }
    if (tlv_take_tag(&content, TAG_LIST_ERROR, &found) &&
        der_to_unsigned(found.value, CODE_MAX, &code))
        return es10_refused(fault, function, code);
    return es10_malformed(fault, function);
}
