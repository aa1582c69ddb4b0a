#include <criterion/criterion.h>

#include "apdu/status.h"
#include "card/response.h"

#define DATA_MAX 70000

static uint8_t data[DATA_MAX];
static uint8_t room[DATA_MAX];

/* What a handler that wrote len bytes answers with this status, for a command with this Le. */
static struct writer finish(struct response_pending *rest, uint32_t le, size_t len, uint16_t status)
{
    struct writer response = writer_on(room, sizeof(room));
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)(i * 7 + 1);
    writer_put(&response, bytes_of(data, len));
    response_finish(&(struct apdu){.le = le}, status, &response, rest);
    return response;
}

static uint16_t status_of(const struct writer *response)
{
    cr_assert(!response->overflow && response->len >= 2);
    return (uint16_t)(room[response->len - 2] << 8 | room[response->len - 1]);
}

Test(response, data_goes_where_le_and_status_say)
{
    const struct {
        uint32_t le;
        size_t len;
        uint16_t status;
        size_t sent;
        uint16_t sent_status;
        size_t left;
        uint16_t last; /* status after the data left was fetched */
    } cases[] = {
        {0, 0, SW_OK, 0, 0x9000, 0, 0},
        {256, 0, SW_OK, 0, 0x9000, 0, 0},
        {0, 5, SW_OK, 0, 0x6105, 5, 0x9000},
        {0, 255, SW_OK, 0, 0x61FF, 255, 0x9000},
        {0, 256, SW_OK, 0, 0x6100, 256, 0x9000},
        {0, 1500, SW_OK, 0, 0x6100, 1500, 0x9000},
        {5, 5, SW_OK, 5, 0x9000, 0, 0},
        {4, 5, SW_OK, 0, 0x6105, 5, 0x9000},
        {256, 256, SW_OK, 256, 0x9000, 0, 0},
        {256, 257, SW_OK, 0, 0x6100, 257, 0x9000},
        {65536, 1500, SW_OK, 1500, 0x9000, 0, 0},
        {65536, 65533, SW_OK, 65533, 0x9000, 0, 0},
        {65536, 65534, SW_OK, 0, 0x6100, 65534, 0x9000},
        {0, 5, 0x6282, 0, 0x6282, 5, 0x9000},
        {5, 5, 0x6282, 5, 0x6282, 0, 0},
        {4, 5, 0x63F1, 0, 0x63F1, 5, 0x9000},
        {0, 5, 0x910B, 0, 0x6105, 5, 0x910B},
        {256, 5, 0x910B, 5, 0x910B, 0, 0},
        {256, 5, 0x9862, 5, 0x9862, 0, 0},
        {256, 5, 0x6A80, 0, 0x6A80, 0, 0},
        {0, 5, 0x6F00, 0, 0x6F00, 0, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct response_pending rest = {0};
        struct writer response = finish(&rest, cases[i].le, cases[i].len, cases[i].status);
        cr_assert_eq(response.len, cases[i].sent + 2, "row %zu", i);
        cr_assert_eq(status_of(&response), cases[i].sent_status, "row %zu", i);
        cr_assert_eq(memcmp(room, data, cases[i].sent), 0, "row %zu", i);
        cr_assert_eq(rest.len, cases[i].left, "row %zu", i);
        if (cases[i].left > 0)
            cr_assert_eq(rest.status, cases[i].last, "row %zu", i);
        response_pending_release(&rest);
    }
}

Test(response, contract_5_whatever_is_left_comes_in_pieces_of_any_size)
{
    const uint32_t sizes[] = {1, 7, 100, 255, 256, 4096, 65536};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct response_pending rest = {0};
        size_t got = 0;
        finish(&rest, 0, 1500, SW_OK);
        for (int status = SW_BYTES_AVAILABLE; status != 0 && status != SW_OK;) {
            struct writer piece = writer_on(room, sizeof(room));
            status = response_fetch(&rest, &(struct apdu){.le = sizes[i]}, &piece);
            cr_assert_eq(memcmp(room, data + got, piece.len), 0);
            got += piece.len;
            const size_t left = 1500 - got;
            if (left > 0) {
                cr_assert_eq(piece.len, sizes[i]);
                cr_assert_eq(status, left > 255 ? 0x6100 : 0x6100 + (int)left);
            } else {
                cr_assert_eq(status, SW_OK);
            }
        }
        cr_assert_eq(got, 1500);
        struct writer nothing = writer_on(room, sizeof(room));
        cr_assert_eq(response_fetch(&rest, &(struct apdu){.le = 256}, &nothing),
                     SW_CONDITIONS_NOT_SATISFIED);
        response_pending_release(&rest);
    }
}

Test(response, memory_stays_for_the_next_and_goes_when_released)
{
    struct response_pending rest = {0};
    finish(&rest, 0, 3000, SW_OK);
    const uint8_t *before = rest.data;
    response_pending_drop(&rest);
    finish(&rest, 0, 2000, SW_OK);
    cr_assert_eq(rest.data, before);
    response_pending_release(&rest);
    cr_assert_null(rest.data);
    cr_assert_eq(rest.capacity, 0);
}
