#include "card/farm/eids.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"

#define NUMBER_ONE "0000000000000000000001" /* what follows the IIN, without check digits */

/* The lowest EID that names something in the folder: 0, or 1 if there is none. */
static int lowest_eid(const char *chips, uint8_t eid[PKI_EID_SIZE])
{
    DIR *folder = opendir(chips);
    uint8_t one[PKI_EID_SIZE];
    int result = 1;
    if (folder == NULL)
        return 1;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (!pki_eid_from_text(entry->d_name, one) ||
            (result == 0 && memcmp(one, eid, PKI_EID_SIZE) >= 0))
            continue;
        memcpy(eid, one, PKI_EID_SIZE);
        result = 0;
    }
    closedir(folder);
    return result;
}

/* The same of folder and records: 0, 1, or a failure. */
static int lowest_of_all(const char *chips, struct births *births, uint8_t eid[PKI_EID_SIZE])
{
    uint8_t recorded[PKI_EID_SIZE];
    int result = lowest_eid(chips, eid);
    const int found = births_first(births, recorded);
    if (found < 0)
        return found;
    if (found == 0 && (result != 0 || memcmp(recorded, eid, PKI_EID_SIZE) < 0)) {
        memcpy(eid, recorded, PKI_EID_SIZE);
        result = 0;
    }
    return result;
}

static int first_of_range(const char *pki, uint8_t eid[PKI_EID_SIZE])
{
    struct pki_entity eum;
    char digits[PKI_EID_DIGITS + 1] = PKI_DEFAULT_IIN NUMBER_ONE "00";
    struct writer coded = writer_on(eid, PKI_EID_SIZE);
    const int found = pki_read(pki, PKI_EUM, EC_P256, &eum);
    if (found < 0)
        return found;
    if (found == 0) {
        const struct bytes iin = certificate_permitted_iin(&eum.certificate);
        if (iin.len == PKI_IIN_DIGITS)
            memcpy(digits, iin.data, PKI_IIN_DIGITS);
        pki_entity_finish(&eum);
    }
    if (!hex_decode(digits, &coded))
        return FAILURE_INTERNAL;
    pki_eid_complete(eid);
    return 0;
}

int eids_first(const char *chips, struct births *births, const char *pki, const char *asked,
               uint8_t eid[PKI_EID_SIZE])
{
    uint8_t wanted[PKI_EID_SIZE];
    char digits[PKI_EID_DIGITS + 1];
    if (asked != NULL && pki_eid_read("--eid ", asked, wanted) != 0)
        return FAILURE_INTERNAL;
    const int lowest = lowest_of_all(chips, births, eid);
    if (lowest < 0)
        return lowest;
    if (lowest == 0) {
        if (asked == NULL || memcmp(eid, wanted, PKI_EID_SIZE) == 0)
            return 0;
        pki_eid_to_text(eid, digits);
        trace_error("--eid %s: the chips in %s begin with %s; leave --eid out, or start a new farm "
                    "in another --state",
                    asked, chips, digits);
        return FAILURE_INTERNAL;
    }
    if (asked == NULL)
        return first_of_range(pki, eid);
    memcpy(eid, wanted, PKI_EID_SIZE);
    return 0;
}

bool eids_fit_range(const uint8_t first[PKI_EID_SIZE], size_t count)
{
    uint8_t eid[PKI_EID_SIZE];
    char digits[PKI_EID_DIGITS + 1];
    memcpy(eid, first, sizeof(eid));
    for (size_t i = 1; i < count; i++) {
        pki_eid_next(eid);
        if (memcmp(eid, first, PKI_IIN_DIGITS / 2) == 0)
            continue;
        pki_eid_to_text(first, digits);
        trace_error("--cards %zu: from EID %s on there are only %zu in the EUM's range", count,
                    digits, i);
        return false;
    }
    return true;
}
