/* saip_platform: the words between the interpreter of packages and those who use it: what the card
 * can do, how far a package has come, what became of an element (TCA §8.10). */
#ifndef EMUICC_FS_SAIP_SAIP_PLATFORM_H
#define EMUICC_FS_SAIP_SAIP_PLATFORM_H

#include "apdu/checkpoint.h"
#include "fs/profile/profile.h"

/* PEStatus.status */
enum pe_status {
    PE_OK = 0,
    PE_NOT_SUPPORTED = 1,
    PE_MEMORY_FAILURE = 2,
    PE_BAD_VALUES = 3,
    PE_NOT_ENOUGH_MEMORY = 4,
    PE_INVALID_REQUEST_FORMAT = 5,
    PE_INVALID_PARAMETER = 6,
    PE_RUNTIME_NOT_SUPPORTED = 7,
    PE_LIB_NOT_SUPPORTED = 8,
    PE_TEMPLATE_NOT_SUPPORTED = 9,
    PE_FEATURE_NOT_SUPPORTED = 10,
    PE_PIN_CODE_MISSING = 11,
    PE_UNSUPPORTED_PROFILE_VERSION = 31,
};

/* What this card can do, as a package's header may demand it. */
struct saip_platform {
    uint32_t services;                    /* UICCCapability: bit n of the ASN.1 at 1 << n */
    size_t memory;                        /* bytes of non-volatile memory left for this profile */
    uint8_t major, minor;                 /* highest format version understood */
    const struct checkpoint_watch *watch; /* asked before each element; NULL: nobody. Borrowed */
};

/* How far a package has come. */
enum saip_progress {
    SAIP_MORE = 0,    /* go on */
    SAIP_ENDED = 1,   /* PE-End was processed: the profile is complete */
    SAIP_ABORTED = 2, /* the response says why; the profile is to be thrown away */
};

/* A file that a package is about. */
struct saip_place {
    uint16_t fid;     /* 0: none */
    const char *name; /* the template's: "EF.IMPI"; NULL if it is of no template */
};
#define SAIP_REASON_SIZE 128

#endif
