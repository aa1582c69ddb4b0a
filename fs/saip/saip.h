/* saip: interpreter of the eUICC Profile Package: Interoperable Format (TCA 2.1 to 3.3.1). Takes
 * a package as a stream of bytes, acts on each profile element as its last byte arrives, and builds
 * an incoming profile. Says what became of it as the format's EUICCResponse. */
#ifndef EMUICC_FS_SAIP_SAIP_H
#define EMUICC_FS_SAIP_SAIP_H

#include "fs/saip/saip_platform.h"

/* The chip as it comes by default. */
extern const struct saip_platform saip_default_platform;

struct saip; /* heap */

/* Builds into *incoming, which stays the caller's. */
int saip_create(const struct saip_platform *platform, struct profile *incoming, struct saip **out);
void saip_destroy(struct saip *saip);

/* Any cut of the stream. A SAIP_* progress or a failure (< 0). Bytes after PE-End abort. */
int saip_feed(struct saip *saip, struct bytes chunk);
/* No more bytes will come: SAIP_ENDED, or SAIP_ABORTED if PE-End has not been seen. */
int saip_finish(struct saip *saip);

#define SAIP_RESPONSE_MAX 640 /* bytes of the longest EUICCResponse */
/* EUICCResponse, DER: { peStatus, profileInstallationAborted?, statusMessage? }. */
void saip_put_response(const struct saip *saip, struct writer *out);
/* What the n-th PEStatus of the response does not say; false if there are not so many. Borrowed. */
struct saip_reason {
    const char *element;    /* "isim" */
    struct saip_place file; /* that was being made or filled */
    const char *text;       /* "51 bytes do not fit in the 32 it has left", or "" */
};
bool saip_reason(const struct saip *saip, size_t n, struct saip_reason *out);
/* File and text in one: "EF.IMPI (6F02): 51 bytes do not fit ..."; "" if neither is known. */
#define SAIP_REASON_LINE_SIZE 192
void saip_reason_line(const struct saip_reason *reason, char line[SAIP_REASON_LINE_SIZE]);
/* Worst status so far: PE_OK, or what aborted. */
enum pe_status saip_status(const struct saip *saip);
/* As the format's ASN.1 calls it: "bad-values". */
const char *saip_status_name(enum pe_status status);
/* The names of the elements, in the order of their tags; NULL beyond the last. */
const char *saip_element_name(size_t which);

#endif
