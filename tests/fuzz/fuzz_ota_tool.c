/* What an operator's tool reads. The first byte says what the rest is: short messages that a card
 * has sent, a length before each, or a response packet. */
#include "tools/ota/message.h"
#include "tools/ota/report.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void unpack(struct bytes in)
{
    static uint8_t room[8192];
    struct writer out = writer_on(room, sizeof(room));
    struct bytes tpdu;
    uint8_t len;
    while (bytes_take_u8(&in, &len) && bytes_take(&in, len, &tpdu)) {
        const size_t before = out.len;
        if (message_unpack(tpdu, &out) && out.len > before + tpdu.len + 3)
            abort();
    }
}

static void report(struct bytes in)
{
    const struct scp80_header header = {{0x02, 0x01}, 0x12, 0x12, {0}};
    const struct scp80_keys keys = {{0}, {0}};
    struct fault fault = {0};
    json_t *report = report_read(in, &header, &keys, &fault);
    if ((report == NULL) != fault.raised)
        abort();
    if (report != NULL)
        (void)report_is_good(report);
    json_decref(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = bytes_of(data, size);
    uint8_t which;
    if (bytes_take_u8(&in, &which))
        (which % 2 == 0 ? unpack : report)(in);
    return 0;
}
