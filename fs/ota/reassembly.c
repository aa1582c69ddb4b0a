#include "fs/ota/reassembly.h"

#include <stdlib.h>

#include "apdu/status.h"

void reassembly_reset(struct reassembly *reassembly)
{
    free(reassembly->parts);
    *reassembly = (struct reassembly){0};
}

static bool belongs(const struct reassembly *reassembly, const struct sms_delivery *delivery,
                    const struct sms_part *part)
{
    return reassembly->count == part->count && reassembly->reference == part->reference &&
           bytes_equal(bytes_of(reassembly->originator, reassembly->originator_len),
                       delivery->originator);
}

static bool begin(struct reassembly *reassembly, const struct sms_delivery *delivery,
                  const struct sms_part *part)
{
    reassembly_reset(reassembly);
    reassembly->parts = calloc(part->count, SMS_USER_DATA_MAX);
    if (reassembly->parts == NULL)
        return false;
    reassembly->count = part->count;
    reassembly->reference = part->reference;
    reassembly->originator_len = delivery->originator.len;
    memcpy(reassembly->originator, delivery->originator.data, delivery->originator.len);
    return true;
}

/* The parts stand at equal distances: they move together. */
static struct bytes join(struct reassembly *reassembly)
{
    size_t len = 0;
    for (size_t i = 0; i < reassembly->count; i++) {
        memmove(reassembly->parts + len, reassembly->parts + i * SMS_USER_DATA_MAX,
                reassembly->lengths[i]);
        len += reassembly->lengths[i];
    }
    return bytes_of(reassembly->parts, len);
}

int reassembly_take(struct reassembly *reassembly, const struct sms_delivery *delivery,
                    const struct sms_part *part, struct bytes *message)
{
    const size_t at = (size_t)part->number - 1;
    if (reassembly->received_count == reassembly->count || !belongs(reassembly, delivery, part)) {
        if (!begin(reassembly, delivery, part))
            return FAILURE_INTERNAL;
    }
    if (reassembly->received[at] || delivery->text.len > SMS_USER_DATA_MAX)
        return REASSEMBLY_MORE;
    if (delivery->text.len > 0)
        memcpy(reassembly->parts + at * SMS_USER_DATA_MAX, delivery->text.data, delivery->text.len);
    reassembly->lengths[at] = (uint8_t)delivery->text.len;
    reassembly->received[at] = true;
    reassembly->received_count++;
    reassembly->command_packet |= part->command_packet;
    if (reassembly->received_count < reassembly->count)
        return REASSEMBLY_MORE;
    *message = join(reassembly);
    return REASSEMBLY_WHOLE;
}
