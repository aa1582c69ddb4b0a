/* What the tests of profile packages share: a notation for elements, and running them. */
#ifndef EMUICC_TESTS_FS_TEST_PACKAGE_H
#define EMUICC_TESTS_FS_TEST_PACKAGE_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/tlv.h"
#include "fs/saip/saip.h"

#define TEST_PACKAGE_MAX 65536
#define TEST_CHUNK 1020 /* what a segment of a bound package carries at most (SGP.22 §2.5.5) */

/* Appends hexadecimal digits; "A0(80() 81(01))" is a TLV with the length that its content needs. */
static inline const char *test_put(struct writer *out, const char *text)
{
    while (*text != '\0' && *text != ')') {
        if (*text == ' ') {
            text++;
            continue;
        }
        if (*text != '(') {
            writer_put_u8(out, (uint8_t)(hex_digit(text[0]) << 4 | hex_digit(text[1])));
            text += 2;
            continue;
        }
        uint8_t room[TEST_PACKAGE_MAX / 8];
        struct writer inner = writer_on(room, sizeof(room));
        text = test_put(&inner, text + 1);
        cr_assert(*text == ')');
        text++;
        /* tlv_put() wants a tag: the length alone is what follows one of a single byte. */
        uint8_t whole[sizeof(room) + TLV_HEADER_MAX];
        struct writer coded = writer_on(whole, sizeof(whole));
        tlv_put(&coded, 0x04, writer_bytes(&inner));
        writer_put(out, bytes_of(whole + 1, coded.len - 1));
    }
    cr_assert(!out->overflow);
    return text;
}

struct test_run {
    struct profile *profile;
    int progress;
    enum pe_status status;
    uint8_t response[1024];
    size_t response_len;
};

/* Feeds the package in pieces of this size and closes it. */
static inline struct test_run test_run(const struct saip_platform *platform, struct bytes package,
                                       size_t step)
{
    struct test_run run = {.progress = SAIP_MORE};
    struct saip *saip;
    struct bytes piece;
    cr_assert(profile_create(&run.profile) == 0);
    cr_assert(saip_create(platform, run.profile, &saip) == 0);
    while (package.len > 0 && run.progress == SAIP_MORE) {
        cr_assert(bytes_take(&package, package.len < step ? package.len : step, &piece));
        run.progress = saip_feed(saip, piece);
    }
    if (package.len > 0 && run.progress == SAIP_ENDED)
        run.progress = saip_feed(saip, package);
    run.progress = saip_finish(saip);
    run.status = saip_status(saip);
    struct writer response = writer_on(run.response, sizeof(run.response));
    saip_put_response(saip, &response);
    cr_assert(!response.overflow);
    run.response_len = response.len;
    saip_destroy(saip);
    return run;
}

static inline const char *test_response(const struct test_run *run)
{
    static char text[HEX_SIZE(sizeof(run->response))];
    hex_encode(bytes_of(run->response, run->response_len), text);
    return text;
}

/* A file of the folder beside the checkout, or of the checkout; 0 bytes if it is not there. */
static inline size_t test_read(const char *variable, const char *name, uint8_t *room, size_t size)
{
    char path[512];
    const char *folder = getenv(variable);
    snprintf(path, sizeof(path), "%s/%s", folder != NULL ? folder : ".", name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return 0;
    const size_t len = fread(room, 1, size, file);
    fclose(file);
    return len;
}

#endif
