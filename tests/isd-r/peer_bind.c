/* The SM-DP+'s part of a download: from an unprotected package to a bound one (SGP.22 §2.5). */
#include "tests/isd-r/peer.h"

#include <criterion/criterion.h>

#define HOST_ID_LEN 8
#define PLAIN_MAX 8192

/* One segment, its MAC spoilt if the test wants that. */
static void seal(struct bsp *bsp, const struct peer_binding *bent, enum bsp_mode mode, uint8_t tag,
                 uint8_t corrupt_as, struct bytes plain, struct writer *out)
{
    cr_assert(bsp_seal(bsp, mode, tag, plain, out) == 0);
    if (bent->corrupt == corrupt_as)
        out->data[out->len - 1] ^= 1;
}

static void put_configuration(const struct peer_binding *bent, struct bsp *bsp, struct writer *out)
{
    struct bytes plain = bent->configuration.data != NULL
                             ? bent->configuration
                             : BYTES(0xBF, 0x24, 0x07, 0xB8, 0x05, 0x80, 0x03, 0x88, 0x37, 0x0A);
    struct bytes first = plain;
    const size_t mark = tlv_open(out, 0xA0);
    if (bent->split_configuration) {
        cr_assert(bytes_take(&plain, 4, &first));
        seal(bsp, bent, BSP_ENCRYPTED, 0x87, UINT8_MAX, first, out);
    }
    seal(bsp, bent, BSP_ENCRYPTED, 0x87, 0x87, plain, out);
    tlv_close(out, mark);
}

static void put_recipient(struct writer *out, uint32_t events, const char *address)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    der_put_bits(out, 0x80, events);
    tlv_put(out, 0x81, bytes_of_text(address));
    tlv_close(out, mark);
}

/* Enabling is told to two addresses, disabling and deleting to one, installing to another. */
static void put_recipients(struct writer *out)
{
    const size_t mark = tlv_open(out, 0xB6);
    put_recipient(out, 1u << 1, PEER_ADDRESS);
    put_recipient(out, 1u << 2 | 1u << 3, PEER_ADDRESS);
    put_recipient(out, 1u << 0 | 1u << 1, "other.example.com");
    tlv_close(out, mark);
}

static void put_metadata(const struct peer_binding *bent, const struct package *content,
                         struct writer *out)
{
    const size_t mark = tlv_open(out, 0xBF25);
    tlv_put(out, 0x5A, bytes_of(content->file_iccid, PACKAGE_ICCID_SIZE));
    tlv_put(out, 0x91, bytes_of_text("Provider"));
    tlv_put(out, 0x92, bytes_of_text("Name"));
    if (bent->metadata_class > 0)
        tlv_put_u8(out, 0x95, (uint8_t)(bent->metadata_class - 1));
    put_recipients(out);
    if (bent->owner.len > 0)
        tlv_put(out, 0xB7, bent->owner);
    if (bent->rules.len > 0)
        tlv_put(out, 0x99, bent->rules);
    tlv_close(out, mark);
}

static void put_store_metadata(const struct peer_binding *bent, const struct package *content,
                               struct bsp *bsp, struct writer *out)
{
    uint8_t room[PLAIN_MAX];
    struct writer plain = writer_on(room, sizeof(room));
    if (bent->metadata.data != NULL)
        writer_put(&plain, bent->metadata);
    else
        put_metadata(bent, content, &plain);
    struct bytes rest = writer_bytes(&plain);
    const size_t mark = tlv_open(out, 0xA1);
    do {
        struct bytes part;
        cr_assert(bytes_take(&rest, rest.len < BSP_PLAIN_MAX ? rest.len : BSP_PLAIN_MAX, &part));
        seal(bsp, bent, BSP_MAC_ONLY, 0x88, 0x88, part, out);
    } while (rest.len > 0);
    tlv_close(out, mark);
}

/* ReplaceSessionKeys: the elements that follow are under keys of the server's own choice. */
static void replace_keys(struct peer *peer, const struct peer_binding *bent, struct bsp *bsp)
{
    uint8_t keys[3][BSP_KEY_LEN], room[80];
    struct writer plain = writer_on(room, sizeof(room));
    cr_assert(random_fill(&peer->random, keys, sizeof(keys)) == 0);
    const size_t mark = tlv_open(&plain, 0xBF26);
    for (uint8_t i = 0; i < 3; i++)
        tlv_put(&plain, 0x80u + i, bytes_of(keys[i], BSP_KEY_LEN));
    tlv_close(&plain, mark);
    const size_t section = tlv_open(&peer->bpp, 0xA2);
    seal(bsp, bent, BSP_ENCRYPTED, 0x87, 0x8A,
         bent->keys.data != NULL ? bent->keys : writer_bytes(&plain), &peer->bpp);
    tlv_close(&peer->bpp, section);
    bsp_wipe(bsp);
    cr_assert(bsp_init_keys(bsp, bytes_of(keys[1], BSP_KEY_LEN), bytes_of(keys[2], BSP_KEY_LEN),
                            bytes_of(keys[0], BSP_KEY_LEN)) == 0);
}

