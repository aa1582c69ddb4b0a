/* Any bytes as what is inside an EimConfigurationData, and as AddInitialEim of an IoT chip. The
 * input's first byte is the release and whether the rest is a configuration or a whole request. */
#include "tests/fuzz/fuzz_iot.h"

#define FLAG_REQUEST 4

/* What is accepted is shown as it is kept, and is accepted again. */
static void parse(struct fuzz_iot *iot, struct bytes input, enum euicc_info_iot release)
{
    const struct credentials *credentials = &iot->chip->isd_r->credentials;
    uint8_t room[EIM_CONFIGURATION_MAX];
    struct writer whole = writer_on(room, sizeof(room));
    struct eim eim, again;
    struct tlv kept;
    enum ec_curve curve;
    struct bytes point;
    if (eim_parse(input, release, &eim) != EIM_OK || eim_check_new(&eim, credentials) != EIM_OK)
        return;
    fuzz_iot_need(eim_find_key(&eim, &curve, &point) && point.len == EC_POINT_SIZE);
    fuzz_iot_need(eim_signer(&eim, credentials) != NULL);
    eim.token = 1;
    eim_put_new(&eim, release, credentials, &whole);
    if (whole.overflow)
        return;
    fuzz_iot_need(tlv_whole(writer_bytes(&whole), DER_SEQUENCE, &kept));
    fuzz_iot_need(eim_parse(kept.value, release, &again) == EIM_OK);
    fuzz_iot_need(again.counter == eim.counter && again.token == 1 &&
                  bytes_equal(eim_id(&again), eim_id(&eim)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_of(data, size);
    uint8_t flags;
    if (!bytes_take_u8(&input, &flags))
        return 0;
    const enum euicc_info_iot release = (enum euicc_info_iot)(1 + flags % 4);
    struct fuzz_iot *iot = fuzz_iot(release);
    if (flags & FLAG_REQUEST)
        fuzz_iot_request(iot, input);
    else
        parse(iot, input, release);
    return 0;
}
