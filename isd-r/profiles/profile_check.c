#include "isd-r/profiles/profile_check.h"

#include <stdio.h>

#include "apdu/trace.h"
#include "fs/profile/iccid.h"
#include "isd-r/profiles/bpp_error.h"
#include "isd-r/profiles/operator_id.h"

#define FID_IMSI 0x6F07
#define FID_UST 0x6F38
#define FID_GID1 0x6F3E
#define FID_GID2 0x6F3F
#define SERVICE_GID1 17 /* TS 31.102 §4.2.8 */
#define SERVICE_GID2 18
#define IMSI_SIZE 9
#define IMSI_DIGITS_MIN 5 /* MCC and a short MNC */
#define NO_DIGIT 0x0F
#define MNC_SHORT 5 /* digits of MCC and MNC together */
#define MNC_LONG 6
#define TEST_KEY_FREE_BYTES 2 /* at the end of a test profile's key */

static const uint8_t usim_aid[] = {0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02};

/* The file's content, or empty where there is none. */
static struct bytes content_of(struct file *directory, uint16_t fid)
{
    struct file *file = directory != NULL ? profile_child(directory, fid) : NULL;
    if (file == NULL)
        return (struct bytes){0};
    file = file_resolve(file);
    return bytes_of(file->content, file->content != NULL ? file->size : 0);
}

static bool header_matches(const struct profile *profile, const struct metadata *metadata)
{
    uint8_t swapped[METADATA_ICCID_SIZE];
    iccid_swap(profile->iccid, swapped);
    return bytes_equal(bytes_of(swapped, sizeof(swapped)), metadata->iccid);
}

/* Says which two ICCIDs differ: `other` is as EF.ICCID codes it. */
static int refuse_iccid(const struct profile *profile, const char *whose, struct bytes other,
                        char why[PROFILE_CHECK_WHY_SIZE])
{
    char header[ICCID_TEXT_SIZE], text[ICCID_TEXT_SIZE];
    iccid_text(profile->iccid, header);
    (void)iccid_swapped_text(other, text);
    snprintf(why, PROFILE_CHECK_WHY_SIZE, "the package's header has ICCID %s, %s has %s", header,
             whose, text);
    trace_detail("%s", why);
    return BPP_DATA_MISMATCH;
}

static int refuse(int result, const char *what, char why[PROFILE_CHECK_WHY_SIZE])
{
    snprintf(why, PROFILE_CHECK_WHY_SIZE, "%s", what);
    trace_detail("%s", why);
    return result;
}

/* The nth digit of an IMSI (TS 31.102 §4.2.2): after the length byte and the parity nibble. */
static uint8_t imsi_digit(struct bytes imsi, size_t n)
{
    const uint8_t byte = imsi.data[1 + (n + 1) / 2];
    return (n + 1) % 2 ? byte >> 4 : byte & 0x0F;
}

/* MCC and MNC as TS 24.008 §10.5.1.13 codes them: the nibbles that hold the digits in order. */
static uint8_t network_digit(struct bytes mcc_mnc, size_t n)
{
    static const uint8_t nibbles[MNC_LONG] = {0, 1, 2, 4, 5, 3};
    const uint8_t byte = mcc_mnc.data[nibbles[n] / 2];
    return nibbles[n] % 2 ? byte >> 4 : byte & 0x0F;
}

static bool network_matches(struct file *usim, struct bytes mcc_mnc)
{
    const struct bytes imsi = content_of(usim, FID_IMSI);
    if (imsi.len != IMSI_SIZE || imsi.data[0] > IMSI_SIZE - 1 ||
        imsi.data[0] < 1 + IMSI_DIGITS_MIN / 2)
        return true; /* no IMSI to compare with */
    const size_t count = network_digit(mcc_mnc, MNC_LONG - 1) == NO_DIGIT ? MNC_SHORT : MNC_LONG;
    for (size_t n = 0; n < count; n++)
        if (imsi_digit(imsi, n) != network_digit(mcc_mnc, n))
            return false;
    return true;
}

static bool has_service(struct file *usim, unsigned service)
{
    const struct bytes table = content_of(usim, FID_UST);
    const unsigned bit = service - 1;
    return bit / 8 < table.len && (table.data[bit / 8] >> bit % 8 & 1);
}

static struct bytes without_filling(struct bytes value)
{
    while (value.len > 0 && value.data[value.len - 1] == 0xFF)
        value.len--;
    return value;
}

static bool group_matches(struct file *usim, unsigned service, uint16_t fid, struct bytes gid)
{
    const struct bytes file =
        has_service(usim, service) ? content_of(usim, fid) : (struct bytes){0};
    return bytes_equal(without_filling(file), without_filling(gid));
}

static bool owner_matches(struct profile *profile, const struct metadata *metadata)
{
    struct operator_id owner;
    struct file *usim = profile_adf_by_aid(profile, bytes_of(usim_aid, sizeof(usim_aid)), NULL);
    if (metadata->owner.data == NULL || usim == NULL)
        return true;
    return operator_id_parse(metadata->owner, &owner) && network_matches(usim, owner.mcc_mnc) &&
           group_matches(usim, SERVICE_GID1, FID_GID1, owner.gid1) &&
           group_matches(usim, SERVICE_GID2, FID_GID2, owner.gid2);
}

/* A test profile's keys cannot serve a subscriber: the test algorithm, or nothing but zeros before
 * the last two bytes (SGP.22 §2.4.5.3). */
static bool is_test_key(const struct aka *aka)
{
    if (aka->algorithm == AKA_TEST)
        return true;
    for (size_t i = 0; i + TEST_KEY_FREE_BYTES < aka->key_len; i++)
        if (aka->key[i] != 0)
            return false;
    return true;
}

static bool has_test_keys(const struct profile *profile)
{
    for (const struct aka *aka = profile->akas; aka != NULL; aka = aka->next)
        if (!is_test_key(aka))
            return false;
    return true;
}

int profile_check(struct profile *profile, const struct metadata *metadata,
                  char why[PROFILE_CHECK_WHY_SIZE])
{
    why[0] = '\0';
    if (!header_matches(profile, metadata))
        return refuse_iccid(profile, "the metadata", metadata->iccid, why);
    if (!profile_iccid_agrees(profile))
        return refuse_iccid(profile, "its EF.ICCID", profile_iccid_file(profile), why);
    if (!owner_matches(profile, metadata))
        return refuse(BPP_DATA_MISMATCH,
                      "the package's IMSI or group ids are not those of the metadata's owner", why);
    if (metadata->class == METADATA_TEST && !has_test_keys(profile))
        return refuse(BPP_INVALID_NAA_KEY,
                      "the metadata's class is test, and the package has a subscriber's key", why);
    return 0;
}
