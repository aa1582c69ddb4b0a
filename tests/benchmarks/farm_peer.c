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
#define COMMAND_MAX (5 + BLOCK + 1)
#define RESPONSE_MAX 256 /* bytes of data */
#define AT_ONCE 32
#define FRAMES_MAX 65536
#define ANSWERS_MAX 512
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

/* Before so many commands are sent: asks for the fault if it is to strike one of them. */
static void count_commands(struct farm_peer *peer, size_t count)
{
    char request[256], answer[512];
    const size_t before = peer->commands;
    peer->commands += count;
    if (peer->fault_at <= before || peer->fault_at > peer->commands)
        return;
    snprintf(request, sizeof(request), "chip %s fault-add apdu %zu = %s\n", peer->eid,
             peer->fault_at - before, peer->fault);
    MEASURE_NEED(farm_peer_control(peer->state, request, answer, sizeof(answer)));
    if (strstr(answer, "error") != NULL)
        fprintf(stderr, "%s", answer);
    MEASURE_NEED(strstr(answer, "error") == NULL);
    peer->fault_at = 0;
    peer->struck = true;
}

bool farm_peer_open(struct farm_peer *peer, uint16_t port)
{
    peer->commands = 0;
    int answer = -1;
    for (int i = 0; i < TRIES && answer != DIRECT_PLUGGED; i++) {
        if (i > 0)
            usleep(PAUSE_US);
        answer = port != 0 ? farm_client_open(&peer->link, port, peer->eid)
                           : farm_client_open_in(&peer->link, peer->state, peer->eid);
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

/* Its data are appended at *len; the status word. */
static int take_response(struct farm_peer *peer, struct bytes response, size_t *len)
{
    const size_t data = response.len - STATUS_SIZE;
    MEASURE_NEED(*len + data <= sizeof(peer->answer));
    memcpy(peer->answer + *len, response.data, data);
    *len += data;
    return response.data[data] << 8 | response.data[data + 1];
}

static int transmit_at(struct farm_peer *peer, struct bytes command, size_t *len)
{
    struct bytes response;
    count_commands(peer, 1);
    if (!farm_client_transmit(&peer->link, command, &response)) {
        farm_peer_close(peer);
        return -1;
    }
    return take_response(peer, response, len);
}

int farm_peer_transmit(struct farm_peer *peer, struct bytes command)
{
    size_t len = 0;
    return transmit_at(peer, command, &len);
}

static void put_block(struct bytes *request, uint8_t number, bool with_le, struct writer *command)
{
    const bool last = request->len <= BLOCK;
    struct bytes block;
    (void)bytes_take(request, last ? request->len : BLOCK, &block);
    writer_put(command, BYTES(0x80, 0xE2, last ? 0x91 : 0x11, number, (uint8_t)block.len));
    writer_put(command, block);
    if (last && with_le)
        writer_put_u8(command, 0);
}

static int send_blocks(struct farm_peer *peer, struct bytes request, size_t *len)
{
    for (uint8_t number = 0;; number++) {
        uint8_t room[COMMAND_MAX];
        struct writer command = writer_on(room, sizeof(room));
        put_block(&request, number, false, &command);
        const int status = transmit_at(peer, writer_bytes(&command), len);
        if (request.len == 0 || status != SW_OK)
            return status;
    }
}

static int fetch_rest(struct farm_peer *peer, int status, size_t *len)
{
    while (status >= 0 && status >> 8 == SW_BYTES_AVAILABLE >> 8)
        status = transmit_at(peer, BYTES(0x80, 0xC0, 0x00, 0x00, (uint8_t)status), len);
    return status;
}

/* So many responses, of which the first that does not go on counts. */
static int receive_all(struct farm_peer *peer, size_t count, int goes_on, size_t *len)
{
    int status = goes_on;
    for (size_t i = 0; i < count; i++) {
        struct bytes response;
        const bool counts = status >> 8 == goes_on >> 8;
        if (!vpcd_peer_receive(&peer->link, &response) || response.len < STATUS_SIZE) {
            farm_peer_close(peer);
            return -1;
        }
        if (counts)
            status = take_response(peer, response, len);
    }
    return status;
}

static bool send_at_once(struct farm_peer *peer, struct bytes frames, size_t count)
{
    count_commands(peer, count);
    if (send(peer->link.link, frames.data, frames.len, MSG_NOSIGNAL) == (ssize_t)frames.len)
        return true;
    farm_peer_close(peer);
    return false;
}

static size_t put_frames(struct bytes request, struct writer *frames)
{
    size_t count = 0;
    for (; request.len > 0; count++) {
        uint8_t memory[COMMAND_MAX];
        struct writer command = writer_on(memory, sizeof(memory));
        put_block(&request, (uint8_t)count, true, &command);
        writer_put_u16(frames, (uint16_t)command.len);
        writer_put(frames, writer_bytes(&command));
    }
    MEASURE_NEED(!frames->overflow);
    return count;
}

/* What is left of an answer whose front says how long it is. */
static int fetch_at_once(struct farm_peer *peer, int status, size_t *len)
{
    uint8_t room[ANSWERS_MAX];
    struct writer frames = writer_on(room, sizeof(room));
    struct tlv_header header;
    size_t count = 0;
    if (status >= 0 && status >> 8 == SW_BYTES_AVAILABLE >> 8 && *len == 0)
        status = transmit_at(peer, BYTES(0x80, 0xC0, 0x00, 0x00, (uint8_t)status), len);
    if (status < 0 || status >> 8 != SW_BYTES_AVAILABLE >> 8)
        return status;
    MEASURE_NEED(tlv_read_header(bytes_of(peer->answer, *len), &header) == TLV_FRONT_OK);
    for (size_t rest = header.header_len + header.value_len - *len; rest > 0; count++) {
        const size_t part = rest < RESPONSE_MAX ? rest : RESPONSE_MAX;
        writer_put(&frames, BYTES(0, 5, 0x80, 0xC0, 0x00, 0x00, (uint8_t)part));
        rest -= part;
    }
    MEASURE_NEED(!frames.overflow);
    return send_at_once(peer, writer_bytes(&frames), count)
               ? receive_all(peer, count, SW_BYTES_AVAILABLE, len)
               : -1;
}

/* As emuicc-lpa --direct does it: requests leave together, up to the first that has an answer; the
 * last block of each asks for it, and what is left of it is asked for together. */
static int ask_at_once(struct farm_peer *peer, const struct bytes *requests, size_t count,
                       size_t *len)
{
    static uint8_t room[FRAMES_MAX];
    struct writer frames = writer_on(room, sizeof(room));
    size_t blocks[AT_ONCE], all = 0;
    int status = SW_OK;
    for (size_t i = 0; i < count; i++)
        all += blocks[i] = put_frames(requests[i], &frames);
    if (!send_at_once(peer, writer_bytes(&frames), all))
        return -1;
    for (size_t i = 0; i < count && status >= 0; i++) {
        const bool counts = status == SW_OK && *len == 0;
        size_t dropped = 0;
        const int next = receive_all(peer, blocks[i], SW_OK, counts ? len : &dropped);
        status = counts || next < 0 ? next : status;
    }
    return fetch_at_once(peer, status, len);
}

/* Requests up to the first that has an answer. */
static int ask_each(struct farm_peer *peer, const struct bytes *requests, size_t count,
                    struct bytes *answer)
{
    size_t len = 0;
    int status = SW_OK;
    if (!peer->one_by_one)
        status = ask_at_once(peer, requests, count, &len);
    for (size_t i = 0; i < count && peer->one_by_one && status == SW_OK && len == 0; i++)
        status = fetch_rest(peer, send_blocks(peer, requests[i], &len), &len);
    *answer = bytes_of(peer->answer, len);
    return status;
}

int farm_peer_request(struct farm_peer *peer, struct bytes request, struct bytes *answer)
{
    return ask_each(peer, &request, 1, answer);
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

/* Parts that may leave together, as many as there are; fewer where it is to end in their midst. */
static size_t next_parts(const struct farm_peer *peer, struct bytes *rest, bool first, size_t most,
                         struct bytes parts[AT_ONCE])
{
    const size_t together = peer->one_by_one ? 1 : AT_ONCE;
    size_t count = 0;
    for (; rest->len > 0 && count < together && count < most; count++)
        parts[count] = next_part(rest, first && count == 0);
    return count;
}

static enum farm_peer_end load(struct farm_peer *peer, struct bytes bound, size_t parts)
{
    struct bytes rest = bound, answer = {0}, some[AT_ONCE];
    while (rest.len > 0) {
        const size_t count = next_parts(peer, &rest, rest.len == bound.len, parts, some);
        if (count == 0)
            return FARM_PEER_BROKEN_OFF;
        parts -= count;
        const int status = ask_each(peer, some, count, &answer);
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
