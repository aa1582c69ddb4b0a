/* What is on the card, for those who look: nothing of it changes anything, and no fault applies. */
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/json_writer.h"
#include "apdu/status.h"
#include "card/control/requests_table.h"
#include "fs/files/files.h"
#include "fs/text/inventory.h"
#include "isd-r/es10.h"
#include "isd-r/info/credentials.h"

#define UNREADABLE "the store cannot be read; the card has said why"
#define TAG_LEN 2
#define ALL_TAGS                                                                                   \
    0x5C, 0x0D, 0x5A, 0x4F, 0x9F, 0x70, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0xB6, 0xB7, 0x99

/* PINs that a terminal has presented on any channel. */
static uint64_t verified_on(const struct card *card)
{
    uint64_t verified = 0;
    for (size_t i = 0; i < APDU_CHANNELS; i++)
        verified |= card->uicc.channels[i].verified;
    return verified;
}

const char *requests_files(void *context, struct bytes argument, struct writer *answer)
{
    const struct card *card = context;
    const int result = files_put(card->store, argument, verified_on(card), answer);
    if (result == SW_REFERENCE_NOT_FOUND)
        return INVENTORY_NO_PROFILE;
    return result == 0 ? NULL : UNREADABLE;
}

/* What an LPA asks to read those. */
static const struct {
    uint8_t request[24];
    size_t len;
} objects[] = {
    {{0xBF, 0x20, 0x00}, 3},            /* EUICCInfo1 */
    {{0xBF, 0x22, 0x00}, 3},            /* EUICCInfo2 */
    {{0xBF, 0x28, 0x00}, 3},            /* notifications that are pending */
    {{0xBF, 0x2D, 0x0F, ALL_TAGS}, 18}, /* profiles, with their icons */
    {{0xBF, 0x3C, 0x00}, 3},            /* addresses */
    {{0xBF, 0x43, 0x00}, 3},            /* rules authorisation table */
    {{0xBF, 0x55, 0x00}, 3},            /* eIMs */
};

static const char *read_object(struct card *card, struct bytes request, struct writer *answer)
{
    uint8_t *room = malloc(APDU_RESPONSE_MAX);
    if (room == NULL)
        return "no memory for an answer";
    struct writer response = writer_on(room, APDU_RESPONSE_MAX);
    isd_r_watch(card->isd_r, NULL);
    const int result = es10_execute(card->isd_r, request, &response);
    card_arm(card);
    if (result == 0) {
        json_writer_open_object(answer, NULL);
        json_writer_hex(answer, "data", writer_bytes(&response));
        json_writer_close_object(answer);
    }
    free(room);
    return result == 0 ? NULL : "the chip does not answer that";
}

const char *requests_get(void *context, struct bytes argument, struct writer *answer)
{
    struct card *card = context;
    char tag[HEX_SIZE(TAG_LEN)];
    if (card->isd_r == NULL)
        return REQUESTS_NO_CHIP;
    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        hex_encode(bytes_of(objects[i].request, TAG_LEN), tag);
        if (bytes_equal(argument, bytes_of_text(tag)))
            return read_object(card, bytes_of(objects[i].request, objects[i].len), answer);
    }
    return "read are BF20, BF22, BF28, BF2D, BF3C, BF43 and BF55";
}

static void put_certificate(struct writer *out, const struct credential *credential,
                            const char *role, struct bytes der)
{
    if (der.len == 0)
        return;
    json_writer_open_object(out, NULL);
    json_writer_word(out, "role", role);
    json_writer_hex(out, "ci", credential->ci.subject_key_id);
    json_writer_boolean(out, "verifies", credential->verifies);
    json_writer_boolean(out, "signs", credential->signs);
    json_writer_boolean(out, "signs v3", credential->signs_v3);
    json_writer_hex(out, "der", der);
    json_writer_close_object(out);
}

static void put_credential(struct writer *out, const struct credential *credential)
{
    struct bytes others = credential->others;
    struct tlv other;
    put_certificate(out, credential, "ci", credential->ci.whole);
    while (tlv_take(&others, &other))
        put_certificate(out, credential, "other", other.whole);
    put_certificate(out, credential, "eum", credential->eum.whole);
    put_certificate(out, credential, "euicc", credential->euicc.whole);
}

const char *requests_certificates(void *context, struct bytes argument, struct writer *answer)
{
    const struct card *card = context;
    struct credentials credentials = {0};
    (void)argument;
    const int result = credentials_load(card->store, &credentials);
    json_writer_open_object(answer, NULL);
    json_writer_open_list(answer, "certificates");
    for (size_t i = 0; result == 0 && i < credentials.count; i++)
        put_credential(answer, &credentials.list[i]);
    json_writer_close_list(answer);
    json_writer_close_object(answer);
    credentials_finish(&credentials);
    return result == 0 ? NULL : UNREADABLE;
}
