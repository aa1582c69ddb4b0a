#include "isd-r/es10.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "isd-r/es10a.h"
#include "isd-r/es10b.h"
#include "isd-r/es10b_iot.h"
#include "isd-r/es10c.h"
#include "isd-r/state.h"

#define TAG_RESULT 0x80
#define TAG_CHOICE 0x81
#define TAG_TRANSACTION_ID 0x80

/* clang-format off */
static const struct es10_row rows[] = {
    { ES10_GET_CONFIGURED_ADDRESSES,    "GetEuiccConfiguredAddresses",    es10a_get_euicc_configured_addresses, NULL,              ES10_ERROR_NONE,    ES10_ALL, "SGP.22 §5.7.3" },
    { ES10_SET_DEFAULT_DP_ADDRESS,      "SetDefaultDpAddress",            es10a_set_default_dp_address,         NULL,              ES10_ERROR_RESULT,  ES10_ALL, "SGP.22 §5.7.4" },
    { ES10_PREPARE_DOWNLOAD,            "PrepareDownload",                es10b_prepare_download,               NULL,              ES10_ERROR_SESSION, ES10_ALL, "SGP.22 §5.7.5" },
    { ES10_LOAD_BOUND_PROFILE_PACKAGE,  "LoadBoundProfilePackage",        es10b_load_bound_profile_package,     es10b_is_prepared, ES10_ERROR_PACKAGE, ES10_ALL, "SGP.22 §5.7.6" },
    { ES10_GET_EUICC_CHALLENGE,         "GetEUICCChallenge",              es10b_get_euicc_challenge,            NULL,              ES10_ERROR_NONE,    ES10_ALL, "SGP.22 §5.7.7" },
    { ES10_GET_EUICC_INFO1,             "GetEUICCInfo1",                  es10b_get_euicc_info1,                NULL,              ES10_ERROR_NONE,    ES10_ALL, "SGP.22 §5.7.8" },
    { ES10_GET_EUICC_INFO2,             "GetEUICCInfo2",                  es10b_get_euicc_info2,                NULL,              ES10_ERROR_NONE,    ES10_ALL, "SGP.22 §5.7.8" },
    { ES10_LIST_NOTIFICATION,           "ListNotification",               es10b_list_notification,              NULL,              ES10_ERROR_CHOICE,  ES10_ALL, "SGP.22 §5.7.9" },
    { ES10_RETRIEVE_NOTIFICATIONS_LIST, "RetrieveNotificationsList",      es10b_retrieve_notifications_list,    NULL,              ES10_ERROR_CHOICE,  ES10_ALL, "SGP.22 §5.7.10" },
    { ES10_REMOVE_NOTIFICATION,         "RemoveNotificationFromList",     es10b_remove_notification_from_list,  NULL,              ES10_ERROR_RESULT,  ES10_ALL, "SGP.22 §5.7.11" },
    { ES10_LOAD_CRL,                    "LoadCRL",                        es10b_load_crl,                       es10b_has_crl,     ES10_ERROR_CHOICE,  ES10_ALL, "SGP.22 §5.7.12" },
    { ES10_AUTHENTICATE_SERVER,         "AuthenticateServer",             es10b_authenticate_server,            NULL,              ES10_ERROR_SESSION, ES10_ALL, "SGP.22 §5.7.13" },
    { ES10_CANCEL_SESSION,              "CancelSession",                  es10b_cancel_session,                 NULL,              ES10_ERROR_CHOICE,  ES10_ALL, "SGP.22 §5.7.14" },
    { ES10_GET_PROFILES_INFO,           "GetProfilesInfo",                es10c_get_profiles_info,              NULL,              ES10_ERROR_CHOICE,  ES10_ALL, "SGP.22 §5.7.15" },
    { ES10_ENABLE_PROFILE,              "EnableProfile",                  es10c_enable_profile,                 es10b_iot_allows_es10c, ES10_ERROR_RESULT,  ES10_ALL, "SGP.22 §5.7.16" },
    { ES10_DISABLE_PROFILE,             "DisableProfile",                 es10c_disable_profile,                es10b_iot_allows_es10c, ES10_ERROR_RESULT,  ES10_ALL, "SGP.22 §5.7.17" },
    { ES10_DELETE_PROFILE,              "DeleteProfile",                  es10c_delete_profile,                 es10b_iot_allows_es10c, ES10_ERROR_RESULT,  ES10_ALL, "SGP.22 §5.7.18" },
    { ES10_EUICC_MEMORY_RESET,          "eUICCMemoryReset",               es10c_euicc_memory_reset,             es10b_iot_allows_es10c, ES10_ERROR_RESULT,  ES10_CONSUMER | ES10_IOT_1_0, "SGP.22 §5.7.19" },
    { ES10_GET_EUICC_DATA,              "GetEID",                         es10c_get_eid,                        NULL,              ES10_ERROR_NONE,    ES10_ALL, "SGP.22 §5.7.20" },
    { ES10_SET_NICKNAME,                "SetNickname",                    es10c_set_nickname,                   es10b_iot_allows_es10c, ES10_ERROR_RESULT,  ES10_ALL, "SGP.22 §5.7.21" },
    { ES10_GET_RAT,                     "GetRAT",                         es10b_get_rat,                        NULL,              ES10_ERROR_NONE,    ES10_ALL, "SGP.22 §5.7.22" },
    { ES10_LOAD_RPM_PACKAGE,            "LoadRpmPackage",                 es10b_load_rpm_package,               es10b_has_rpm,     ES10_ERROR_NONE,    ES10_ALL, "SGP.22 §5.7.23" },
    { ES10_VERIFY_SMDS_RESPONSE,        "VerifySmdsResponse",             es10b_verify_smds_response,           es10b_has_signed_smds, ES10_ERROR_CHOICE, ES10_ALL, "SGP.22 Annex H" },
    { ES10_PREPARE_DEVICE_CHANGE,       "PrepareDeviceChange",            es10b_prepare_device_change,          es10b_has_device_change, ES10_ERROR_SESSION, ES10_CONSUMER, "SGP.22 Annex H" },
    { ES10_VERIFY_DEVICE_CHANGE,        "VerifyDeviceChange",             es10b_verify_device_change,           es10b_has_device_change, ES10_ERROR_CHOICE, ES10_CONSUMER, "SGP.22 Annex H" },
    { ES10_GET_CERTS,                   "GetCerts",                       es10b_get_certs,                      NULL,              ES10_ERROR_CHOICE,  ES10_IOT, "SGP.32 §5.9.10" },
    { ES10_LOAD_EUICC_PACKAGE,          "LoadEuiccPackage",               es10b_load_euicc_package,             NULL,              ES10_ERROR_EUICC_PACKAGE, ES10_IOT, "SGP.32 §5.9.1" },
    { ES10_ADD_INITIAL_EIM,             "AddInitialEim",                  es10b_add_initial_eim,                NULL,              ES10_ERROR_CHOICE,  ES10_IOT, "SGP.32 §5.9.4" },
    { ES10_GET_EIM_CONFIGURATION_DATA,  "GetEimConfigurationData",        es10b_get_eim_configuration_data,     NULL,              ES10_ERROR_NONE,    ES10_IOT, "SGP.32 §5.9.18" },
    { ES10_IOT_MEMORY_RESET,            "eUICCMemoryReset",               es10b_iot_memory_reset,               NULL,              ES10_ERROR_RESULT,  ES10_IOT_FROM_1_1, "SGP.32 §5.9.5" },
    { ES10_IMMEDIATE_ENABLE,            "ImmediateEnable",                es10b_immediate_enable,               NULL,              ES10_ERROR_RESULT,  ES10_IOT, "SGP.32 §5.9.15" },
    { ES10_PROFILE_ROLLBACK,            "ProfileRollback",                es10b_profile_rollback,               NULL,              ES10_ERROR_INTEGER, ES10_IOT, "SGP.32 §5.9.16" },
    { ES10_CONFIGURE_IMMEDIATE_ENABLE,  "ConfigureImmediateProfileEnabling", es10b_configure_immediate_enable,  NULL,              ES10_ERROR_RESULT,  ES10_IOT, "SGP.32 §5.9.17" },
    { ES10_EXECUTE_FALLBACK_MECHANISM,  "ExecuteFallbackMechanism",       es10b_execute_fallback_mechanism,     NULL,              ES10_ERROR_RESULT,  ES10_IOT_FROM_1_1, "SGP.32 §5.9.20" },
    { ES10_RETURN_FROM_FALLBACK,        "ReturnFromFallback",             es10b_return_from_fallback,           NULL,              ES10_ERROR_RESULT,  ES10_IOT_FROM_1_1, "SGP.32 §5.9.21" },
    { ES10_ENABLE_EMERGENCY_PROFILE,    "EnableEmergencyProfile",         es10b_enable_emergency_profile,       NULL,              ES10_ERROR_RESULT,  ES10_IOT_FROM_1_1, "SGP.32 §5.9.22" },
    { ES10_DISABLE_EMERGENCY_PROFILE,   "DisableEmergencyProfile",        es10b_disable_emergency_profile,      NULL,              ES10_ERROR_RESULT,  ES10_IOT_FROM_1_1, "SGP.32 §5.9.23" },
    { ES10_GET_CONNECTIVITY_PARAMETERS, "GetConnectivityParameters",      es10b_get_connectivity_parameters,    NULL,              ES10_ERROR_CHOICE,  ES10_IOT_FROM_1_1, "SGP.32 §5.9.24" },
    { ES10_IOT_SET_DEFAULT_DP_ADDRESS,  "SetDefaultDpAddress",            es10a_iot_set_default_dp_address,     NULL,              ES10_ERROR_RESULT,  ES10_IOT_FROM_1_1, "SGP.32 §5.9.25" },
    { ES10_IPAE_ACTIVATION,             "IpaeActivation",                 es10b_ipae_activation,                NULL,              ES10_ERROR_RESULT,  ES10_IOT_FROM_1_1, "SGP.32 §5.9.19" },
};
/* clang-format on */

