#include "fs/saip/saip.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "crypto/primitives/secret.h"
#include "fs/saip/saip_pe.h"

#define BUFFER_SPARE 4096 /* the buffer grows to what is needed and so many bytes more */
#define ELEMENT_OVERHEAD                                                                           \
    0x4000 /* an element may be longer than the profile's memory by so much                        \
            */

#define SERVICE(name) SAIP_BIT(SAIP_SERVICE_##name)

const struct saip_platform saip_default_platform = {
    .services = SERVICE(USIM) | SERVICE(ISIM) | SERVICE(CSIM) | SERVICE(MILENAGE) |
                SERVICE(TUAK128) | SERVICE(TUAK256) | SERVICE(TEST_ALGORITHM) | SERVICE(GBA_USIM) |
                SERVICE(GBA_ISIM) | SERVICE(JAVACARD) | SERVICE(MULTIPLE_USIM) |
                SERVICE(MULTIPLE_ISIM) | SERVICE(MULTIPLE_CSIM) | SERVICE(BER_TLV) |
                SERVICE(DF_LINK) | SERVICE(GET_IDENTITY) | SERVICE(PROFILE_A) | SERVICE(PROFILE_B),
    .memory = 1024 * 1024,
    .major = 3,
    .minor = 3,
};

int saip_create(const struct saip_platform *platform, struct profile *incoming, struct saip **out)
{
    struct saip *saip = calloc(1, sizeof *saip);
    if (saip == NULL)
        return FAILURE_INTERNAL;
    saip->platform = *platform;
    saip->profile = incoming;
    incoming->arena.limit = platform->memory > 0 ? platform->memory : 1; /* 0 is none at all */
    *out = saip;
    return 0;
}

void saip_destroy(struct saip *saip)
{
    if (saip == NULL)
        return;
    if (saip->buffer != NULL)
        wipe(saip->buffer, saip->capacity);
    free(saip->buffer);
    saip_undo_forget(saip);
    free(saip);
}

/* The stream. */

static bool grow(struct saip *saip, size_t needed)
{
    if (needed <= saip->capacity)
        return true;
    uint8_t *buffer = malloc(needed + BUFFER_SPARE);
    if (buffer == NULL)
        return false;
    if (saip->buffer != NULL) {
        memcpy(buffer, saip->buffer, saip->len);
        wipe(saip->buffer, saip->capacity);
        free(saip->buffer);
    }
    saip->buffer = buffer;
    saip->capacity = needed + BUFFER_SPARE;
    return true;
}

static int collect(struct saip *saip, struct bytes chunk)
{
    if (!grow(saip, saip->len + chunk.len))
        return FAILURE_INTERNAL;
    if (chunk.len > 0)
        memcpy(saip->buffer + saip->len, chunk.data, chunk.len);
    saip->len += chunk.len;
    return 0;
}

/* Whether the element whose front has arrived can go on: SAIP_MORE, or SAIP_ABORTED. */
static int judge_front(struct saip *saip, struct bytes front)
{
    struct tlv_header header;
    const enum tlv_front result = tlv_read_header(front, &header);
    saip->current = front;
    if (result == TLV_FRONT_BAD)
        saip_refuse_because(saip, PE_INVALID_REQUEST_FORMAT, front.data, "this is no TLV");
    else if (result == TLV_FRONT_OK && header.value_len > saip->platform.memory + ELEMENT_OVERHEAD)
        saip_refuse_because(saip, PE_NOT_ENOUGH_MEMORY, front.data,
                            "an element of %zu bytes, where %zu are left", header.value_len,
                            saip->platform.memory);
    else
        return SAIP_MORE;
    saip_abort(saip, NULL);
    return SAIP_ABORTED;
}

/* Runs what is complete, keeps the rest. */
static int drain(struct saip *saip)
{
    struct bytes rest = bytes_of(saip->buffer, saip->len);
    struct tlv tlv;
    int result = SAIP_MORE;
    while (result == SAIP_MORE && tlv_take(&rest, &tlv))
        result = saip_element(saip, tlv);
    if (result == SAIP_MORE && rest.len > 0)
        result = judge_front(saip, rest);
    if (result == SAIP_MORE && rest.len > 0)
        memmove(saip->buffer, rest.data, rest.len);
    saip->len = rest.len;
    return result;
}

static int refuse_stream(struct saip *saip, const char *why)
{
    saip->current = (struct bytes){0};
    saip->file = (struct saip_place){0};
    saip_refuse_because(saip, PE_INVALID_REQUEST_FORMAT, NULL, "%s", why);
    saip->refusal.offset = 0;
    saip_abort(saip, NULL);
    return SAIP_ABORTED;
}

int saip_feed(struct saip *saip, struct bytes chunk)
{
    static const char behind[] = "bytes follow behind the element end";
    if (saip->progress == SAIP_ABORTED || chunk.len == 0)
        return saip->progress;
    if (saip->progress == SAIP_ENDED)
        return refuse_stream(saip, behind);
    int result = collect(saip, chunk);
    if (result == 0)
        result = drain(saip);
    if (result == SAIP_ENDED && saip->len > 0)
        return refuse_stream(saip, behind);
    return result;
}

int saip_finish(struct saip *saip)
{
    if (saip->progress == SAIP_MORE)
        return refuse_stream(saip, "the package stops before its element end");
    return saip->progress;
}
