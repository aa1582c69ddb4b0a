#include "tests/isd-r/peer_rpm.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "isd-r/info/euicc_info.h"

#define MEMORY_DISK "/dev/shm" /* where a commit costs next to nothing */

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static const char *below(const struct peer *peer, const char *name)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s/%s", peer->folder, name);
    return path;
}

static void make_pki(struct peer *peer, bool brainpool)
{
    struct pki_plan plan = {.directory = below(peer, "pki"), .brainpool = brainpool};
    cr_assert(pki_make(&peer->random, &plan) == 0);
}

static void read_pki(struct peer *peer, enum ec_curve curve)
{
    static const enum pki_name names[] = {PKI_CI,      PKI_EUM,   PKI_EUICC,
                                          PKI_DP_AUTH, PKI_DP_PB, PKI_DS_AUTH};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        cr_assert(pki_read(below(peer, "pki"), names[i], curve, &peer->pki[curve][names[i]]) == 0);
    peer->has_curve[curve] = true;
}

static void bear_chip(struct peer *peer, const enum ec_curve *curves, size_t count)
{
    struct pki_entity ci[EC_CURVES], eum[EC_CURVES], euicc[EC_CURVES];
    for (size_t i = 0; i < count; i++) {
        ci[i] = peer->pki[curves[i]][PKI_CI];
        eum[i] = peer->pki[curves[i]][PKI_EUM];
        euicc[i] = peer->pki[curves[i]][PKI_EUICC];
    }
    const struct isd_r_provision provision = {ci, eum, euicc, count};
    chip_start(&peer->chip, below(peer, "state"), &provision);
}

