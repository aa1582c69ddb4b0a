/* rpm: remote profile management as SM-DP+ and LPA see it: the commands of an RpmPackage, and what
 * a card says came of them (SGP.22 v3 §2.10, Annex H). The slices borrow.
 *
 *   RpmCommand        30 { [80 continueOnFailure], A1..A6 { 5A ICCID, ... } }
 *   RpmCommandResult  30 { [5A ICCID], BF31 | BF32 | BF33 { 80 code } | BF2D {...} | 9F2A code |
 *                          A0 { A0 {...} | 81 code } | 02 rpmProcessingTerminated }
 *   signed result     A0 { 80 transactionId, BF2F metadata, 06 smdpOid,
 *                          A2 { A0 RpmCommandResults | 81 error } }, 81 euiccSignRPR over that A0
 */
#ifndef EMUICC_TOOLS_LIB_COMMON_RPM_H
#define EMUICC_TOOLS_LIB_COMMON_RPM_H

#include "apdu/tlv.h"

enum rpm_kind {
    RPM_ENABLE,
    RPM_DISABLE,
    RPM_DELETE,
    RPM_LIST,
    RPM_UPDATE,
    RPM_CONTACT,
    RPM_TERMINATED, /* a result only: why no further command was carried out */
    RPM_UNKNOWN,    /* a command only */
};
/* "enable", as SGP.22 names it. */
const char *rpm_kind_name(enum rpm_kind kind);

struct rpm_command {
    enum rpm_kind kind;
    bool goes_on;       /* continueOnFailure */
    struct bytes iccid; /* nibbles swapped; empty where the command names none */
    struct bytes value; /* what stands in the command's own element */
};
/* Takes the next off the content of an RpmPackage; false if it is no element, or at the end. One
 * that a card would not know is RPM_UNKNOWN. */
bool rpm_command_take(struct bytes *package, struct rpm_command *out);

struct rpm_command_result {
    enum rpm_kind kind;
    struct bytes iccid;
    uint32_t code;      /* 0: done */
    struct bytes value; /* of RPM_LIST the ProfileInfo elements, of RPM_CONTACT the address */
};
/* Takes the next off the content of rpmPackageExecutionResult; false if it is malformed. */
bool rpm_result_take(struct bytes *results, struct rpm_command_result *out);

/* A name for a code of such a result, as SGP.22 has it: "disallowedForRpm". */
const char *rpm_result_text(const struct rpm_command_result *result);

/* LoadRpmPackageResultSigned */
struct rpm_signed {
    struct bytes data, signature; /* what is signed, whole; euiccSignRPR, r and s */
    struct bytes transaction_id, metadata, server_oid;
    bool executed;        /* as far as the results say */
    struct bytes results; /* when executed */
    uint32_t error;       /* LoadRpmPackageErrorCodeSigned, otherwise */
};
/* content: of the answer's A0, or of the notification's A1. */
bool rpm_signed_read(struct bytes content, struct rpm_signed *out);
const char *rpm_signed_error_text(uint32_t error);

#endif