static void put_elements(const struct peer_binding *bent, const struct package *content,
                         struct bsp *bsp, struct writer *out)
{
    uint8_t room[PLAIN_MAX];
    struct writer plain = writer_on(room, sizeof(room));
    const size_t most = bent->segment > 0 ? bent->segment : BSP_PLAIN_MAX;
    package_put(content, &plain);
    struct bytes rest = bent->package.data != NULL ? bent->package : writer_bytes(&plain);
    const size_t mark = tlv_open(out, 0xA3);
    if (bent->short_segment)
        tlv_put(out, 0x86, BYTES(1, 2, 3, 4, 5, 6, 7));
    while (rest.len > 0 && !bent->no_elements) {
        struct bytes part;
        cr_assert(bytes_take(&rest, rest.len < most ? rest.len : most, &part));
        seal(bsp, bent, BSP_ENCRYPTED, 0x86, 0x86, part, out);
    }
    tlv_close(out, mark);
}

struct server_key {
    struct ec_private *key;
    uint8_t host_id[32];
    size_t host_id_len;
};

static void put_key_agreement(struct peer *peer, const struct peer_binding *bent,
                              const struct server_key *server, struct writer *out)
{
    uint8_t point[EC_POINT_SIZE], transaction_id[PEER_TRANSACTION_ID_MAX];
    memcpy(point, ec_private_point(server->key), sizeof(point));
    point[EC_POINT_SIZE - 1] ^= bent->wrong_point;
    memcpy(transaction_id, peer->transaction_id, sizeof(transaction_id));
    transaction_id[0] ^= bent->wrong_transaction_id;
    tlv_put_u8(out, 0x82, bent->remote_operation > 0 ? bent->remote_operation : 1);
    tlv_put(out, 0x80, bytes_of(transaction_id, peer->transaction_id_len));
    const size_t control = tlv_open(out, 0xA6);
    tlv_put_u8(out, 0x80, bent->key_type > 0 ? bent->key_type : 0x88);
    tlv_put_u8(out, 0x81, bent->key_len > 0 ? bent->key_len : 0x10);
    tlv_put(out, 0x84, bytes_of(server->host_id, server->host_id_len));
    tlv_close(out, control);
    tlv_put(out, 0x5F49, bytes_of(point, sizeof(point)));
}

static void put_channel(struct peer *peer, const struct peer_binding *bent,
                        const struct server_key *server, struct writer *out)
{
    uint8_t room[512], own_room[80], signature[EC_SIGNATURE_SIZE];
    struct writer request = writer_on(room, sizeof(room));
    struct writer own = writer_on(own_room, sizeof(own_room));
    put_key_agreement(peer, bent, server, &request);
    tlv_put(&own, 0x5F49, bytes_of(peer->one_time_point, EC_POINT_SIZE));
    const struct bytes parts[] = {writer_bytes(&request), writer_bytes(&own)};
    const struct pki_entity *signer =
        bent->signer != NULL ? bent->signer : peer_entity(peer, PKI_DP_PB);
    cr_assert(ec_sign(signer->key, &peer->random, parts, 2, signature) == 0);
    signature[0] ^= bent->wrong_signature;
    const size_t mark = tlv_open(out, 0xBF23);
    writer_put(out, parts[0]);
    tlv_put(out, 0x5F37, bytes_of(signature, sizeof(signature)));
    tlv_close(out, mark);
}

/* For those who want to open the package too. */
static void keep_scalar(struct peer *peer, const struct server_key *server)
{
    struct secret scalar = {0};
    ec_private_scalar(server->key, &scalar);
    cr_assert(bytes_copy_exact(secret_bytes(&scalar), peer->server_scalar, EC_SCALAR_SIZE));
    secret_wipe(&scalar);
}

static void agree(struct peer *peer, const struct server_key *server, struct bsp *bsp)
{
    struct secret shared = {0};
    uint8_t eid[16];
    cr_assert(certificate_eid(&peer_entity(peer, PKI_EUICC)->certificate, eid));
    cr_assert(ec_agree(server->key, bytes_of(peer->one_time_point, EC_POINT_SIZE), &shared) == 0);
    cr_assert(bsp_init_agreed(bsp, secret_bytes(&shared),
                              bytes_of(server->host_id, server->host_id_len),
                              bytes_of(eid, sizeof(eid))) == 0);
    secret_wipe(&shared);
}

void peer_bind(struct peer *peer, const struct peer_binding *bent)
{
    const struct package usual = package_numbered(1);
    const struct package *content = bent->content != NULL ? bent->content : &usual;
    struct server_key server = {.host_id_len =
                                    bent->host_id_len > 0 ? bent->host_id_len : HOST_ID_LEN};
    struct bsp bsp;
    memset(server.host_id, 'h', sizeof(server.host_id));
    writer_reset(&peer->bpp);
    cr_assert(ec_private_generate(&peer->random, peer->curve, &server.key) == 0);
    keep_scalar(peer, &server);
    agree(peer, &server, &bsp);
    const size_t mark = tlv_open(&peer->bpp, 0xBF36);
    put_channel(peer, bent, &server, &peer->bpp);
    put_configuration(bent, &bsp, &peer->bpp);
    put_store_metadata(bent, content, &bsp, &peer->bpp);
    if (!bent->session_keys)
        replace_keys(peer, bent, &bsp);
    put_elements(bent, content, &bsp, &peer->bpp);
    writer_fill(&peer->bpp, 0, bent->excess);
    tlv_close(&peer->bpp, mark);
    cr_assert(!peer->bpp.overflow);
    bsp_wipe(&bsp);
    ec_private_destroy(server.key);
}
