/* Any bytes as LoadEuiccPackage, and as the operations of a package that is signed as it should be,
 * so that they get past the signature; then as other functions of an IoT chip, one after the other.
 * The input's first byte is the release, the terminal's toolkit, what the chip does after a
 * failure, and which of the three it is. */
#include "tests/fuzz/fuzz_iot.h"

#include "isd-r/es10.h"
#include "isd-r/iot/operation.h"

#define FLAG_TOOLKIT (1u << 2)
#define ERRORS_SHIFT 3
#define KIND_SHIFT 5
#define REQUEST_MAX 20000

enum kind { WHOLE, PSMO, ECO, FUNCTIONS, SIGNED_PART };

/* euiccPackageSigned around these operations. */
static void put_signed(const struct fuzz_iot *iot, uint32_t list_tag, struct bytes operations,
                       struct writer *out)
{
    const size_t whole = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, EIM_TAG_ID, bytes_of_text(FUZZ_IOT_EIM));
    tlv_put(out, 0x5A, bytes_of(iot->chip->isd_r->credentials.eid, CREDENTIALS_EID_SIZE));
    der_put_integer(out, 0x81, 1);
    tlv_put(out, list_tag, operations);
    tlv_close(out, whole);
}

static void send_signed(struct fuzz_iot *iot, struct bytes part)
{
    static uint8_t room[REQUEST_MAX];
    uint8_t signature[EC_SIGNATURE_SIZE];
    struct writer request = writer_on(room, sizeof(room));
    const struct bytes parts[] = {part, BYTES(EIM_TAG_TOKEN, 0x01, FUZZ_IOT_TOKEN)};
    fuzz_iot_need(ec_sign(iot->key, &iot->chip->random, parts, 2, signature) == 0);
    const size_t whole = tlv_open(&request, ES10_LOAD_EUICC_PACKAGE);
    writer_put(&request, part);
    tlv_put(&request, ES10_TAG_SIGNATURE, bytes_of(signature, sizeof(signature)));
    tlv_close(&request, whole);
    if (!request.overflow)
        fuzz_iot_request(iot, writer_bytes(&request));
}

static void send_operations(struct fuzz_iot *iot, uint32_t list_tag, struct bytes operations)
{
    static uint8_t room[REQUEST_MAX];
    struct writer part = writer_on(room, sizeof(room));
    put_signed(iot, list_tag, operations, &part);
    if (!part.overflow)
        send_signed(iot, writer_bytes(&part));
}

/* Whole requests, one after the other. */
static void send_all(struct fuzz_iot *iot, struct bytes input)
{
    struct tlv request;
    while (tlv_take(&input, &request))
        fuzz_iot_request(iot, request.whole);
}

/* Whatever has come: at most one profile is enabled, and what is remembered can be read again. */
static void check(struct fuzz_iot *iot)
{
    const struct isd_r *isd_r = iot->chip->isd_r;
    struct iot_memory memory;
    size_t enabled = 0;
    for (size_t i = 0; i < isd_r->registry.count; i++)
        enabled += isd_r->registry.list[i].enabled;
    fuzz_iot_need(enabled <= 1);
    fuzz_iot_need(iot_memory_load(iot->chip->store, &memory) == 0);
    for (int kind = 0; kind < IOT_MEMORIES; kind++)
        fuzz_iot_need(memory.memories[kind].set == isd_r->iot_memory.memories[kind].set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct isd_r_settings settings;
    struct bytes input = bytes_of(data, size);
    uint8_t flags;
    if (!bytes_take_u8(&input, &flags))
        return 0;
    struct fuzz_iot *iot = fuzz_iot((enum euicc_info_iot)(1 + flags % 4));
    settings = *iot->chip->isd_r->settings;
    settings.iot.package_errors = (flags >> ERRORS_SHIFT & 3) % 3;
    iot->chip->isd_r->settings = &settings;
    fuzz_iot_prepare(iot);
    isd_r_set_terminal(iot->chip->isd_r, (struct terminal){.toolkit = (flags & FLAG_TOOLKIT) != 0});
    switch ((enum kind)(flags >> KIND_SHIFT)) {
    case PSMO:
        send_operations(iot, OPERATION_PSMO_LIST, input);
        break;
    case ECO:
        send_operations(iot, OPERATION_ECO_LIST, input);
        break;
    case FUNCTIONS:
        send_all(iot, input);
        break;
    case SIGNED_PART:
        send_signed(iot, input);
        break;
    case WHOLE:
    default:
        fuzz_iot_request(iot, input);
        break;
    }
    check(iot);
    return 0;
}