static void drop_line(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

void peer_start(struct peer *peer, const enum ec_curve *curves, size_t count)
{
    peer_start_seeded(peer, bytes_of_text("peer"), curves, count);
}

void peer_start_seeded(struct peer *peer, struct bytes seed, const enum ec_curve *curves,
                       size_t count)
{
    memset(peer, 0, sizeof(*peer));
    trace_to(drop_line, NULL);
    /* Tests of what survives pull the plug of the program, not of the machine. */
    char folder[sizeof(peer->folder)];
    snprintf(folder, sizeof(folder), "%s/emuicc-peer-XXXXXX",
             access(MEMORY_DISK, W_OK) == 0 ? MEMORY_DISK : "/tmp");
    cr_assert(mkdtemp(folder) != NULL);
    memcpy(peer->folder, folder, sizeof(folder));
    random_init_seeded(&peer->random, seed);
    cr_assert(ec_start() == 0);
    peer->curve = curves[0];
    peer->block = CHIP_BLOCK_MAX;
    bool brainpool = false;
    for (size_t i = 0; i < count; i++)
        brainpool |= curves[i] == EC_BRAINPOOL_P256R1;
    make_pki(peer, brainpool);
    for (size_t i = 0; i < count; i++)
        read_pki(peer, curves[i]);
    peer->response = writer_on(peer->response_room, sizeof(peer->response_room));
    peer->bpp = writer_on(peer->bpp_room, sizeof(peer->bpp_room));
    bear_chip(peer, curves, count);
}

void peer_stop(struct peer *peer)
{
    chip_stop(&peer->chip);
    for (int curve = 0; curve < EC_CURVES; curve++)
        for (int name = 0; name < PKI_NAMES; name++)
            if (peer->has_curve[curve])
                pki_entity_finish(&peer->pki[curve][name]);
    nftw(peer->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

void peer_restart_chip(struct peer *peer)
{
    chip_restart(&peer->chip, below(peer, "state"));
}

void peer_become(struct peer *peer, const struct isd_r_settings *settings)
{
    peer->chip.settings = settings;
    peer->v3 = settings != NULL && euicc_info_is_v3(settings->info);
    peer_restart_chip(peer);
}

const struct pki_entity *peer_entity(const struct peer *peer, enum pki_name name)
{
    return &peer->pki[peer->curve][name];
}

uint16_t peer_call(struct peer *peer, struct bytes request)
{
    writer_reset(&peer->response);
    return chip_store_data(&peer->chip, request, peer->block, &peer->response);
}

struct bytes peer_ask(struct peer *peer, struct bytes request, uint32_t tag)
{
    struct tlv answer;
    const uint16_t status = peer_call(peer, request);
    cr_assert(eq(u16, status, SW_OK));
    cr_assert(tlv_whole(writer_bytes(&peer->response), tag, &answer));
    return answer.value;
}

int peer_result(struct peer *peer, struct bytes request, uint32_t tag)
{
    struct bytes value = peer_ask(peer, request, tag);
    struct tlv result;
    uint32_t number;
    cr_assert(tlv_whole(value, 0x80, &result));
    cr_assert(der_to_unsigned(result.value, 127, &number));
    return (int)number;
}

static bool find(struct bytes in, uint32_t tag, struct bytes *out)
{
    struct tlv tlv;
    while (tlv_take(&in, &tlv)) {
        if (tlv.tag == tag) {
            *out = tlv.value;
            return true;
        }
        const uint8_t first = tlv.whole.data[0];
        if ((first & TLV_CONSTRUCTED) && find(tlv.value, tag, out))
            return true;
    }
    return false;
}

struct bytes peer_find(struct bytes in, uint32_t tag)
{
    struct bytes found = {0};
    cr_assert(find(in, tag, &found), "no element %X", (unsigned)tag);
    return found;
}

/* An answer's { tag { A0 { … } } } or { tag { A1 { 80 transaction id, 02 error } } }: the error. */
static int read_choice(struct peer *peer, uint32_t tag, struct bytes *ok)
{
    struct tlv whole, choice, transaction_id, error;
    uint32_t code;
    cr_assert(tlv_whole(writer_bytes(&peer->response), tag, &whole));
    cr_assert(tlv_take(&whole.value, &choice));
    cr_assert(eq(sz, whole.value.len, 0));
    if (choice.tag == 0xA0) {
        *ok = choice.value;
        return 0;
    }
    cr_assert(eq(u32, choice.tag, 0xA1));
    cr_assert(tlv_take_tag(&choice.value, 0x80, &transaction_id));
    cr_assert(tlv_take_tag(&choice.value, DER_INTEGER, &error));
    cr_assert(eq(sz, choice.value.len, 0));
    cr_assert(der_to_unsigned(error.value, 127, &code));
    return (int)code;
}

void peer_assert_signed(const struct peer *peer, const struct bytes *parts, size_t count,
                        struct bytes signature)
{
    const struct certificate *certificate = peer->signer != NULL
                                                ? &peer->signer->leaf.certificate
                                                : &peer_entity(peer, PKI_EUICC)->certificate;
    cr_assert(ec_verify(certificate->curve, certificate->point, parts, count, signature));
}

void peer_sign(struct peer *peer, const struct pki_entity *signer, const struct bytes *parts,
               size_t count, bool wrong, uint8_t signature[EC_SIGNATURE_SIZE])
{
    cr_assert(ec_sign(signer->key, &peer->random, parts, count, signature) == 0);
    signature[EC_SIGNATURE_SIZE - 1] ^= wrong;
}

static void put_ctx_params1(struct writer *out)
{
    const size_t choice = tlv_open(out, 0xA0);
    tlv_put(out, 0x80, bytes_of_text("MATCHING-ID"));
    const size_t device = tlv_open(out, 0xA1);
    tlv_put(out, 0x80, BYTES(0x53, 0x92, 0x60, 0x11));
    tlv_put(out, 0xA1, (struct bytes){0});
    tlv_close(out, device);
    tlv_close(out, choice);
}

static void put_v3(const struct peer_v3 *more, struct writer *out)
{
    const size_t context = tlv_open(out, 0xA5);
    tlv_put(out, 0x80,
            more->bad_svn       ? BYTES(3, 1)
            : more->svn.len > 0 ? more->svn
                                : BYTES(3, 1, 0));
    tlv_put(out, 0x81, BYTES(more->stapled ? 0xFF : 0));
    if (more->ci_key_id.len > 0)
        tlv_put(out, 0x82, more->ci_key_id);
    tlv_close(out, context);
    if (more->no_context)
        out->len = context - 2;
    der_put_bits(out, 0x86, 1 | more->capability);
}

static void put_ci_key_id(const struct peer *peer, const struct peer_authentication *bent,
                          struct writer *out)
{
    if (bent->more != NULL && bent->more->no_ci_key_id)
        return;
    tlv_put(out, DER_OCTET_STRING,
            bent->ci_key_id.data != NULL ? bent->ci_key_id
                                         : peer_entity(peer, PKI_CI)->certificate.subject_key_id);
}

static void put_server_signed1(struct peer *peer, const struct peer_authentication *bent,
                               struct writer *out)
{
    uint8_t challenge[16];
    memcpy(challenge, peer->challenge, sizeof(challenge));
    challenge[0] ^= bent->wrong_challenge;
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, 0x80, bytes_of(peer->transaction_id, peer->transaction_id_len));
    tlv_put(out, 0x81, bytes_of(challenge, sizeof(challenge)));
    tlv_put(out, 0x83,
            bent->server_address.data != NULL ? bent->server_address : bytes_of_text(PEER_ADDRESS));
    tlv_put(out, 0x84, bytes_of(peer->server_challenge, bent->short_server_challenge ? 15 : 16));
    if (bent->v3)
        put_v3(bent->more != NULL ? bent->more : &(struct peer_v3){0}, out);
    tlv_close(out, mark);
}

void peer_put_authentication(struct peer *peer, const struct peer_authentication *bent,
                             struct writer *out)
{
    uint8_t room[512], signature[EC_SIGNATURE_SIZE];
    struct writer signed1 = writer_on(room, sizeof(room));
    const struct pki_entity *server =
        bent->server != NULL ? bent->server : peer_entity(peer, PKI_DP_AUTH);
    peer->transaction_id_len = bent->more != NULL && bent->more->no_transaction_id ? 0 : 8;
    cr_assert(random_fill(&peer->random, peer->transaction_id, 16) == 0);
    cr_assert(random_fill(&peer->random, peer->server_challenge, 16) == 0);
    put_server_signed1(peer, bent, &signed1);
    const struct bytes part = writer_bytes(&signed1);
    peer_sign(peer, bent->signer != NULL ? bent->signer : server, &part, 1, bent->wrong_signature,
              signature);
    const size_t mark = tlv_open(out, 0xBF38);
    writer_put(out, part);
    tlv_put(out, 0x5F37, bytes_of(signature, sizeof(signature)));
    put_ci_key_id(peer, bent, out);
    writer_put(out, bent->certificate.data != NULL ? bent->certificate
                                                   : bytes_of(server->der, server->der_len));
    if (bent->ctx_params1.data != NULL)
        writer_put(out, bent->ctx_params1);
    else
        put_ctx_params1(out);
    if (bent->more != NULL && bent->more->issuers.len > 0)
        tlv_put(out, 0xA1, bent->more->issuers);
    if (bent->more != NULL && bent->more->lists.len > 0)
        tlv_put(out, 0xA2, bent->more->lists);
    tlv_close(out, mark);
    cr_assert(not(out->overflow));
}

/* The issuers that the chip shows are those it was made with. */
static void verify_issuers(const struct peer *peer, struct bytes eum, struct bytes *rest)
{
    const struct pki_entity *next =
        peer->signer != NULL ? &peer->signer->issuers[0] : peer_entity(peer, PKI_EUM);
    struct tlv others = {0}, one;
    cr_assert(bytes_equal(eum, bytes_of(next->der, next->der_len)));
    if (peer->signer == NULL || peer->signer->count == 1)
        return;
    cr_assert(tlv_take_tag(rest, 0xA0, &others));
    for (size_t i = 1; i < peer->signer->count; i++) {
        const struct pki_entity *issuer = &peer->signer->issuers[i];
        cr_assert(tlv_take_tag(&others.value, DER_SEQUENCE, &one));
        cr_assert(bytes_equal(one.whole, bytes_of(issuer->der, issuer->der_len)));
    }
    cr_assert(eq(sz, others.value.len, 0));
}

/* AuthenticateResponseOk: signed over what it says, by a chain that ends at the CI. */
static void verify_authentication(struct peer *peer, struct bytes ok)
{
    struct tlv signed1, signature, euicc, eum, field;
    struct certificate certificate;
    cr_assert(tlv_take_tag(&ok, DER_SEQUENCE, &signed1));
    cr_assert(tlv_take_tag(&ok, 0x5F37, &signature));
    cr_assert(tlv_take_tag(&ok, DER_SEQUENCE, &euicc));
    cr_assert(tlv_take_tag(&ok, DER_SEQUENCE, &eum));
    verify_issuers(peer, eum.whole, &ok);
    cr_assert(eq(sz, ok.len, 0));
    peer_assert_signed(peer, &signed1.whole, 1, signature.value);
    cr_assert(bytes_copy_exact(signature.value, peer->signature1, EC_SIGNATURE_SIZE));
    cr_assert(certificate_parse(euicc.whole, &certificate) == CERTIFICATE_OK);
    if (peer->signer == NULL)
        cr_assert(certificate_verify(&certificate, &peer_entity(peer, PKI_EUM)->certificate) ==
                  CERTIFICATE_OK);
    struct bytes rest = signed1.value;
    cr_assert(tlv_take_tag(&rest, 0x80, &field));
    cr_assert(bytes_equal(field.value, bytes_of(peer->transaction_id, peer->transaction_id_len)));
    cr_assert(tlv_take_tag(&rest, 0x83, &field));
    cr_assert(tlv_take_tag(&rest, 0x84, &field));
    cr_assert(bytes_equal(field.value, bytes_of(peer->server_challenge, 16)));
    cr_assert(tlv_take_tag(&rest, 0xBF22, &field));
    cr_assert(tlv_take(&rest, &field) && field.tag >= 0xA0 && field.tag <= 0xA3);
    cr_assert(eq(sz, rest.len, 0));
}

int peer_authenticate(struct peer *peer, const struct peer_authentication *bent)
{
    static uint8_t room[8192];
    struct writer request = writer_on(room, sizeof(room));
    struct tlv challenge;
    struct bytes ok;
    if (!bent->without_challenge) {
        cr_assert(tlv_whole(peer_ask(peer, BYTES(0xBF, 0x2E, 0x00), 0xBF2E), 0x80, &challenge));
        cr_assert(bytes_copy_exact(challenge.value, peer->challenge, 16));
    }
    peer_put_authentication(peer, bent, &request);
    const uint16_t status = peer_call(peer, writer_bytes(&request));
    cr_assert(eq(u16, status, SW_OK));
    const int error = read_choice(peer, 0xBF38, &ok);
    if (error == 0)
        verify_authentication(peer, ok);
    return error;
}

static void put_smdp_signed2(struct peer *peer, const struct peer_preparation *bent,
                             struct writer *out)
{
    uint8_t transaction_id[PEER_TRANSACTION_ID_MAX];
    memcpy(transaction_id, peer->transaction_id, sizeof(transaction_id));
    transaction_id[0] ^= bent->wrong_transaction_id;
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, 0x80, bytes_of(transaction_id, peer->transaction_id_len));
    der_put_boolean(out, DER_BOOLEAN, bent->cc_required);
    if (bent->one_time_key.len > 0)
        tlv_put(out, 0x5F49, bent->one_time_key);
    tlv_close(out, mark);
}

void peer_put_preparation(struct peer *peer, const struct peer_preparation *bent,
                          struct writer *out)
{
    static const uint8_t hash_cc[32] = {0xCC};
    uint8_t room[256], element_room[80];
    struct writer signed2 = writer_on(room, sizeof(room));
    struct writer element = writer_on(element_room, sizeof(element_room));
    const struct pki_entity *server =
        bent->server != NULL ? bent->server : peer_entity(peer, PKI_DP_PB);
    put_smdp_signed2(peer, bent, &signed2);
    tlv_put(&element, 0x5F37, bytes_of(peer->signature1, EC_SIGNATURE_SIZE));
    const struct bytes parts[] = {writer_bytes(&signed2), writer_bytes(&element)};
    peer_sign(peer, bent->signer != NULL ? bent->signer : server, parts,
              bent->without_signature1 ? 1 : 2, bent->wrong_signature, peer->smdp_signature2);
    const size_t mark = tlv_open(out, 0xBF21);
    writer_put(out, parts[0]);
    tlv_put(out, 0x5F37, bytes_of(peer->smdp_signature2, EC_SIGNATURE_SIZE));
    if (bent->with_hash_cc)
        tlv_put(out, DER_OCTET_STRING, bytes_of(hash_cc, sizeof(hash_cc)));
    writer_put(out, bent->certificate.data != NULL ? bent->certificate
                                                   : bytes_of(server->der, server->der_len));
    tlv_close(out, mark);
}

static void verify_preparation(struct peer *peer, const struct peer_preparation *bent,
                               struct bytes ok)
{
    uint8_t element_room[80];
    struct writer element = writer_on(element_room, sizeof(element_room));
    struct tlv signed2, signature, field;
    cr_assert(tlv_take_tag(&ok, DER_SEQUENCE, &signed2));
    cr_assert(tlv_take_tag(&ok, 0x5F37, &signature));
    cr_assert(eq(sz, ok.len, 0));
    tlv_put(&element, 0x5F37, bytes_of(peer->smdp_signature2, EC_SIGNATURE_SIZE));
    const struct bytes parts[] = {signed2.whole, writer_bytes(&element)};
    peer_assert_signed(peer, parts, 2, signature.value);
    struct bytes rest = signed2.value;
    cr_assert(tlv_take_tag(&rest, 0x80, &field));
    cr_assert(bytes_equal(field.value, bytes_of(peer->transaction_id, peer->transaction_id_len)));
    cr_assert(tlv_take_tag(&rest, 0x5F49, &field));
    cr_assert(bytes_copy_exact(field.value, peer->one_time_point, EC_POINT_SIZE));
    if (bent->cc_required)
        cr_assert(tlv_take_tag(&rest, DER_OCTET_STRING, &field));
    cr_assert(eq(sz, rest.len, 0));
}

int peer_prepare(struct peer *peer, const struct peer_preparation *bent)
{
    static uint8_t room[8192];
    struct writer request = writer_on(room, sizeof(room));
    struct bytes ok;
    peer_put_preparation(peer, bent, &request);
    const uint16_t status = peer_call(peer, writer_bytes(&request));
    cr_assert(eq(u16, status, SW_OK));
    const int error = read_choice(peer, 0xBF21, &ok);
    if (error == 0)
        verify_preparation(peer, bent, ok);
    return error;
}

int peer_cancel(struct peer *peer, uint8_t reason)
{
    uint8_t room[64];
    struct writer request = writer_on(room, sizeof(room));
    struct tlv choice, signed_part, signature, field;
    const size_t mark = tlv_open(&request, 0xBF41);
    tlv_put(&request, 0x80, bytes_of(peer->transaction_id, peer->transaction_id_len));
    tlv_put_u8(&request, 0x81, reason);
    tlv_close(&request, mark);
    struct bytes value = peer_ask(peer, writer_bytes(&request), 0xBF41);
    cr_assert(tlv_take(&value, &choice));
    if (choice.tag == 0x81)
        return choice.value.data[0];
    cr_assert(eq(u32, choice.tag, 0xA0));
    cr_assert(tlv_take_tag(&choice.value, DER_SEQUENCE, &signed_part));
    cr_assert(tlv_take_tag(&choice.value, 0x5F37, &signature));
    peer_assert_signed(peer, &signed_part.whole, 1, signature.value);
    cr_assert(tlv_take_tag(&signed_part.value, 0x80, &field));
    cr_assert(tlv_take_tag(&signed_part.value, 0x81, &field));
    cr_assert(bytes_equal(field.value, peer_entity(peer, PKI_DP_AUTH)->certificate.registered_id));
    cr_assert(tlv_take_tag(&signed_part.value, 0x82, &field));
    cr_assert(eq(u8, field.value.data[0], reason));
    return 0;
}

/* ProfileInstallationResultData: what it says of itself as a notification. */
static void read_notification(struct bytes *data, struct peer_outcome *out)
{
    struct tlv metadata, field;
    cr_assert(tlv_take_tag(data, 0xBF2F, &metadata));
    cr_assert(tlv_take_tag(&metadata.value, 0x80, &field));
    cr_assert(der_to_unsigned(field.value, UINT32_MAX, &out->sequence));
    cr_assert(tlv_take_tag(&metadata.value, 0x81, &field));
    cr_assert(bytes_equal(field.value, BYTES(0x07, 0x80)));
    cr_assert(tlv_take_tag(&metadata.value, DER_UTF8_STRING, &field));
    cr_assert(bytes_equal(field.value, bytes_of_text(PEER_ADDRESS)));
    cr_assert(tlv_take_optional(&metadata.value, 0x5A, &field));
    out->iccid_len = field.value.len;
    if (field.tag != 0)
        cr_assert(bytes_copy_exact(field.value, out->iccid, sizeof(out->iccid)));
    cr_assert(eq(sz, metadata.value.len, 0));
}

static void read_final_result(struct bytes value, struct peer_outcome *out)
{
    struct tlv choice, field;
    uint32_t number;
    cr_assert(tlv_take(&value, &choice));
    out->installed = choice.tag == 0xA0;
    if (out->installed) {
        cr_assert(tlv_take_tag(&choice.value, 0x4F, &field));
        out->aid_len = field.value.len;
        memcpy(out->aid, field.value.data, field.value.len);
        out->has_pe_response = tlv_take_tag(&choice.value, DER_OCTET_STRING, &field);
        return;
    }
    cr_assert(eq(u32, choice.tag, 0xA1));
    cr_assert(tlv_take_tag(&choice.value, 0x80, &field));
    cr_assert(der_to_unsigned(field.value, 127, &number));
    out->command = (int)number;
    cr_assert(tlv_take_tag(&choice.value, 0x81, &field));
    cr_assert(der_to_unsigned(field.value, 127, &number));
    out->reason = (int)number;
    out->has_pe_response = tlv_take_tag(&choice.value, 0x82, &field);
    cr_assert(eq(sz, choice.value.len, 0));
}

struct peer_outcome peer_read_outcome(struct peer *peer, struct bytes pir)
{
    struct peer_outcome out = {.answered = true};
    struct tlv whole, data, signature, field;
    cr_assert(tlv_whole(pir, 0xBF37, &whole));
    cr_assert(tlv_take_tag(&whole.value, 0xBF27, &data));
    cr_assert(tlv_take_tag(&whole.value, 0x5F37, &signature));
    cr_assert(eq(sz, whole.value.len, 0));
    peer_assert_signed(peer, &data.whole, 1, signature.value);
    cr_assert(tlv_take_tag(&data.value, 0x80, &field));
    cr_assert(bytes_equal(field.value, bytes_of(peer->transaction_id, peer->transaction_id_len)));
    read_notification(&data.value, &out);
    cr_assert(tlv_take_tag(&data.value, DER_OBJECT_IDENTIFIER, &field));
    cr_assert(bytes_equal(field.value, peer_entity(peer, PKI_DP_PB)->certificate.registered_id));
    cr_assert(tlv_take_tag(&data.value, 0xA2, &field));
    read_final_result(field.value, &out);
    cr_assert(eq(sz, data.value.len, 0));
    return out;
}

/* Header and value of the element at the front. */
static size_t element_len(struct bytes rest)
{
    struct tlv_header header;
    cr_assert(tlv_read_header(rest, &header) == TLV_FRONT_OK);
    return header.header_len + header.value_len;
}

static size_t header_len(struct bytes rest)
{
    struct tlv_header header;
    cr_assert(tlv_read_header(rest, &header) == TLV_FRONT_OK);
    return header.header_len;
}

static struct bytes after(struct bytes rest, size_t len)
{
    return bytes_of(rest.data + len, rest.len - len);
}

size_t peer_cut_len(enum peer_cut cut, struct bytes whole, struct bytes rest)
{
    if (cut == PEER_CUT_ONE)
        return rest.len;
    if (cut == PEER_CUT_BYTES)
        return 1;
    if (rest.len == whole.len)
        return header_len(rest) + element_len(after(rest, header_len(rest)));
    switch (rest.data[0]) {
    case 0xA0:
    case 0xA2:
        if (cut == PEER_CUT_LPAC)
            return element_len(rest);
        return header_len(rest) + element_len(after(rest, header_len(rest)));
    case 0xA1:
    case 0xA3:
        return header_len(rest);
    default:
        return element_len(rest);
    }
}

struct peer_outcome peer_load(struct peer *peer, enum peer_cut cut)
{
    const struct bytes whole = writer_bytes(&peer->bpp);
    struct bytes rest = whole, command;
    while (rest.len > 0) {
        cr_assert(bytes_take(&rest, peer_cut_len(cut, whole, rest), &command));
        const uint16_t status = peer_call(peer, command);
        cr_assert(eq(u16, status, SW_OK));
        if (peer->response.len > 0)
            return peer_read_outcome(peer, writer_bytes(&peer->response));
    }
    return (struct peer_outcome){0};
}

struct peer_outcome peer_download(struct peer *peer, const struct peer_binding *binding)
{
    cr_assert(peer_authenticate(peer, &(struct peer_authentication){.v3 = peer->v3}) == 0);
    cr_assert(peer_prepare(peer, &(struct peer_preparation){0}) == 0);
    peer_bind(peer, binding);
    const struct peer_outcome outcome = peer_load(peer, PEER_CUT_LPAC);
    cr_assert(outcome.answered);
    return outcome;
}

/* OtherSignedNotification: by the chip, with its chain. */
static void verify_other(const struct peer *peer, struct bytes value)
{
    struct tlv metadata, signature, euicc, eum;
    cr_assert(tlv_take_tag(&value, 0xBF2F, &metadata));
    cr_assert(tlv_take_tag(&value, 0x5F37, &signature));
    cr_assert(tlv_take_tag(&value, DER_SEQUENCE, &euicc));
    cr_assert(tlv_take_tag(&value, DER_SEQUENCE, &eum));
    cr_assert(eq(sz, value.len, 0));
    peer_assert_signed(peer, &metadata.whole, 1, signature.value);
    cr_assert(bytes_equal(euicc.whole, peer_entity(peer, PKI_EUICC)->certificate.whole));
    cr_assert(bytes_equal(eum.whole, peer_entity(peer, PKI_EUM)->certificate.whole));
}

size_t peer_count_notifications(struct peer *peer, uint32_t events)
{
    uint8_t room[16];
    struct writer request = writer_on(room, sizeof(room));
    struct tlv list, one;
    size_t count = 0;
    const size_t mark = tlv_open(&request, 0xBF2B);
    if (events != 0) {
        const size_t criteria = tlv_open(&request, 0xA0);
        der_put_bits(&request, 0x81, events);
        tlv_close(&request, criteria);
    }
    tlv_close(&request, mark);
    cr_assert(tlv_whole(peer_ask(peer, writer_bytes(&request), 0xBF2B), 0xA0, &list));
    for (; tlv_take(&list.value, &one); count++)
        if (one.tag == DER_SEQUENCE)
            verify_other(peer, one.value);
        else if (one.tag == 0xA1)
            (void)peer_read_rpm_result(peer, one.value);
        else
            cr_assert(eq(u32, one.tag, 0xBF37));
    return count;
}
