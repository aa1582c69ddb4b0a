/* The card's result codes by name, what each means and what to do about it. */
#include "tools/lib/es10/codes.h"

#define SHOW_LIST "'emuicc-lpa list' shows what is there"
#define DISABLE_FIRST "'emuicc-lpa disable' it first"
#define FOREIGN_CI                                                                                 \
    "the server's certificates and the card have no CI in common; 'emuicc-lpa info' shows the "    \
    "card's"

/* clang-format off */
static const struct codes_row rows[] = {
    {CODES_PROFILES_INFO, 1, "incorrectInputValues", "the card does not understand the request", NULL},
    {CODES_PROFILES_INFO, 127, "undefinedError", "the card gives no reason", NULL},

    {CODES_ENABLE, 1, "iccidOrAidNotFound", "the card has no such profile", SHOW_LIST},
    {CODES_ENABLE, 2, "profileNotInDisabledState", "it is enabled already", NULL},
    {CODES_ENABLE, 3, "disallowedByPolicy", "a rule of the enabled profile forbids to disable it", SHOW_LIST},
    {CODES_ENABLE, 4, "wrongProfileReenabling", "while a test profile is enabled, only the profile before it may follow", "'emuicc-lpa disable' the test profile first"},
    {CODES_ENABLE, 5, "catBusy", "a toolkit session of the card is open", "try again when it has ended"},
    {CODES_ENABLE, 6, "disallowedByEnterpriseRule", "a rule of the company whose profile is on the card forbids it", SHOW_LIST},
    {CODES_ENABLE, 127, "undefinedError", "the card gives no reason", NULL},

    {CODES_DISABLE, 1, "iccidOrAidNotFound", "the card has no such profile", SHOW_LIST},
    {CODES_DISABLE, 2, "profileNotInEnabledState", "it is disabled already", NULL},
    {CODES_DISABLE, 3, "disallowedByPolicy", "a rule of the profile forbids to disable it", SHOW_LIST},
    {CODES_DISABLE, 5, "catBusy", "a toolkit session of the card is open", "try again when it has ended"},
    {CODES_DISABLE, 127, "undefinedError", "the card gives no reason", NULL},

    {CODES_DELETE, 1, "iccidOrAidNotFound", "the card has no such profile", SHOW_LIST},
    {CODES_DELETE, 2, "profileNotInDisabledState", "it is enabled", DISABLE_FIRST},
    {CODES_DELETE, 3, "disallowedByPolicy", "a rule of the profile forbids to delete it", SHOW_LIST},
    {CODES_DELETE, 4, "disallowedInTestMode", "the device is in test mode", NULL},
    {CODES_DELETE, 127, "undefinedError", "the card gives no reason", NULL},

    {CODES_NICKNAME, 1, "iccidNotFound", "the card has no such profile", SHOW_LIST},
    {CODES_NICKNAME, 127, "undefinedError", "the card gives no reason", NULL},

    {CODES_NOTIFICATIONS, 1, "noResultAvailable", "the card has no such notification", "'emuicc-lpa notifications' shows what is there"},
    {CODES_NOTIFICATIONS, 127, "undefinedError", "the card gives no reason", NULL},

    {CODES_NOTIFICATION_SENT, 1, "nothingToDelete", "the card has no such notification", "'emuicc-lpa notifications' shows what is there"},
    {CODES_NOTIFICATION_SENT, 127, "undefinedError", "the card gives no reason", NULL},

    {CODES_AUTHENTICATE, 1, "invalidCertificate", "the card does not accept the server's certificate", FOREIGN_CI},
    {CODES_AUTHENTICATE, 2, "invalidSignature", "the server's signature is wrong", NULL},
    {CODES_AUTHENTICATE, 3, "unsupportedCurve", "the card does not have the curve of the server's certificate", NULL},
    {CODES_AUTHENTICATE, 4, "noSessionContext", "the card has given no challenge for this session", "start the download again"},
    {CODES_AUTHENTICATE, 5, "invalidOid", "the server's certificate has a wrong object identifier", NULL},
    {CODES_AUTHENTICATE, 6, "euiccChallengeMismatch", "the server signed another challenge", "start the download again"},
    {CODES_AUTHENTICATE, 7, "ciPKUnknown", "the card does not have the CI that the server chose", FOREIGN_CI},
    {CODES_AUTHENTICATE, 8, "transactionIdError", "the transaction id is wrong", NULL},
    {CODES_AUTHENTICATE, 9, "missingCrl", "the card misses a revocation list", NULL},
    {CODES_AUTHENTICATE, 10, "invalidCrlSignature", "the signature of a revocation list is wrong", NULL},
    {CODES_AUTHENTICATE, 11, "revokedCert", "the server's certificate has been revoked", NULL},
    {CODES_AUTHENTICATE, 12, "invalidCertOrCrlTime", "a certificate or revocation list is out of date", NULL},
    {CODES_AUTHENTICATE, 13, "invalidCertOrCrlConfiguration", "a certificate or revocation list is malformed", NULL},
    {CODES_AUTHENTICATE, 127, "undefinedError", "the card gives no reason", NULL},

    {CODES_DOWNLOAD, 1, "invalidCertificate", "the card does not accept the certificate for profile binding", FOREIGN_CI},
    {CODES_DOWNLOAD, 2, "invalidSignature", "the server's signature is wrong", NULL},
    {CODES_DOWNLOAD, 3, "unsupportedCurve", "the card does not have the curve of the server's certificate", NULL},
    {CODES_DOWNLOAD, 4, "noSessionContext", "the card has no session with this server", "start the download again"},
    {CODES_DOWNLOAD, 5, "invalidTransactionId", "the transaction id is of another session", "start the download again"},
    {CODES_DOWNLOAD, 127, "undefinedError", "the card gives no reason", NULL},

    {CODES_RPM, 2, "invalidSignature", "the server's signature of the package is wrong", NULL},
    {CODES_RPM, 4, "noSession", "the card has no session with this server", "start again"},
    {CODES_RPM, 5, "invalidTransactionId", "the package belongs to another session", "start again"},
    {CODES_RPM, 127, "undefinedError", "the card gives no reason", NULL},

    {CODES_SMDS, 2, "invalidSignature", "the signature of the SM-DS is wrong", NULL},
    {CODES_SMDS, 4, "noSession", "the card has no session with this SM-DS", "start again"},
    {CODES_SMDS, 5, "invalidTransactionId", "what the SM-DS says belongs to another session", "start again"},
    {CODES_SMDS, 127, "undefinedError", "the card gives no reason", NULL},

    {CODES_CHANGE, 2, "invalidSignature", "the server's signature is wrong", NULL},
    {CODES_CHANGE, 4, "noSession", "the card has no session with this server", "start again"},
    {CODES_CHANGE, 5, "invalidTransactionId", "what the server says belongs to another session", "start again"},
    {CODES_CHANGE, 6, "unsupportedCrtValues", "the server has encrypted in a way that the card does not know", NULL},
    {CODES_CHANGE, 7, "invalidData", "what the server says of the change cannot be read, or is of another profile", NULL},
    {CODES_CHANGE, 8, "profileNotInDisabledState", "the profile is enabled, and has to be deleted", "'emuicc-lpa disable' it first"},
    {CODES_CHANGE, 127, "undefinedError", "the card gives no reason; policy rule PPR2 may keep the profile", NULL},
    {CODES_CANCEL, 5, "invalidTransactionId", "the card has no such session", NULL},
    {CODES_CANCEL, 127, "undefinedError", "the card gives no reason", NULL},

    {CODES_BPP_COMMAND, 0, "initialiseSecureChannel", "", NULL},
    {CODES_BPP_COMMAND, 1, "configureISDP", "", NULL},
    {CODES_BPP_COMMAND, 2, "storeMetadata", "", NULL},
    {CODES_BPP_COMMAND, 3, "storeMetadata2", "", NULL},
    {CODES_BPP_COMMAND, 4, "replaceSessionKeys", "", NULL},
    {CODES_BPP_COMMAND, 5, "loadProfileElements", "", NULL},

    {CODES_BPP_REASON, 1, "incorrectInputValues", "a value in the package is wrong", NULL},
    {CODES_BPP_REASON, 2, "invalidSignature", "the signature of the package is wrong", NULL},
    {CODES_BPP_REASON, 3, "invalidTransactionId", "the package belongs to another session", "start the download again"},
    {CODES_BPP_REASON, 4, "unsupportedCrtValues", "the card does not have the keys that the package asks for", NULL},
    {CODES_BPP_REASON, 5, "unsupportedRemoteOperationType", "the package asks for another operation than installing", NULL},
    {CODES_BPP_REASON, 6, "unsupportedProfileClass", "the card takes no profile of this class", NULL},
    {CODES_BPP_REASON, 7, "scp03tStructureError", "a protected segment is malformed", NULL},
    {CODES_BPP_REASON, 8, "scp03tSecurityError", "a protected segment does not verify", NULL},
    {CODES_BPP_REASON, 9, "installFailedDueToIccidAlreadyExistsOnEuicc", "the profile is on the card already", SHOW_LIST},
    {CODES_BPP_REASON, 10, "installFailedDueToInsufficientMemoryForProfile", "the card is full", "'emuicc-lpa delete' a profile that is no longer needed"},
    {CODES_BPP_REASON, 11, "installFailedDueToInterruption", "the installation was interrupted", "start the download again"},
    {CODES_BPP_REASON, 12, "installFailedDueToPEProcessingError", "the card refuses a profile element", NULL},
    {CODES_BPP_REASON, 13, "installFailedDueToDataMismatch", "the package does not hold what its metadata say", NULL},
    {CODES_BPP_REASON, 14, "testProfileInstallFailedDueToInvalidNaaKey", "a test profile must use the test keys", NULL},
    {CODES_BPP_REASON, 15, "pprNotAllowed", "the card does not allow this operator the profile's policy rules", "'emuicc-lpa --json info' shows the card's rules"},
    {CODES_BPP_REASON, 17, "enterpriseProfilesNotSupported", "the card takes no enterprise profiles", NULL},
    {CODES_BPP_REASON, 18, "enterpriseRulesNotAllowed", "the card does not allow the enterprise rules", NULL},
    {CODES_BPP_REASON, 19, "enterpriseProfileNotAllowed", "the card does not allow this enterprise profile", NULL},
    {CODES_BPP_REASON, 20, "enterpriseOidMismatch", "the profile is of another enterprise", NULL},
    {CODES_BPP_REASON, 21, "enterpriseRulesError", "the enterprise rules contradict each other", NULL},
    {CODES_BPP_REASON, 22, "enterpriseProfilesOnly", "the card takes enterprise profiles only", NULL},
    {CODES_BPP_REASON, 23, "lprNotSupported", "the card has no LPA proxy", NULL},
    {CODES_BPP_REASON, 26, "unknownTlvInMetadata", "the metadata hold a field that the card does not know", NULL},
    {CODES_BPP_REASON, 127, "installFailedDueToUnknownError", "the card gives no reason", NULL},

    {CODES_PE_STATUS, 0, "ok", "", NULL},
    {CODES_PE_STATUS, 1, "pe-not-supported", "", NULL},
    {CODES_PE_STATUS, 2, "memory-failure", "", NULL},
    {CODES_PE_STATUS, 3, "bad-values", "", NULL},
    {CODES_PE_STATUS, 4, "not-enough-memory", "", NULL},
    {CODES_PE_STATUS, 5, "invalid-request-format", "", NULL},
    {CODES_PE_STATUS, 6, "invalid-parameter", "", NULL},
    {CODES_PE_STATUS, 7, "runtime-not-supported", "", NULL},
    {CODES_PE_STATUS, 8, "lib-not-supported", "", NULL},
    {CODES_PE_STATUS, 9, "template-not-supported", "", NULL},
    {CODES_PE_STATUS, 10, "feature-not-supported", "", NULL},
    {CODES_PE_STATUS, 11, "pin-code-missing", "", NULL},
    {CODES_PE_STATUS, 31, "unsupported-profile-version", "", NULL},
};
/* clang-format on */

const struct codes_row *codes_find(enum codes_set set, uint32_t code)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].set == set && rows[i].code == code)
            return &rows[i];
    return NULL;
}
