/* A reader that sends anything, in pieces of any size: the card must answer each frame that asks
 * for an answer, once and in order, and nothing else. The first byte is the size of the pieces;
 * from 80 on all comes in one. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "card/reader/vpcd.h"

#define INPUT_MAX 4096

/* Bytes of answer that these frames are worth. */
static size_t foretell(struct bytes in)
{
    struct bytes payload;
    size_t worth = 0;
    uint16_t len;
    while (bytes_take_u16(&in, &len) && bytes_take(&in, len, &payload)) {
        if (len != 1)
            worth += VPCD_LENGTH_SIZE + len;
        else if (payload.data[0] > 2)
            worth += VPCD_LENGTH_SIZE + (payload.data[0] == 4 ? 1 : 2);
    }
    return worth;
}

static size_t drain(int socket)
{
    uint8_t answers[INPUT_MAX];
    size_t got = 0;
    for (ssize_t now; (now = recv(socket, answers, sizeof(answers), MSG_DONTWAIT)) > 0;)
        got += (size_t)now;
    return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct vpcd_buffers buffers;
    struct vpcd vpcd;
    int wire[2];
    if (size < 1 || size > INPUT_MAX)
        return 0;
    struct bytes rest = bytes_of(data + 1, size - 1), piece;
    const size_t expected = foretell(rest), pieces = data[0] < 0x80 ? data[0] % 64u + 1 : size;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, wire) != 0)
        return 0;
    vpcd_init(&vpcd, NULL, wire[0]);
    size_t got = 0;
    while (rest.len > 0) {
        (void)bytes_take(&rest, rest.len < pieces ? rest.len : pieces, &piece);
        if (send(wire[1], piece.data, piece.len, 0) != (ssize_t)piece.len ||
            !vpcd_step(&vpcd, &buffers))
            abort();
        while (vpcd_has_more(&vpcd))
            if (!vpcd_step(&vpcd, &buffers))
                abort();
        got += drain(wire[1]);
    }
    if (got != expected)
        abort();
    vpcd_finish(&vpcd);
    close(wire[0]);
    close(wire[1]);
    return 0;
}
