#include "isd-r/es10.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "isd-r/es10a.h"
#include "isd-r/es10b.h"
#include "isd-r/es10c.h"

/* clang-format off */
static const struct es10_row rows[] = {
    { ES10_GET_CONFIGURED_ADDRESSES,    "GetEuiccConfiguredAddresses",    es10a_get_euicc_configured_addresses, NULL,              "SGP.22 §5.7.3" },
    { ES10_SET_DEFAULT_DP_ADDRESS,      "SetDefaultDpAddress",            es10a_set_default_dp_address,         NULL,              "SGP.22 §5.7.4" },
    { ES10_PREPARE_DOWNLOAD,            "PrepareDownload",                es10b_prepare_download,               NULL,              "SGP.22 §5.7.5" },
    { ES10_LOAD_BOUND_PROFILE_PACKAGE,  "LoadBoundProfilePackage",        es10b_load_bound_profile_package,     es10b_is_prepared, "SGP.22 §5.7.6" },
    { ES10_GET_EUICC_CHALLENGE,         "GetEUICCChallenge",              es10b_get_euicc_challenge,            NULL,              "SGP.22 §5.7.7" },
    { ES10_GET_EUICC_INFO1,             "GetEUICCInfo1",                  es10b_get_euicc_info1,                NULL,              "SGP.22 §5.7.8" },
    { ES10_GET_EUICC_INFO2,             "GetEUICCInfo2",                  es10b_get_euicc_info2,                NULL,              "SGP.22 §5.7.8" },
    { ES10_LIST_NOTIFICATION,           "ListNotification",               es10b_list_notification,              NULL,              "SGP.22 §5.7.9" },
    { ES10_RETRIEVE_NOTIFICATIONS_LIST, "RetrieveNotificationsList",      es10b_retrieve_notifications_list,    NULL,              "SGP.22 §5.7.10" },
    { ES10_REMOVE_NOTIFICATION,         "RemoveNotificationFromList",     es10b_remove_notification_from_list,  NULL,              "SGP.22 §5.7.11" },
    { ES10_LOAD_CRL,                    "LoadCRL",                        es10b_load_crl,                       es10b_has_crl,     "SGP.22 §5.7.12" },
    { ES10_AUTHENTICATE_SERVER,         "AuthenticateServer",             es10b_authenticate_server,            NULL,              "SGP.22 §5.7.13" },
    { ES10_CANCEL_SESSION,              "CancelSession",                  es10b_cancel_session,                 NULL,              "SGP.22 §5.7.14" },
    { ES10_GET_PROFILES_INFO,           "GetProfilesInfo",                es10c_get_profiles_info,              NULL,              "SGP.22 §5.7.15" },
    { ES10_ENABLE_PROFILE,              "EnableProfile",                  es10c_enable_profile,                 NULL,              "SGP.22 §5.7.16" },
    { ES10_DISABLE_PROFILE,             "DisableProfile",                 es10c_disable_profile,                NULL,              "SGP.22 §5.7.17" },
    { ES10_DELETE_PROFILE,              "DeleteProfile",                  es10c_delete_profile,                 NULL,              "SGP.22 §5.7.18" },
    { ES10_EUICC_MEMORY_RESET,          "eUICCMemoryReset",               es10c_euicc_memory_reset,             NULL,              "SGP.22 §5.7.19" },
    { ES10_GET_EUICC_DATA,              "GetEID",                         es10c_get_eid,                        NULL,              "SGP.22 §5.7.20" },
    { ES10_SET_NICKNAME,                "SetNickname",                    es10c_set_nickname,                   NULL,              "SGP.22 §5.7.21" },
    { ES10_GET_RAT,                     "GetRAT",                         es10b_get_rat,                        NULL,              "SGP.22 §5.7.22" },
    { ES10_LOAD_RPM_PACKAGE,            "LoadRpmPackage",                 es10b_load_rpm_package,               es10b_has_rpm,     "SGP.22 §5.7.23" },
};
/* clang-format on */

const struct es10_table es10_functions = {rows, sizeof(rows) / sizeof(rows[0])};

const struct es10_row *es10_find(uint32_t tag)
{
    for (size_t i = 0; i < es10_functions.count; i++)
        if (rows[i].tag == tag)
            return &rows[i];
    return NULL;
}

int es10_execute(struct isd_r *isd_r, struct bytes command, struct writer *response)
{
    struct tlv_header header;
    struct tlv request;
    if (tlv_read_header(command, &header) != TLV_FRONT_OK)
        return SW_WRONG_DATA;
    const struct es10_row *row = es10_find(header.tag);
    if (row == NULL) {
        trace_detail("no ES10 function has the tag %X", (unsigned)header.tag);
        return SW_REFERENCE_NOT_FOUND;
    }
    int result = row->guard != NULL ? row->guard(isd_r) : 0;
    if (result == 0 && !tlv_whole(command, header.tag, &request))
        result = SW_WRONG_DATA;
    if (result == 0)
        result = row->handle(isd_r, request.value, response);
    if (result == 0 && response->overflow)
        result = FAILURE_INTERNAL;
    return result;
}
