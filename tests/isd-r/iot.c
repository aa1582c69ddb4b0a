#include "tests/isd-r/iot.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "crypto/pki/issue.h"
#include "isd-r/es10.h"

#define REQUEST_MAX 16384

void iot_become(struct peer *peer, struct iot_chip *chip, enum euicc_info_iot release)
{
    if (chip->settings.info == NULL) {
        chip->info = euicc_info_default;
        chip->settings = isd_r_settings_default;
    }
    chip->info.iot = (int)release;
    chip->info.rsp_capability |= EUICC_INFO_IOT_METADATA;
    chip->settings.info = &chip->info;
    peer_become(peer, &chip->settings);
}

void iot_eim_start(struct peer *peer, struct iot_eim *eim, const char *id, enum ec_curve curve)
{
    *eim = (struct iot_eim){.id = id, .curve = curve};
    cr_assert(ec_private_generate(&peer->random, curve, &eim->key) == 0);
}

void iot_eim_finish(struct iot_eim *eim)
{
    ec_private_destroy(eim->key);
    eim->key = NULL;
}

/* SubjectPublicKeyInfo, whole inside the choice or with the choice's tag in place of its own. */
static void put_key(const struct iot_eim *eim, bool nested, struct writer *out)
{
    uint8_t room[128];
    struct writer whole = writer_on(room, sizeof(room));
    struct tlv info;
    issue_put_public_key(&whole, eim->curve, ec_private_point(eim->key));
    cr_assert(tlv_whole(writer_bytes(&whole), DER_SEQUENCE, &info));
    tlv_put(out, 0xA0, nested ? info.whole : info.value);
}

void iot_put_fields(const struct iot_eim *eim, int64_t token, bool nested, struct writer *out)
{
    tlv_put(out, 0x80, bytes_of_text(eim->id));
    der_put_integer(out, 0x83, eim->counter);
    if (token != 0)
        der_put_integer(out, 0x84, token);
    const size_t mark = tlv_open(out, 0xA5);
    put_key(eim, nested, out);
    tlv_close(out, mark);
}

void iot_associate(struct peer *peer, struct iot_eim *eim)
{
    uint8_t room[1024];
    struct writer request = writer_on(room, sizeof(room));
    const size_t whole = tlv_open(&request, ES10_ADD_INITIAL_EIM), list = tlv_open(&request, 0xA0),
                 entry = tlv_open(&request, DER_SEQUENCE);
    iot_put_fields(eim, -1, false, &request);
    tlv_close(&request, entry);
    tlv_close(&request, list);
    tlv_close(&request, whole);
    const struct bytes token =
        peer_find(peer_ask(peer, writer_bytes(&request), ES10_ADD_INITIAL_EIM), 0x84);
    cr_assert(der_to_integer(token, &eim->token));
}

const char *iot_talk(struct peer *peer, const char *request)
{
    static char text[2 * PEER_RESPONSE_MAX + 1];
    static uint8_t room[REQUEST_MAX];
    struct writer writer = writer_on(room, sizeof(room));
    cr_assert(hex_decode(request, &writer), "%s", request);
    const uint16_t status = peer_call(peer, writer_bytes(&writer));
    if (status != SW_OK || peer->response.len == 0)
        snprintf(text, sizeof(text), "%04X", status);
    else
        hex_encode(writer_bytes(&peer->response), text);
    return text;
}
