#include "tests/support/scp_host.h"

#include <stdlib.h>

#include "apdu/apdu.h"

static void need(bool condition)
{
    if (!condition)
        abort();
}

void scp_host_begin(struct scp_host *host, uint8_t version, size_t challenge_size,
                    struct writer *out)
{
    host->size = challenge_size;
    for (size_t i = 0; i < challenge_size; i++)
        host->challenge[i] = (uint8_t)(0xA0 + i);
    writer_put(out, BYTES(0x80, 0x50, version, 0x00, (uint8_t)challenge_size));
    writer_put(out, bytes_of(host->challenge, challenge_size));
    writer_put_u8(out, 0);
}

static bool begin_03(struct scp_host *host, struct bytes answer)
{
    struct scp03 *scp = &host->scp.scp03;
    const struct bytes challenge = bytes_of(host->challenge, host->size);
    const struct bytes card = bytes_of(answer.data + 13, host->size);
    uint8_t cryptogram[SCP03_S16];
    need(scp03_begin(scp, host->enc, host->mac, challenge, card) == 0);
    need(scp03_cryptogram(scp, SCP03_CARD_CRYPTOGRAM, challenge, card, cryptogram) == 0);
    need(scp03_cryptogram(scp, SCP03_HOST_CRYPTOGRAM, challenge, card, host->cryptogram) == 0);
    return memcmp(cryptogram, answer.data + 13 + host->size, host->size) == 0;
}

static bool begin_02(struct scp_host *host, struct bytes answer)
{
    struct scp02 *scp = &host->scp.scp02;
    const struct bytes keys[] = {host->enc, host->mac, host->dek};
    const struct bytes challenge = bytes_of(host->challenge, host->size);
    const struct bytes card = bytes_of(answer.data + 12, DES_BLOCK);
    uint8_t cryptogram[DES_BLOCK];
    need(scp02_begin(scp, keys, answer.data + 12) == 0);
    need(scp02_card_cryptogram(scp, challenge, card, cryptogram) == 0);
    need(scp02_host_cryptogram(scp, challenge, card, host->cryptogram) == 0);
    return memcmp(cryptogram, answer.data + 20, DES_BLOCK) == 0;
}

/* The checksum of a wrapped command, over what it is made of. */
static void make_mac(struct scp_host *host, const uint8_t header[4], uint8_t lc, struct bytes data,
                     uint8_t mac[AES_BLOCK])
{
    if (host->scp.protocol == SCP_02)
        need(scp02_command_mac(&host->scp.scp02, header, lc, data, mac) == 0);
    else
        need(scp03_command_mac(&host->scp.scp03, header, lc, data, mac) == 0);
}

bool scp_host_authenticate(struct scp_host *host, struct bytes answer, uint8_t level,
                           struct writer *out)
{
    const uint8_t header[] = {0x84, 0x82, level, 0x00};
    uint8_t mac[AES_BLOCK];
    if (answer.len < 28)
        return false;
    host->scp.protocol = answer.data[11] == SCP_02 ? SCP_02 : SCP_03;
    const bool right = (host->scp.protocol == SCP_02 ? begin_02 : begin_03)(host, answer);
    const size_t size = scp_mac_size(&host->scp);
    make_mac(host, header, (uint8_t)(2 * size), bytes_of(host->cryptogram, size), mac);
    writer_put(out, bytes_of(header, sizeof(header)));
    writer_put_u8(out, (uint8_t)(2 * size));
    writer_put(out, bytes_of(host->cryptogram, size));
    writer_put(out, bytes_of(mac, size));
    host->scp.level = level;
    return right;
}

static size_t pad(uint8_t *data, size_t len, size_t block)
{
    data[len++] = 0x80;
    while (len % block != 0)
        data[len++] = 0;
    return len;
}

static struct bytes encipher(struct scp_host *host, struct bytes plain, uint8_t *room)
{
    const bool two = host->scp.protocol == SCP_02;
    size_t len = plain.len;
    if (len > 0)
        memcpy(room, plain.data, len);
    if ((host->scp.level & SCP_C_ENC) == 0 || (len == 0 && (!two || host->enciphers_nothing)))
        return bytes_of(room, len);
    len = pad(room, len, two ? DES_BLOCK : AES_BLOCK);
    if (two)
        need(scp02_encrypt_command(&host->scp.scp02, bytes_of(room, len), room) == 0);
    else
        need(scp03_encrypt_command(&host->scp.scp03, bytes_of(room, len), room) == 0);
    return bytes_of(room, len);
}

void scp_host_wrap(struct scp_host *host, struct bytes command, struct writer *out)
{
    struct apdu apdu;
    uint8_t room[512], mac[AES_BLOCK];
    need(apdu_parse(command, &apdu) == 0);
    const uint8_t header[] = {apdu.family | 0x04, apdu.ins, apdu.p1, apdu.p2};
    const size_t size = scp_mac_size(&host->scp);
    if (host->scp.protocol == SCP_03)
        scp03_count(&host->scp.scp03);
    const struct bytes data = encipher(host, apdu.data, room);
    const struct bytes covered = host->scp.protocol == SCP_02 ? apdu.data : data;
    make_mac(host, header, (uint8_t)(covered.len + size), covered, mac);
    const bool further = (apdu.cla & 0x40) != 0;
    writer_put_u8(out, (uint8_t)(apdu.cla | (further ? 0x20 : 0x04)));
    writer_put(out, bytes_of(header + 1, 3));
    writer_put_u8(out, (uint8_t)(data.len + size));
    writer_put(out, data);
    writer_put(out, bytes_of(mac, size));
    if (apdu.shape == APDU_CASE_2 || apdu.shape == APDU_CASE_4)
        writer_put_u8(out, 0);
}

bool scp_host_unwrap(struct scp_host *host, struct bytes data, uint16_t status, struct writer *out)
{
    uint8_t mac[AES_BLOCK], room[512];
    const size_t size = scp_mac_size(&host->scp);
    if ((host->scp.level & SCP_R_MAC) == 0) {
        writer_put(out, data);
        return true;
    }
    if (data.len < size)
        return false;
    const struct bytes body = bytes_of(data.data, data.len - size);
    need(scp03_response_mac(&host->scp.scp03, body, status, mac) == 0);
    if (memcmp(mac, data.data + body.len, size) != 0)
        return false;
    if ((host->scp.level & SCP_R_ENC) == 0 || body.len == 0) {
        writer_put(out, body);
        return true;
    }
    if (body.len % AES_BLOCK != 0 || body.len > sizeof(room))
        return false;
    need(scp03_decrypt_response(&host->scp.scp03, body, room) == 0);
    size_t len = body.len;
    while (len > 0 && room[len - 1] == 0)
        len--;
    if (len == 0 || room[len - 1] != 0x80)
        return false;
    writer_put(out, bytes_of(room, len - 1));
    return true;
}

void scp_host_encipher(const struct scp_host *host, struct bytes key, struct writer *out)
{
    static const uint8_t zeros[AES_BLOCK];
    uint8_t *room = writer_reserve(out, key.len);
    need(room != NULL);
    if (host->scp.protocol == SCP_02)
        need(des_ecb_encrypt(bytes_of(host->scp.scp02.dek, SCP02_KEY), key, room) == 0);
    else
        need(aes_cbc_encrypt(host->dek, zeros, key, room) == 0);
}
