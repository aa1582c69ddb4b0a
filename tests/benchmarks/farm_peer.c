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

bool farm_peer_control(const char *state, const char *request, char *answer, size_t size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const size_t len = strlen(request);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", state);
    const int control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ssize_t got = -1;
    MEASURE_NEED(control >= 0);
    if (connect(control, (struct sockaddr *)&address, sizeof(address)) == 0 &&
        send(control, request, len, MSG_NOSIGNAL) == (ssize_t)len)
        got = recv(control, answer, size - 1, MSG_WAITALL);
    close(control);
    answer[got > 0 ? got : 0] = '\0';
    return got > 0;
}

static void ask_for_fault(const struct farm_peer *peer)
{
    char request[256], answer[512];
    snprintf(request, sizeof(request), "chip %s fault-add %s\n", peer->eid, peer->fault);
    MEASURE_NEED(farm_peer_control(peer->state, request, answer, sizeof(answer)));
    if (strstr(answer, "error") != NULL)
        fprintf(stderr, "%s", answer);
    MEASURE_NEED(strstr(answer, "error") == NULL);
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
    if (!farm_client_transmit(&peer->link, command, &response)) {
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

int farm_peer_request(struct farm_peer *peer, struct bytes request, struct bytes *answer)
{
    size_t len = 0;
    int status = send_blocks(peer, request, &len);
    while (status >= 0 && status >> 8 == SW_BYTES_AVAILABLE >> 8)
        status = transmit_at(peer, BYTES(0x80, 0xC0, 0x00, 0x00, (uint8_t)status), &len);
    *answer = bytes_of(peer->answer, len);
    return status;
}

bool farm_peer_ask(struct farm_peer *peer, struct bytes request, struct bytes *answer)
{
    const int status = farm_peer_request(peer, request, answer);
    MEASURE_NEED(status < 0 || status == SW_OK);
    return status == SW_OK;
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

/* An answer whose element has this tag, and in it this choice, is a good one. */
static enum farm_peer_end ask_step(struct farm_peer *peer, struct bytes request, uint32_t tag,
                                   uint32_t choice, struct bytes *answer)
{
    struct tlv whole, first;
    const int status = farm_peer_request(peer, request, answer);
    if (status < 0)
        return FARM_PEER_LOST;
    return status == SW_OK && tlv_whole(*answer, tag, &whole) && tlv_take(&whole.value, &first) &&
                   first.tag == choice
               ? FARM_PEER_DONE
               : FARM_PEER_REFUSED;
}

static bool is_installed(struct bytes answer)
{
    struct tlv result, data, final, choice;
    return tlv_whole(answer, 0xBF37, &result) && tlv_find(result.value, 0xBF27, &data) &&
           tlv_find(data.value, 0xA2, &final) && tlv_take(&final.value, &choice) &&
           choice.tag == 0xA0;
}

static enum farm_peer_end load(struct farm_peer *peer, struct bytes bound, size_t parts)
{
    struct bytes rest = bound, answer = {0};
    while (rest.len > 0) {
        if (parts-- == 0)
            return FARM_PEER_BROKEN_OFF;
        const struct bytes part = next_part(&rest, rest.len == bound.len);
        const int status = farm_peer_request(peer, part, &answer);
        if (status < 0)
            return FARM_PEER_LOST;
        if (status != SW_OK || (rest.len > 0 && answer.len > 0))
            return FARM_PEER_REFUSED;
    }
    return is_installed(answer) ? FARM_PEER_DONE : FARM_PEER_REFUSED;
}

enum farm_peer_end farm_peer_install(struct farm_peer *peer, struct server *server,
                                     struct bytes package, struct bytes iccid, size_t parts)
{
    struct bytes answer;
    MEASURE_NEED(pki_eid_from_text(peer->eid, server->eid));
    enum farm_peer_end end = ask_step(peer, BYTES(0xBF, 0x2E, 0x00), 0xBF2E, 0x80, &answer);
    if (end == FARM_PEER_DONE)
        end = ask_step(peer, server_authenticate(server, answer), 0xBF38, 0xA0, &answer);
    if (end == FARM_PEER_DONE)
        end = ask_step(peer, server_prepare(server, answer), 0xBF21, 0xA0, &answer);
    if (end != FARM_PEER_DONE)
        return end;
    return load(peer, server_bind(server, answer, package, iccid), parts);
}

bool farm_peer_download(struct farm_peer *peer, struct server *server, struct bytes package,
                        struct bytes iccid)
{
    const enum farm_peer_end end = farm_peer_install(peer, server, package, iccid, SIZE_MAX);
    MEASURE_NEED(end == FARM_PEER_DONE || end == FARM_PEER_LOST);
    return end == FARM_PEER_DONE;
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
