#include "tests/isd-r/package.h"

#include <stdio.h>

#include "apdu/der.h"
#include "apdu/hex.h"

#define OID(...) BYTES(0x67, 0x81, 0x0F, 0x01, __VA_ARGS__)

/* PEHeader { mandated, identification } */
static void put_header(struct writer *out, uint8_t identification)
{
    const size_t mark = tlv_open(out, 0xA0);
    tlv_put(out, 0x80, (struct bytes){0});
    tlv_put_u8(out, 0x81, identification);
    tlv_close(out, mark);
}

static void put_profile_header(const struct package *package, struct writer *out)
{
    const size_t mark = tlv_open(out, 0xA0);
    tlv_put_u8(out, 0x80, 2);
    tlv_put_u8(out, 0x81, 3);
    tlv_put(out, 0x82, bytes_of_text("test package"));
    tlv_put(out, 0x83, bytes_of(package->iccid, PACKAGE_ICCID_SIZE));
    const size_t services = tlv_open(out, 0xA5);
    if (package->imsi.len > 0)
        tlv_put(out, 0x81, (struct bytes){0});
    if (package->unknown_service)
        tlv_put(out, 0x8C, (struct bytes){0}); /* multos */
    tlv_close(out, services);
    const size_t templates = tlv_open(out, 0xA6);
    tlv_put(out, DER_OBJECT_IDENTIFIER, OID(2, 1));
    tlv_close(out, templates);
    tlv_close(out, mark);
}

static void put_linear_file(struct writer *out, uint32_t tag, uint8_t record_len,
                            struct bytes record)
{
    const size_t file = tlv_open(out, tag);
    const size_t descriptor = tlv_open(out, 0xA1);
    tlv_put(out, 0x82, BYTES(0x42, 0x21, 0x00, record_len));
    tlv_put_u8(out, 0x80, record_len);
    tlv_close(out, descriptor);
    tlv_put(out, 0x83, record);
    tlv_close(out, file);
}

static void put_content(struct writer *out, uint32_t tag, struct bytes content)
{
    const size_t file = tlv_open(out, tag);
    tlv_put(out, 0x83, content);
    tlv_close(out, file);
}

static void put_mf(const struct package *package, struct writer *out)
{
    const size_t mark = tlv_open(out, 0xB0);
    put_header(out, 1);
    tlv_put(out, 0x81, OID(2, 1));
    const size_t mf = tlv_open(out, 0xA2);
    const size_t descriptor = tlv_open(out, 0xA1);
    tlv_put(out, 0xC6, BYTES(0x01, 0x0A));
    tlv_close(out, descriptor);
    tlv_close(out, mf);
    put_content(out, 0xA4, bytes_of(package->file_iccid, PACKAGE_ICCID_SIZE));
    put_linear_file(out, 0xA5, 0x26, BYTES(0x61, 0x04, 0x4F, 0x02, 0xA0, 0x00));
    put_linear_file(out, 0xA6, 0x10, BYTES(0x80, 0x01, 0x01, 0x90, 0x00));
    tlv_close(out, mark);
}

/* PUK and PIN codes: what the PIN status of MF and USIM refers to. */
static void put_codes(struct writer *out)
{
    size_t mark = tlv_open(out, 0xA3);
    put_header(out, 2);
    tlv_put(out, 0xA1,
            BYTES(0x30, 0x10, 0x80, 0x01, 0x01, 0x81, 0x08, 0x31, 0x31, 0x31, 0x31, 0x31, 0x31,
                  0x31, 0x31, 0x82, 0x01, 0x33));
    tlv_close(out, mark);
    mark = tlv_open(out, 0xA2);
    put_header(out, 3);
    const size_t codes = tlv_open(out, 0xA1);
    tlv_put(out, 0xA0,
            BYTES(0x30, 0x10, 0x80, 0x01, 0x01, 0x81, 0x08, 0x30, 0x30, 0x30, 0x30, 0xFF, 0xFF,
                  0xFF, 0xFF, 0x82, 0x01, 0x01, 0x30, 0x0D, 0x80, 0x01, 0x0A, 0x81, 0x08, 0x35,
                  0x35, 0x35, 0x35, 0x35, 0x35, 0x35, 0x35));
    tlv_close(out, codes);
    tlv_close(out, mark);
}

