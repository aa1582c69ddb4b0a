/* es10_row: what one function is that an LPA calls through STORE DATA (SGP.22 §5.7). */
#ifndef EMUICC_ISD_R_ES10_ROW_H
#define EMUICC_ISD_R_ES10_ROW_H

#include "apdu/tlv.h"
#include "isd-r/info/es10_tag.h"

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

#endif
