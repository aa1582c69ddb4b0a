#include "crypto/primitives/bsp.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/kdf.h"

#define PADDING 0x80
#define SHARED_INFO_MAX 300 /* two bytes, hostId and EID with their lengths */

/* A TLV less its tag byte. */
static void put_lv(struct writer *out, struct bytes value)
{
    uint8_t buffer[SHARED_INFO_MAX];
    struct writer tlv = writer_on(buffer, sizeof(buffer));
    tlv_put(&tlv, BSP_KEY_TYPE_AES, value);
    if (tlv.overflow)
        out->overflow = true;
    else
        writer_put(out, bytes_of(buffer + 1, tlv.len - 1));
}

static int failure(const char *what)
{
    trace_error("bsp: %s", what);
    return FAILURE_INTERNAL;
}

int bsp_init_agreed(struct bsp *bsp, struct bytes shared_secret, struct bytes host_id,
                    struct bytes eid)
{
    uint8_t info[SHARED_INFO_MAX], keys[3 * BSP_KEY_LEN];
    struct writer out = writer_on(info, sizeof(info));
    writer_put_u8(&out, BSP_KEY_TYPE_AES);
    writer_put_u8(&out, BSP_KEY_LEN);
    put_lv(&out, host_id);
    put_lv(&out, eid);
    if (out.overflow)
        return failure("host id or EID too long");
    int result = kdf_x963(shared_secret, writer_bytes(&out), keys, sizeof(keys));
    if (result == 0)
        result =
            bsp_init_keys(bsp, bytes_of(keys + BSP_KEY_LEN, BSP_KEY_LEN),
                          bytes_of(keys + 2 * BSP_KEY_LEN, BSP_KEY_LEN), bytes_of(keys, AES_BLOCK));
    wipe(keys, sizeof(keys));
    return result;
}

int bsp_init_keys(struct bsp *bsp, struct bytes enc, struct bytes mac, struct bytes chaining)
{
    struct bsp fresh = {.block = 1};
    if (enc.len != BSP_KEY_LEN || mac.len != BSP_KEY_LEN ||
        !bytes_copy_exact(chaining, fresh.chaining, sizeof(fresh.chaining)))
        return failure("session keys are not 16 bytes long");
    (void)secret_set(&fresh.enc, enc);
    (void)secret_set(&fresh.mac, mac);
    *bsp = fresh;
    wipe(&fresh, sizeof(fresh));
    return 0;
}

void bsp_wipe(struct bsp *bsp)
{
    wipe(bsp, sizeof(*bsp));
}

/* The block counter, encrypted, is the first block's initialisation vector (SGP.22 §2.6.4.4). */
static int make_iv(const struct bsp *bsp, uint8_t iv[AES_BLOCK])
{
    uint8_t counter[AES_BLOCK] = {0};
    for (size_t i = 0; i < sizeof(bsp->block); i++)
        counter[AES_BLOCK - 1 - i] = (uint8_t)(bsp->block >> 8 * i);
    return aes_ecb_encrypt(secret_bytes(&bsp->enc), counter, iv);
}

static int make_mac(const struct bsp *bsp, struct bytes header, struct bytes data,
                    uint8_t mac[AES_BLOCK])
{
    const struct bytes parts[] = {bytes_of(bsp->chaining, AES_BLOCK), header, data};
    return aes_cmac(secret_bytes(&bsp->mac), parts, 3, mac);
}

static void move_on(struct bsp *bsp, const uint8_t mac[AES_BLOCK])
{
    memcpy(bsp->chaining, mac, AES_BLOCK);
    bsp->block++;
}

/* Plain text's length once 80 00 … is taken off; false if it is not there. */
static bool unpad(struct bytes padded, size_t *len)
{
    size_t end = padded.len;
    while (end > 0 && padded.data[end - 1] == 0)
        end--;
    if (end == 0 || padded.data[end - 1] != PADDING || padded.len - end >= AES_BLOCK)
        return false;
    *len = end - 1;
    return true;
}

