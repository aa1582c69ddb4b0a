#include "isd-r/store_data.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "isd-r/download/bpp.h"
#include "isd-r/es10b.h"
#include "isd-r/state.h"

#define P1_FORMAT 0x11 /* BER-TLV, no encryption information, answer may follow */
#define P1_LAST 0x80
#define BLOCK_MAX ISD_R_BLOCK_MAX
#define FIRST_CAPACITY 512

static void forget_bytes(struct store_data *assembly)
{
    if (assembly->len > 0)
        wipe(assembly->data, assembly->len);
    assembly->len = 0;
}

void store_data_drop(struct store_data *assembly)
{
    forget_bytes(assembly);
    assembly->open = false;
    assembly->to_package = false;
}

void store_data_finish(struct store_data *assembly)
{
    store_data_drop(assembly);
    free(assembly->data);
    *assembly = (struct store_data){0};
}

static int grow(struct store_data *assembly, size_t needed)
{
    size_t capacity = assembly->capacity > 0 ? assembly->capacity : FIRST_CAPACITY;
    while (capacity < needed)
        capacity *= 2;
    if (capacity == assembly->capacity)
        return 0;
    uint8_t *data = malloc(capacity);
    if (data == NULL)
        return FAILURE_INTERNAL;
    if (assembly->len > 0) {
        memcpy(data, assembly->data, assembly->len);
        wipe(assembly->data, assembly->len);
    }
    free(assembly->data);
    assembly->data = data;
    assembly->capacity = capacity;
    return 0;
}

static int append(struct store_data *assembly, struct bytes block)
{
    if (block.len > STORE_DATA_MAX - assembly->len)
        return SW_NOT_ENOUGH_MEMORY;
    const int result = grow(assembly, assembly->len + block.len);
    if (result != 0)
        return result;
    memcpy(assembly->data + assembly->len, block.data, block.len);
    assembly->len += block.len;
    return 0;
}

/* A package that another command was cut short in, or that another function comes into, is
 * interrupted. */
static int interrupt(struct isd_r *isd_r, const struct apdu *apdu)
{
    const struct store_data *assembly = &isd_r->assembly;
    const bool cut_short = assembly->open && assembly->to_package;
    if (isd_r->package != NULL && (cut_short || !bpp_takes(isd_r, apdu->data)))
        return bpp_interrupt(isd_r);
    return assembly->len > 0
               ? es10b_interrupt_rpm(isd_r, bytes_of(assembly->data, assembly->len), apdu->data)
               : 0;
}

/* A first block: whose is it? */
static int begin(struct isd_r *isd_r, const struct apdu *apdu)
{
    struct store_data *assembly = &isd_r->assembly;
    int result = interrupt(isd_r, apdu);
    store_data_drop(assembly);
    if (result != 0)
        return result;
    assembly->to_package = bpp_takes(isd_r, apdu->data);
    result = assembly->to_package ? bpp_begin_segment(isd_r) : 0;
    assembly->open = result == 0;
    assembly->channel = apdu->channel;
    assembly->expected = 0;
    return result;
}

/* Wrong blocks end a command; one that fed a package stays open, so that the next one sees that
 * something is missing. */
static int refuse(struct store_data *assembly, int status)
{
    if (!assembly->to_package)
        store_data_drop(assembly);
    else
        assembly->expected = BLOCK_MAX + 1;
    return status;
}

static int check(const struct store_data *assembly, uint32_t limit, const struct apdu *apdu)
{
    if ((apdu->p1 & ~P1_LAST) != P1_FORMAT)
        return SW_WRONG_P1_P2;
    if (apdu->data.len > BLOCK_MAX)
        return SW_WRONG_LENGTH;
    if (limit != 0 && apdu->data.len > limit)
        return SW_WRONG_DATA;
    if (apdu->p2 != 0 &&
        (!assembly->open || assembly->channel != apdu->channel || apdu->p2 != assembly->expected))
        return SW_WRONG_P1_P2;
    return 0;
}

static int end(struct isd_r *isd_r, struct writer *response)
{
    struct store_data *assembly = &isd_r->assembly;
    const bool to_package = assembly->to_package;
    const int result = to_package
                           ? bpp_answer(isd_r, response)
                           : es10_execute(isd_r, bytes_of(assembly->data, assembly->len), response);
    store_data_drop(assembly);
    return result;
}

int store_data_handle(void *state, const struct apdu *apdu, struct writer *response)
{
    struct isd_r *isd_r = state;
    struct store_data *assembly = &isd_r->assembly;
    int result = check(assembly, isd_r->settings->block_max, apdu);
    if (result != 0)
        return refuse(assembly, result);
    if (apdu->p2 == 0 && (result = begin(isd_r, apdu)) != 0)
        return result;
    assembly->expected++;
    result = assembly->to_package ? bpp_feed(isd_r, apdu->data) : append(assembly, apdu->data);
    if (result > 0)
        return refuse(assembly, result);
    if (result != 0 || !(apdu->p1 & P1_LAST))
        return result;
    return end(isd_r, response);
}
