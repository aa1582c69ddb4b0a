#include "tests/tools/line_chip.h"

#include <criterion/criterion.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "apdu/status.h"
#include "tools/lib/binder/binder.h"
#include "tools/lib/common/field.h"

/* A member of one of mini_card's requests, as bytes; gives the request back. */
static void put_member(json_t *request, const char *name, struct writer *out)
{
    struct blob bytes;
    cr_assert_eq(field_bytes(request, name, LINE_CHIP_MAX, &bytes), FIELD_OK);
    writer_put(out, blob_bytes(&bytes));
    blob_finish(&bytes);
    json_decref(request);
}

static void set_next(json_t *object, const char *name, struct bytes *from)
{
    struct tlv element;
    cr_assert(tlv_take(from, &element), "%s", name);
    cr_assert_eq(field_set_bytes(object, name, element.whole), 0);
}

static void authenticate(struct line_chip *chip, struct bytes content, struct writer *out)
{
    json_t *response = json_object();
    struct tlv sequence, id;
    char digits[HEX_SIZE(16)];
    struct bytes front = content;
    cr_assert(tlv_take_tag(&front, DER_SEQUENCE, &sequence));
    cr_assert(tlv_take_tag(&sequence.value, 0x80, &id));
    hex_encode(id.value, digits);
    json_object_set_new(response, "transactionId", json_string(digits));
    set_next(response, "serverSigned1", &content);
    set_next(response, "serverSignature1", &content);
    set_next(response, "euiccCiPKIdToBeUsed", &content);
    set_next(response, "serverCertificate", &content);
    mini_card_take_initiation(&chip->mini, response);
    json_decref(response);
    chip->authenticated++;
    put_member(mini_card_authenticate(&chip->mini), "authenticateServerResponse", out);
}

static void prepare(struct line_chip *chip, struct bytes content, struct writer *out)
{
    uint8_t memory[32];
    struct writer metadata = writer_on(memory, sizeof(memory));
    json_t *response = json_object();
    const size_t mark = tlv_open(&metadata, 0xBF25);
    tlv_put(&metadata, 0x5A, bytes_of(chip->iccid, sizeof(chip->iccid)));
    tlv_close(&metadata, mark);
    cr_assert_eq(field_set_bytes(response, "profileMetadata", writer_bytes(&metadata)), 0);
    set_next(response, "smdpSigned2", &content);
    set_next(response, "smdpSignature2", &content);
    set_next(response, "smdpCertificate", &content);
    mini_card_take_metadata(&chip->mini, response);
    json_decref(response);
    cr_assert_not(chip->mini.code_required);
    put_member(mini_card_prepare(&chip->mini), "prepareDownloadResponse", out);
}

/* What both sides derive from their one-time keys, for who looks where they turn up. */
static void note_session(struct line_chip *chip)
{
    struct secret shared = {0};
    const struct bytes host_id =
        bytes_of(chip->mini.address, strnlen(chip->mini.address, BINDER_HOST_ID_MAX));
    cr_assert_eq(ec_agree(chip->mini.one_time_key,
                          bytes_of(chip->installed.smdp_otpk, EC_POINT_SIZE), &shared),
                 0);
    cr_assert_eq(bsp_init_agreed(&chip->session, secret_bytes(&shared), host_id,
                                 bytes_of(chip->eid, sizeof(chip->eid))),
                 0);
    secret_wipe(&shared);
}

static void install(struct line_chip *chip, struct writer *out)
{
    uint8_t memory[2048];
    struct writer result = writer_on(memory, sizeof(memory));
    mini_card_forget(&chip->installed);
    mini_card_open(&chip->mini, bytes_of(chip->loaded, chip->loaded_len), &chip->installed);
    note_session(chip);
    chip->loaded_len = 0;
    put_member(mini_card_result(&chip->mini, !chip->refuses), "pendingNotification", &result);
    blob_finish(&chip->result);
    cr_assert_eq(blob_copy(writer_bytes(&result), &chip->result), 0);
    writer_put(out, writer_bytes(&result));
}

static uint16_t load(struct line_chip *chip, struct bytes segment, struct writer *out)
{
    struct tlv whole;
    cr_assert_leq(chip->loaded_len + segment.len, sizeof(chip->loaded));
    memcpy(chip->loaded + chip->loaded_len, segment.data, segment.len);
    chip->loaded_len += segment.len;
    if (!tlv_whole(bytes_of(chip->loaded, chip->loaded_len), 0xBF36, &whole))
        return SW_OK;
    install(chip, out);
    if (chip->dies_at_end)
        chip->card.dies_after = chip->card.commands;
    return SW_OK;
}

/* NotificationMetadata of the result that waits. */
static struct bytes waiting(const struct line_chip *chip)
{
    struct tlv whole, data, metadata;
    if (!tlv_whole(blob_bytes(&chip->result), 0xBF37, &whole) ||
        !tlv_find(whole.value, 0xBF27, &data) || !tlv_find(data.value, 0xBF2F, &metadata))
        return (struct bytes){0};
    return metadata.whole;
}

static void put_element(uint32_t tag, uint32_t inner, struct bytes content, struct writer *out)
{
    const size_t whole = tlv_open(out, tag);
    tlv_put(out, inner, content);
    tlv_close(out, whole);
}

static uint16_t answer(void *context, struct bytes request, struct writer *out)
{
    struct line_chip *chip = context;
    struct tlv whole;
    if (chip->loaded_len > 0 || bytes_start_with(request, BYTES(0xBF, 0x36)))
        return load(chip, request, out);
    cr_assert(tlv_take(&request, &whole));
    switch (whole.tag) {
    case 0xBF3E:
        put_element(0xBF3E, 0x5A, bytes_of(chip->eid, sizeof(chip->eid)), out);
        break;
    case 0xBF2E:
        json_decref(chip->initiation);
        chip->initiation = mini_card_initiate(&chip->mini, "");
        put_element(0xBF2E, 0x80, bytes_of(chip->mini.challenge, 16), out);
        break;
    case 0xBF20:
        put_member(json_incref(chip->initiation), "euiccInfo1", out);
        break;
    case 0xBF38:
        authenticate(chip, whole.value, out);
        break;
    case 0xBF21:
        prepare(chip, whole.value, out);
        break;
    case 0xBF28:
        put_element(0xBF28, 0xA0, waiting(chip), out);
        break;
    case 0xBF2B:
        put_element(0xBF2B, 0xA0, blob_bytes(&chip->result), out);
        break;
    case 0xBF30:
        blob_finish(&chip->result);
        writer_put(out, BYTES(0xBF, 0x30, 0x03, 0x80, 0x01, 0x00));
        break;
    case 0xBF41:
        chip->cancelled++;
        put_member(mini_card_cancel(&chip->mini, 127), "cancelSessionResponse", out);
        break;
    default:
        return SW_REFERENCE_NOT_FOUND;
    }
    return SW_OK;
}

void line_chip_insert(struct line_chip *chip, const char *pki)
{
    *chip = (struct line_chip){0};
    mini_card_insert(&chip->mini, pki, EC_P256);
    cr_assert(certificate_eid(&chip->mini.euicc.certificate, chip->eid));
    line_chip_reset(chip);
}

void line_chip_reset(struct line_chip *chip)
{
    fake_card_init(&chip->card, answer, chip);
    chip->loaded_len = 0;
}

void line_chip_remove(struct line_chip *chip)
{
    mini_card_forget(&chip->installed);
    mini_card_remove(&chip->mini);
    json_decref(chip->initiation);
    blob_finish(&chip->result);
    bsp_wipe(&chip->session);
}