static int decrypt(const struct bsp *bsp, struct bytes data, struct writer *out)
{
    uint8_t iv[AES_BLOCK];
    size_t len;
    uint8_t *room = writer_reserve(out, data.len);
    if (room == NULL || make_iv(bsp, iv) != 0 ||
        aes_cbc_decrypt(secret_bytes(&bsp->enc), iv, data, room) != 0)
        return FAILURE_INTERNAL;
    if (!unpad(bytes_of(room, data.len), &len)) {
        wipe(room, data.len);
        out->len -= data.len;
        return BSP_SECURITY;
    }
    out->len -= data.len - len;
    return BSP_OK;
}

int bsp_open(struct bsp *bsp, enum bsp_mode mode, const struct tlv *segment, struct writer *out)
{
    const struct bytes value = segment->value;
    if (value.len < BSP_MAC_LEN)
        return BSP_STRUCTURE;
    const struct bytes header = bytes_of(segment->whole.data, segment->whole.len - value.len);
    const struct bytes data = bytes_of(value.data, value.len - BSP_MAC_LEN);
    const struct bytes received = bytes_of(value.data + data.len, BSP_MAC_LEN);
    if (mode == BSP_ENCRYPTED && (data.len == 0 || data.len % AES_BLOCK != 0))
        return BSP_STRUCTURE;
    uint8_t mac[AES_BLOCK];
    if (make_mac(bsp, header, data, mac) != 0)
        return FAILURE_INTERNAL;
    if (!secret_equal(bytes_of(mac, BSP_MAC_LEN), received))
        return BSP_SECURITY;
    int result = BSP_OK;
    if (mode == BSP_ENCRYPTED)
        result = decrypt(bsp, data, out);
    else
        writer_put(out, data);
    if (result == BSP_OK && out->overflow)
        result = failure("no room for the plain text");
    if (result == BSP_OK)
        move_on(bsp, mac);
    return result;
}

/* Writes plain text, padding included, and encrypts it where it stands. */
static int put_encrypted(const struct bsp *bsp, struct bytes plain, struct writer *out)
{
    uint8_t iv[AES_BLOCK];
    const size_t start = out->len;
    writer_put(out, plain);
    writer_put_u8(out, PADDING);
    writer_fill(out, 0, AES_BLOCK - 1 - plain.len % AES_BLOCK);
    if (out->overflow)
        return failure("no room for the segment");
    if (make_iv(bsp, iv) != 0)
        return FAILURE_INTERNAL;
    const struct bytes padded = bytes_of(out->data + start, out->len - start);
    return aes_cbc_encrypt(secret_bytes(&bsp->enc), iv, padded, out->data + start);
}

int bsp_seal(struct bsp *bsp, enum bsp_mode mode, uint8_t tag, struct bytes plain,
             struct writer *out)
{
    const bool encrypted = mode == BSP_ENCRYPTED;
    if (plain.len > (encrypted ? BSP_PLAIN_MAX : BSP_PLAIN_MAX_MAC_ONLY))
        return failure("plain text too long for a segment");
    const size_t data_len = encrypted ? plain.len + AES_BLOCK - plain.len % AES_BLOCK : plain.len;
    const size_t start = out->len;
    tlv_put_header(out, tag, data_len + BSP_MAC_LEN);
    const size_t header_end = out->len;
    if (!encrypted)
        writer_put(out, plain);
    else if (put_encrypted(bsp, plain, out) != 0)
        return FAILURE_INTERNAL;
    uint8_t mac[AES_BLOCK];
    if (out->overflow || make_mac(bsp, bytes_of(out->data + start, header_end - start),
                                  bytes_of(out->data + header_end, data_len), mac) != 0)
        return FAILURE_INTERNAL;
    writer_put(out, bytes_of(mac, BSP_MAC_LEN));
    if (out->overflow)
        return failure("no room for the segment");
    move_on(bsp, mac);
    return 0;
}
