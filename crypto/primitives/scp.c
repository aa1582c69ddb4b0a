#include "crypto/primitives/scp.h"

#define PADDING 0x80

size_t scp_mac_size(const struct scp *session)
{
    return session->protocol == SCP_02 ? DES_BLOCK : session->scp03.size;
}

/* Cuts 80 00 .. off the end; false if it is not there. */
static bool cut_padding(struct bytes *data)
{
    while (data->len > 0 && data->data[data->len - 1] == 0)
        data->len--;
    if (data->len == 0 || data->data[data->len - 1] != PADDING)
        return false;
    data->len--;
    return true;
}

static bool same_mac(const struct scp *session, const uint8_t *mac, struct bytes sent)
{
    return secret_equal(bytes_of(mac, scp_mac_size(session)), sent);
}

/* The checksum is over the plain data, and over the length that they have with it. */
static int unwrap_scp02(struct scp *session, uint8_t level, const uint8_t header[4],
                        struct bytes data, struct bytes sent, uint8_t *room, struct bytes *plain)
{
    uint8_t mac[DES_BLOCK];
    *plain = bytes_of(room, data.len);
    if (data.len > 0)
        memcpy(room, data.data, data.len);
    if ((level & SCP_C_ENC) != 0 && data.len > 0) {
        if (data.len % DES_BLOCK != 0)
            return SCP_REFUSED;
        const int result = scp02_decrypt_command(&session->scp02, data, room);
        if (result != 0 || !cut_padding(plain))
            return result != 0 ? result : SCP_REFUSED;
    }
    const int result =
        scp02_command_mac(&session->scp02, header, (uint8_t)(plain->len + DES_BLOCK), *plain, mac);
    return result != 0 ? result : same_mac(session, mac, sent) ? 0 : SCP_REFUSED;
}

/* The checksum is over the data as they were sent. */
static int unwrap_scp03(struct scp *session, uint8_t level, const uint8_t header[4],
                        struct bytes data, struct bytes sent, uint8_t *room, struct bytes *plain)
{
    uint8_t mac[AES_BLOCK];
    int result =
        scp03_command_mac(&session->scp03, header, (uint8_t)(data.len + sent.len), data, mac);
    if (result != 0 || !same_mac(session, mac, sent))
        return result != 0 ? result : SCP_REFUSED;
    *plain = bytes_of(room, data.len);
    if (data.len > 0)
        memcpy(room, data.data, data.len);
    if ((level & SCP_C_ENC) == 0 || data.len == 0)
        return 0;
    if (data.len % AES_BLOCK != 0)
        return SCP_REFUSED;
    result = scp03_decrypt_command(&session->scp03, data, room);
    return result != 0 || cut_padding(plain) ? result : SCP_REFUSED;
}

int scp_unwrap(struct scp *session, uint8_t level, const uint8_t header[4], struct bytes data,
               uint8_t *room, struct bytes *plain)
{
    struct bytes body, sent;
    const size_t mac_size = scp_mac_size(session);
    if (session->protocol == SCP_03 && session->level != 0)
        scp03_count(&session->scp03);
    if (data.len < mac_size || !bytes_take(&data, data.len - mac_size, &body))
        return SCP_REFUSED;
    sent = data;
    return (session->protocol == SCP_02 ? unwrap_scp02 : unwrap_scp03)(session, level, header, body,
                                                                       sent, room, plain);
}

static bool is_success(uint16_t status)
{
    const uint8_t first = (uint8_t)(status >> 8);
    return first == 0x62 || first == 0x63 || first >> 4 == 0x9;
}

static int encipher_answer(struct scp *session, uint8_t *room, size_t *len)
{
    if (*len == 0)
        return 0;
    room[(*len)++] = PADDING;
    while (*len % AES_BLOCK != 0)
        room[(*len)++] = 0;
    return scp03_encrypt_response(&session->scp03, bytes_of(room, *len), room);
}

int scp_wrap(struct scp *session, uint16_t status, uint8_t *room, size_t *len)
{
    uint8_t mac[AES_BLOCK];
    int result = 0;
    if ((session->level & SCP_R_MAC) == 0 || !is_success(status))
        return 0;
    if ((session->level & SCP_R_ENC) != 0)
        result = encipher_answer(session, room, len);
    if (result == 0)
        result = scp03_response_mac(&session->scp03, bytes_of(room, *len), status, mac);
    if (result != 0)
        return result;
    memcpy(room + *len, mac, session->scp03.size);
    *len += session->scp03.size;
    return 0;
}
