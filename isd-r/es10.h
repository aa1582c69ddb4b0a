/* es10: the functions that an LPA calls through STORE DATA (SGP.22 §5.7), one row each. */
#ifndef EMUICC_ISD_R_ES10_H
#define EMUICC_ISD_R_ES10_H

#include "apdu/tlv.h"

enum es10_tag {
    ES10_GET_EUICC_INFO1 = 0xBF20,
    ES10_PREPARE_DOWNLOAD = 0xBF21,
    ES10_GET_EUICC_INFO2 = 0xBF22,
    ES10_LIST_NOTIFICATION = 0xBF28,
    ES10_SET_NICKNAME = 0xBF29,
    ES10_RETRIEVE_NOTIFICATIONS_LIST = 0xBF2B,
    ES10_GET_PROFILES_INFO = 0xBF2D,
    ES10_GET_EUICC_CHALLENGE = 0xBF2E,
    ES10_REMOVE_NOTIFICATION = 0xBF30,
    ES10_ENABLE_PROFILE = 0xBF31,
    ES10_DISABLE_PROFILE = 0xBF32,
    ES10_DELETE_PROFILE = 0xBF33,
    ES10_EUICC_MEMORY_RESET = 0xBF34,
    ES10_LOAD_CRL = 0xBF35,
    ES10_LOAD_BOUND_PROFILE_PACKAGE = 0xBF36,
    ES10_AUTHENTICATE_SERVER = 0xBF38,
    ES10_GET_CONFIGURED_ADDRESSES = 0xBF3C,
    ES10_GET_EUICC_DATA = 0xBF3E,
    ES10_SET_DEFAULT_DP_ADDRESS = 0xBF3F,
    ES10_CANCEL_SESSION = 0xBF41,
    ES10_GET_RAT = 0xBF43,
    ES10_LOAD_RPM_PACKAGE = 0xBF44,
    /* SGP.32's */
    ES10_IPAE_ACTIVATION = 0xBF42,
    ES10_LOAD_EUICC_PACKAGE = 0xBF51,
    ES10_GET_EIM_CONFIGURATION_DATA = 0xBF55,
    ES10_GET_CERTS = 0xBF56,
    ES10_ADD_INITIAL_EIM = 0xBF57,
    ES10_PROFILE_ROLLBACK = 0xBF58,
    ES10_CONFIGURE_IMMEDIATE_ENABLE = 0xBF59,
    ES10_IMMEDIATE_ENABLE = 0xBF5A,
    ES10_ENABLE_EMERGENCY_PROFILE = 0xBF5B,
    ES10_DISABLE_EMERGENCY_PROFILE = 0xBF5C,
    ES10_EXECUTE_FALLBACK_MECHANISM = 0xBF5D,
    ES10_RETURN_FROM_FALLBACK = 0xBF5E,
    ES10_GET_CONNECTIVITY_PARAMETERS = 0xBF5F,
    ES10_IOT_MEMORY_RESET = 0xBF64,
    ES10_IOT_SET_DEFAULT_DP_ADDRESS = 0xBF65,
};

/* Tags that several functions and the signed structures share (SGP.22 Annex H). */
#define ES10_TAG_ICCID 0x5A
#define ES10_TAG_AID 0x4F
#define ES10_TAG_TAG_LIST 0x5C
#define ES10_TAG_SIGNATURE 0x5F37
#define ES10_TAG_ONE_TIME_KEY 0x5F49
#define ES10_TAG_NOTIFICATION 0xBF2F
#define ES10_TAG_INSTALLATION_RESULT 0xBF37

struct isd_r;

/* request: the value of the function's element. Writes the whole answer. 0, a status word, or a
 * failure. */
typedef int es10_handler(struct isd_r *isd_r, struct bytes request, struct writer *response);
/* What must hold before the function is looked at: 0 or a status word. */
typedef int es10_guard(const struct isd_r *isd_r);

/* How a function tells that it failed (SGP.22 Annex H). */
enum es10_error_form {
    ES10_ERROR_NONE,          /* by a status word only */
    ES10_ERROR_RESULT,        /* { 80 code } */
    ES10_ERROR_CHOICE,        /* { 81 code } */
    ES10_ERROR_SESSION,       /* { A1 { 80 transactionId, 02 code } } */
    ES10_ERROR_PACKAGE,       /* ProfileInstallationResult, signed */
    ES10_ERROR_INTEGER,       /* { 02 code } */
    ES10_ERROR_EUICC_PACKAGE, /* EuiccPackageErrorSigned */
};

/* Chips that have a function: bits at 1 << enum euicc_info_iot. */
#define ES10_CONSUMER (1u << 0)
#define ES10_IOT_1_0 (1u << 1)
#define ES10_IOT_FROM_1_1 (1u << 2 | 1u << 3 | 1u << 4)
#define ES10_IOT (ES10_IOT_1_0 | ES10_IOT_FROM_1_1)
#define ES10_ALL (ES10_CONSUMER | ES10_IOT)

struct es10_row {
    uint32_t tag;
    const char *name; /* SGP.22's: "AuthenticateServer" */
    es10_handler *handle;
    es10_guard *guard; /* NULL: nothing */
    enum es10_error_form error_form;
    uint32_t chips; /* ES10_ALL, ES10_IOT, … */
    const char *section;
};

struct es10_table {
    const struct es10_row *rows;
    size_t count;
};
extern const struct es10_table es10_functions;

/* NULL for a tag that no chip has a function for. */
const struct es10_row *es10_find(uint32_t tag);
/* A failed function's whole answer: 0, or SW_WRONG_DATA when the request lacks what it needs. Not
 * for ES10_ERROR_NONE and ES10_ERROR_PACKAGE. */
int es10_put_error(const struct es10_row *row, struct bytes request, int code,
                   struct writer *response);
/* Carries out one whole command. */
int es10_execute(struct isd_r *isd_r, struct bytes command, struct writer *response);

#endif