static void put_usim(const struct package *package, struct writer *out)
{
    const size_t mark = tlv_open(out, 0xB3);
    put_header(out, 4);
    tlv_put(out, 0x81, OID(2, 4));
    const size_t adf = tlv_open(out, 0xA2);
    const size_t descriptor = tlv_open(out, 0xA1);
    tlv_put(out, 0x83, BYTES(0x7F, 0xF0));
    tlv_put(out, 0x84,
            BYTES(0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02, 0xFF, 0xFF, 0xFF, 0xFF, 0x89, 0x07,
                  0x09, 0x00, 0x00));
    tlv_put(out, 0xC6, BYTES(0x01, 0x0A));
    tlv_close(out, descriptor);
    tlv_close(out, adf);
    put_content(out, 0xA3, package->imsi);
    put_linear_file(out, 0xA4, 0x10, BYTES(0x80, 0x01, 0x01, 0x90, 0x00));
    put_content(out, 0xA8, BYTES(0x00, 0x00, package->gid1.len > 0 ? 0x01 : 0x00, 0x00));
    put_content(out, 0xAD, BYTES(0x01, 0x74, 0x65, 0x73, 0x74));     /* EF.SPN */
    put_content(out, 0xAE, BYTES(0x00));                             /* EF.EST */
    put_content(out, 0xB2, BYTES(0x00, 0x02));                       /* EF.ACC */
    put_linear_file(out, 0xB6, 0x04, BYTES(0x11, 0xF2, 0xFF, 0x00)); /* EF.ECC */
    tlv_close(out, mark);
}

static void put_gid1(const struct package *package, struct writer *out)
{
    const size_t mark = tlv_open(out, 0xB4);
    put_header(out, 5);
    tlv_put(out, 0x81, OID(2, 5));
    const size_t file = tlv_open(out, 0xA5);
    const size_t descriptor = tlv_open(out, 0xA1);
    tlv_put_u8(out, 0x80, (uint8_t)package->gid1.len);
    tlv_close(out, descriptor);
    tlv_put(out, 0x83, package->gid1);
    tlv_close(out, file);
    tlv_close(out, mark);
}

static void put_aka(const struct package *package, struct writer *out)
{
    static const uint8_t opc[16] = {0xCD, 0x63, 0xCB};
    const size_t mark = tlv_open(out, 0xA4);
    put_header(out, 6);
    const size_t configuration = tlv_open(out, 0xA1);
    const size_t parameters = tlv_open(out, 0xA1);
    tlv_put_u8(out, 0x80, package->algorithm);
    tlv_put_u8(out, 0x81, 0);
    tlv_put(out, 0x82, bytes_of(package->key, sizeof(package->key)));
    tlv_put(out, 0x83, bytes_of(opc, sizeof(opc)));
    tlv_close(out, parameters);
    tlv_close(out, configuration);
    tlv_close(out, mark);
}

/* A generic file of this size under the MF. */
static void put_filling(size_t size, struct writer *out)
{
    const size_t mark = tlv_open(out, 0xA1);
    put_header(out, 7);
    const size_t commands = tlv_open(out, 0xA1);
    const size_t one = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, 0x80, (struct bytes){0});
    const size_t file = tlv_open(out, 0x62);
    tlv_put(out, 0x82, BYTES(0x41, 0x21));
    tlv_put(out, 0x83, BYTES(0x2F, 0x77));
    tlv_put(out, 0x8B, BYTES(0x2F, 0x06, 0x01));
    tlv_put(out, 0x80, BYTES((uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size));
    tlv_close(out, file);
    tlv_close(out, one);
    tlv_close(out, commands);
    tlv_close(out, mark);
}

static void put_end(struct writer *out)
{
    const size_t mark = tlv_open(out, 0xAA);
    put_header(out, 99);
    tlv_close(out, mark);
}

struct package package_numbered(unsigned number)
{
    struct package package = {0};
    char digits[2 * PACKAGE_ICCID_SIZE + 1];
    struct writer iccid = writer_on(package.iccid, sizeof(package.iccid));
    snprintf(digits, sizeof(digits), "89%018u", number % 1000000);
    (void)hex_decode(digits, &iccid);
    for (size_t i = 0; i < PACKAGE_ICCID_SIZE; i++)
        package.file_iccid[i] = (uint8_t)(package.iccid[i] << 4 | package.iccid[i] >> 4);
    return package;
}

struct package package_with_usim(unsigned number)
{
    static const uint8_t imsi[] = {0x08, 0x09, 0x10, 0x10, 0x00, 0x00, 0x00, 0x00, 0x10};
    struct package package = package_numbered(number);
    package.imsi = bytes_of(imsi, sizeof(imsi));
    package.algorithm = 1;
    package.key[0] = 0x46;
    return package;
}

void package_put(const struct package *package, struct writer *out)
{
    put_profile_header(package, out);
    put_mf(package, out);
    put_codes(out);
    if (package->imsi.len > 0) {
        put_usim(package, out);
        if (package->gid1.len > 0)
            put_gid1(package, out);
        if (package->algorithm != 0)
            put_aka(package, out);
    }
    if (package->filling > 0)
        put_filling(package->filling, out);
    if (!package->unfinished)
        put_end(out);
}
