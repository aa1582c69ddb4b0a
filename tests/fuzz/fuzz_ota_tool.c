/* What an operator's tool reads. The first byte says what the rest is: short messages that a card
 * has sent, a length before each, a response packet, or (2) the file of a pre-shared key. */
#include "tools/ota/message.h"
#include "tools/ota/psk.h"
#include "tools/ota/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

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

/* Roots stay out: each asks for a token. */
static void read_psk(struct bytes in)
{
    char path[32];
    struct psk psk;
    struct fault fault = {0};
    const int file = memfd_create("psk", MFD_CLOEXEC);
    if (memmem(in.data, in.len, "root", 4) != NULL || file < 0 ||
        write(file, in.data, in.len) != (ssize_t)in.len) {
        close(file);
        return;
    }
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    const bool good = psk_read(path, &psk, &fault);
    if (good == fault.raised || (good && (psk.key_len < 16 || psk.identity[0] == '\0')))
        abort();
    psk_wipe(&psk);
    close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = bytes_of(data, size);
    uint8_t which;
    if (bytes_take_u8(&in, &which))
        (which == 2 ? read_psk : which % 2 == 0 ? unpack : report)(in);
    return 0;
}