const struct es10_table es10_functions = {rows, sizeof(rows) / sizeof(rows[0])};

const struct es10_row *es10_find(uint32_t tag)
{
    if (tag < ES10_LOWEST || tag > ES10_HIGHEST)
        return NULL;
    for (size_t i = 0; i < es10_functions.count; i++)
        if (rows[i].tag == tag)
            return &rows[i];
    return NULL;
}

int es10_put_error(const struct es10_row *row, struct bytes request, int code,
                   struct writer *response)
{
    struct tlv signed_part = {0}, transaction_id = {0};
    if (row->error_form == ES10_ERROR_SESSION &&
        (!tlv_take_tag(&request, DER_SEQUENCE, &signed_part) ||
         !tlv_take_tag(&signed_part.value, TAG_TRANSACTION_ID, &transaction_id)))
        return SW_WRONG_DATA;
    if (row->error_form == ES10_ERROR_SESSION) {
        rsp_session_put_error(row->tag, transaction_id.whole, code, response);
        return 0;
    }
    static const uint32_t tags[] = {[ES10_ERROR_RESULT] = TAG_RESULT,
                                    [ES10_ERROR_CHOICE] = TAG_CHOICE,
                                    [ES10_ERROR_INTEGER] = DER_INTEGER};
    const size_t whole = tlv_open(response, row->tag);
    der_put_integer(response, tags[row->error_form], code);
    tlv_close(response, whole);
    return 0;
}

