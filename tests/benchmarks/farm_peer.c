#include "tests/benchmarks/farm_peer.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/tlv.h"
#include "tests/benchmarks/measure.h"

#define BLOCK 255
#define TRIES 60000
#define PAUSE_US 2000
#define STATUS_SIZE 2
#define TAG_SEGMENTS 0xA3

/* On the farm's control socket. */
static void ask_for_fault(const struct farm_peer *peer)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char text[512];
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", peer->state);
    const int len = snprintf(text, sizeof(text), "chip %s fault-add %s\n", peer->eid, peer->fault);
    const int control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    MEASURE_NEED(connect(control, (struct sockaddr *)&address, sizeof(address)) == 0);
    MEASURE_NEED(send(control, text, (size_t)len, MSG_NOSIGNAL) == len);
    const ssize_t got = recv(control, text, sizeof(text) - 1, MSG_WAITALL);
    MEASURE_NEED(got > 0);
    text[got] = '\0';
    if (strstr(text, "error") != NULL)
        fprintf(stderr, "%s", text);
    MEASURE_NEED(strstr(text, "error") == NULL);
    close(control);
}

bool farm_peer_open(struct farm_peer *peer, uint16_t port)
{
    peer->commands = 0;
    int answer = -1;
    for (int i = 0; i < TRIES && answer != DIRECT_PLUGGED; i++) {
        if (i > 0)
            usleep(PAUSE_US);
        answer = farm_client_open(&peer->link, port, peer->eid);
        MEASURE_NEED(answer < 0 || answer == DIRECT_PLUGGED || answer == DIRECT_IN_USE);
    }
    MEASURE_NEED(answer == DIRECT_PLUGGED);
    return farm_peer_transmit(peer, BYTES(0x00, 0xA4, 0x04, 0x0C, 0x10, 0xA0, 0x00, 0x00, 0x05,
                                          0x59, 0x10, 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x89, 0x00,
                                          0x00, 0x01, 0x00)) == SW_OK;
}

void farm_peer_close(struct farm_peer *peer)
{
    vpcd_peer_close(&peer->link);
}

/* The answer's data are appended at *len. */
static int transmit_at(struct farm_peer *peer, struct bytes command, size_t *len)
{
    struct bytes response;
    if (++peer->commands == peer->fault_at) {
        ask_for_fault(peer);
        peer->fault_at = 0;
        peer->struck = true;
    }
    if (!vpcd_peer_transmit(&peer->link, command, &response)) {
        farm_peer_close(peer);
        return -1;
    }
    const size_t data = response.len - STATUS_SIZE;
    MEASURE_NEED(*len + data <= sizeof(peer->answer));
    memcpy(peer->answer + *len, response.data, data);
    *len += data;
    return response.data[data] << 8 | response.data[data + 1];
}

int farm_peer_transmit(struct farm_peer *peer, struct bytes command)
{
    size_t len = 0;
    return transmit_at(peer, command, &len);
}

static int send_blocks(struct farm_peer *peer, struct bytes request, size_t *len)
{
    for (uint8_t number = 0;; number++) {
        uint8_t room[5 + BLOCK];
        struct writer command = writer_on(room, sizeof(room));
        struct bytes block;
        const bool last = request.len <= BLOCK;
        (void)bytes_take(&request, last ? request.len : BLOCK, &block);
        writer_put(&command, BYTES(0x80, 0xE2, last ? 0x91 : 0x11, number, (uint8_t)block.len));
        writer_put(&command, block);
        const int status = transmit_at(peer, writer_bytes(&command), len);
        if (last || status != SW_OK)
            return status;
    }
}

bool farm_peer_ask(struct farm_peer *peer, struct bytes request, struct bytes *answer)
{
    size_t len = 0;
    int status = send_blocks(peer, request, &len);
    while (status >= 0 && status >> 8 == SW_BYTES_AVAILABLE >> 8)
        status = transmit_at(peer, BYTES(0x80, 0xC0, 0x00, 0x00, (uint8_t)status), &len);
    if (status < 0)
        return false;
    MEASURE_NEED(status == SW_OK);
    *answer = bytes_of(peer->answer, len);
    return true;
}

/* The next STORE DATA's part of a bound package, as session.c cuts it. */
static struct bytes next_part(struct bytes *rest, bool first)
{
    struct tlv_header header;
    struct tlv element;
    struct bytes part, look = *rest;
    MEASURE_NEED(tlv_read_header(*rest, &header) == TLV_FRONT_OK);
    size_t len = header.header_len;
    if (first) {
        (void)bytes_take(&look, len, &part);
        MEASURE_NEED(tlv_take(&look, &element));
        len += element.whole.len;
    } else if (rest->data[0] != 0xA1 && rest->data[0] != TAG_SEGMENTS) {
        MEASURE_NEED(tlv_take(&look, &element));
        len = element.whole.len;
    }
    MEASURE_NEED(bytes_take(rest, len, &part));
    return part;
}

static bool load(struct farm_peer *peer, struct bytes bound)
{
    struct bytes rest = bound, answer = {0};
    struct tlv result, data, final, choice;
    while (rest.len > 0) {
        const bool first = rest.len == bound.len;
        if (!farm_peer_ask(peer, next_part(&rest, first), &answer))
            return false;
        MEASURE_NEED(rest.len == 0 || answer.len == 0);
    }
    MEASURE_NEED(tlv_whole(answer, 0xBF37, &result) && tlv_find(result.value, 0xBF27, &data));
    MEASURE_NEED(tlv_find(data.value, 0xA2, &final) && tlv_take(&final.value, &choice));
    MEASURE_NEED(choice.tag == 0xA0);
    return true;
}

bool farm_peer_download(struct farm_peer *peer, struct server *server, struct bytes package,
                        struct bytes iccid)
{
    struct bytes answer;
    MEASURE_NEED(pki_eid_from_text(peer->eid, server->eid));
    return farm_peer_ask(peer, BYTES(0xBF, 0x2E, 0x00), &answer) &&
           farm_peer_ask(peer, server_authenticate(server, answer), &answer) &&
           farm_peer_ask(peer, server_prepare(server, answer), &answer) &&
           load(peer, server_bind(server, answer, package, iccid));
}

int farm_peer_count(struct farm_peer *peer)
{
    struct bytes answer;
    struct tlv whole, list, profile;
    int count = 0;
    if (!farm_peer_ask(peer, BYTES(0xBF, 0x2D, 0x00), &answer))
        return -1;
    MEASURE_NEED(tlv_whole(answer, 0xBF2D, &whole) && tlv_whole(whole.value, 0xA0, &list));
    for (; tlv_take(&list.value, &profile); count++)
        MEASURE_NEED(profile.tag == 0xE3);
    return count;
}
