/* bpp: LoadBoundProfilePackage, a bound package taken in as one stream of bytes whatever the blocks
 * it comes in (SGP.22 §2.5.4, §5.5, §5.7.6). A table says which element may come when. */
#ifndef EMUICC_ISD_R_DOWNLOAD_BPP_H
#define EMUICC_ISD_R_DOWNLOAD_BPP_H

#include "apdu/tlv.h"

struct isd_r;
struct bpp_package; /* heap; one while a package comes in */

/* BppCommandId */
enum bpp_command {
    BPP_INITIALISE_SECURE_CHANNEL = 0,
    BPP_CONFIGURE_ISDP = 1,
    BPP_STORE_METADATA = 2,
    BPP_REPLACE_SESSION_KEYS = 4,
    BPP_LOAD_PROFILE_ELEMENTS = 5,
};

/* ErrorReason */
enum bpp_reason {
    BPP_INCORRECT_INPUT_VALUES = 1,
    BPP_INVALID_SIGNATURE = 2,
    BPP_INVALID_TRANSACTION_ID = 3,
    BPP_UNSUPPORTED_CRT_VALUES = 4,
    BPP_UNSUPPORTED_REMOTE_OPERATION_TYPE = 5,
    BPP_UNSUPPORTED_PROFILE_CLASS = 6,
    BPP_SCP03T_STRUCTURE_ERROR = 7,
    BPP_SCP03T_SECURITY_ERROR = 8,
    BPP_ICCID_ALREADY_EXISTS = 9,
    BPP_INSUFFICIENT_MEMORY = 10,
    BPP_INTERRUPTION = 11,
    BPP_PE_PROCESSING_ERROR = 12,
    BPP_DATA_MISMATCH = 13,
    BPP_INVALID_NAA_KEY = 14,
    BPP_PPR_NOT_ALLOWED = 15,
    BPP_ENTERPRISE_NOT_SUPPORTED = 17,
    BPP_ENTERPRISE_RULES_NOT_ALLOWED = 18,
    BPP_ENTERPRISE_PROFILE_NOT_ALLOWED = 19,
    BPP_ENTERPRISE_OID_MISMATCH = 20,
    BPP_ENTERPRISE_RULES_ERROR = 21,
    BPP_ENTERPRISE_PROFILES_ONLY = 22,
    BPP_LPR_NOT_SUPPORTED = 23,
    BPP_UNKNOWN_TLV_IN_METADATA = 26,
    BPP_UNKNOWN_ERROR = 127,
};

/* Is this first block of a STORE DATA command part of a package: of the one that is coming in, or
 * the start of one that the session has been prepared for? If not, it is another function's. */
bool bpp_takes(const struct isd_r *isd_r, struct bytes block);
/* A STORE DATA command with a part of the package begins: the package, if it is the first one. 0, a
 * status word if the command is to be refused, after which it may come again, or a failure. */
int bpp_begin_segment(struct isd_r *isd_r);
/* Takes the next bytes of the segment. What is wrong with them is remembered for bpp_answer(). 0 or
 * a failure. */
int bpp_feed(struct isd_r *isd_r, struct bytes bytes);
/* End of a STORE DATA command. When the package is complete, or was refused, the profile is
 * installed or thrown away and the signed ProfileInstallationResult is kept and answered; nothing
 * is answered otherwise. 0 or a failure; or a status word that somebody wants there instead. */
int bpp_answer(struct isd_r *isd_r, struct writer *response);
/* Something else came in mid-package: the session ends with a result that is kept. 0 or a failure.
 */
int bpp_interrupt(struct isd_r *isd_r);
/* Forgets the package. */
void bpp_forget(struct isd_r *isd_r);

#endif