/* As whoever watches wants it, who knows what the function can answer. A server that could not be
 * authenticated has used the challenge up. */
static int obey(struct isd_r *isd_r, const struct es10_row *row, int order, struct bytes request,
                struct writer *response)
{
    if (checkpoint_is_status(order))
        return order;
    if (row->error_form == ES10_ERROR_EUICC_PACKAGE)
        return es10b_refuse_euicc_package(isd_r, request, order, response);
    if (row->tag == ES10_AUTHENTICATE_SERVER)
        rsp_session_end(&isd_r->session);
    return es10_put_error(row, request, order, response);
}

/* The function itself, unless somebody steps in. */
static int carry_out(struct isd_r *isd_r, const struct es10_row *row, struct bytes request,
                     struct writer *response)
{
    const int order = checkpoint_pass(isd_r->watch, CHECKPOINT_FUNCTION, row->name, row->tag);
    return order == CHECKPOINT_PASS ? row->handle(isd_r, request, response)
                                    : obey(isd_r, row, order, request, response);
}

/* The functions of ES10b stand between those of ES10a and ES10c (SGP.22 §5.7.5 to §5.7.14). */
static bool is_es10b(const struct es10_row *row)
{
    return row >= es10_find(ES10_PREPARE_DOWNLOAD) && row <= es10_find(ES10_CANCEL_SESSION);
}

/* The reset of consumer chips is there beside SGP.32's where a quirk says so. */
static bool has(const struct isd_r *isd_r, const struct es10_row *row)
{
    if (row->tag == ES10_EUICC_MEMORY_RESET &&
        (isd_r->settings->iot.quirks & IOT_QUIRK_OLD_MEMORY_RESET))
        return true;
    return (row->chips >> euicc_info_iot(isd_r->info) & 1) != 0;
}

/* As the chip's release has it. */
static const struct es10_row *find_own(const struct isd_r *isd_r, uint32_t tag)
{
    const struct es10_row *row = es10_find(tag);
    if (row != NULL && !has(isd_r, row))
        row = NULL;
    if (row == NULL)
        trace_detail("no ES10 function has the tag %X", (unsigned)tag);
    return row;
}

int es10_execute(struct isd_r *isd_r, struct bytes command, struct writer *response)
{
    struct tlv_header header;
    struct tlv request;
    if (tlv_read_header(command, &header) != TLV_FRONT_OK)
        return SW_WRONG_DATA;
    const struct es10_row *row = find_own(isd_r, header.tag);
    if (row == NULL)
        return SW_REFERENCE_NOT_FOUND;
    int result = isd_r->locked && is_es10b(row) ? SW_CONDITIONS_NOT_SATISFIED : 0;
    if (result == 0 && row->guard != NULL)
        result = row->guard(isd_r);
    if (result == 0 && !tlv_whole(command, header.tag, &request))
        result = SW_WRONG_DATA;
    if (result == 0)
        result = carry_out(isd_r, row, request.value, response);
    if (result == 0 && response->overflow)
        result = FAILURE_INTERNAL;
    return result;
}
