/* certificates: a chip's certificates in words. */
#ifndef EMUICC_TOOLS_INSPECT_CERTIFICATES_H
#define EMUICC_TOOLS_INSPECT_CERTIFICATES_H

#include <jansson.h>

/* answer: of a chip's `certificates` request. A list of {"role", "ci", "subject", "organization",
 * "serial", "curve", "notBefore", "notAfter", "keyId", "issuerKeyId", "valid", "checked", "der",
 * "verifies", "signs", "signsV3"}: valid, at this time; checked, what became of the check against
 * who has issued it. */
json_t *certificates_describe(const json_t *answer);

#endif
