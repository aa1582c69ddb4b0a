/* Any bytes as the list of a chip's values in a farm's records: it is taken apart without harm, and
 * what is taken is what comes out when it is written again. */
#include <stdlib.h>

#include "fs/births/births_list.h"

#define ROOM (1 << 16)

static void need(bool holds)
{
    if (!holds)
        abort();
}

static void put(struct writer *out, const struct births_value *value)
{
    if (value->common)
        births_list_put_common(out, value->name);
    else
        births_list_put(out, value->name, value->value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t room[ROOM];
    struct writer again = writer_on(room, sizeof(room));
    struct bytes list = bytes_of(data, size), other;
    struct births_value value, same;
    uint8_t seal[SHA256_SIZE];
    while (births_list_take(&list, &value))
        put(&again, &value);
    if (again.overflow)
        return 0;
    other = writer_bytes(&again);
    list = bytes_of(data, size);
    while (births_list_take(&list, &value))
        need(births_list_take(&other, &same) && same.common == value.common &&
             bytes_equal(same.name, value.name) && bytes_equal(same.value, value.value));
    need(other.len == 0);
    need(births_list_seal((const uint8_t[PKI_EID_SIZE]){0}, bytes_of(data, size), seal) == 0);
    return 0;
}
