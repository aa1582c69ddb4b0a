/* Any bytes as ES10 commands, in any state of a session: the input's first byte is the state, then
 * commands follow, each after two bytes of length. The parsers behind checks that random bytes do
 * not pass get the input on their own. */
#include "tests/fuzz/fuzz_chip.h"

#include "isd-r/device_change/device_change_data.h"
#include "isd-r/session/ctx_params.h"
#include "isd-r/profiles/rules.h"
#include "isd-r/info/tag_list.h"

#define FLAG_V3 0x80 /* in the first byte: the session is one of v3 */
#define P1_MORE 0x11
#define P1_LAST 0x91

static void send(struct fuzz_chip *chip, struct bytes command)
{
    for (unsigned number = 0; number <= UINT8_MAX; number++) {
        struct bytes block;
        const bool last = command.len <= UINT8_MAX;
        (void)bytes_take(&command, last ? command.len : UINT8_MAX, &block);
        if (fuzz_chip_block(chip, last ? P1_LAST : P1_MORE, (uint8_t)number, block) != 0 || last)
            return;
    }
}

static void parse(struct bytes input)
{
    struct metadata metadata;
    struct tlv tlv;
    struct ctx_params params;
    struct device_change_data data;
    if (metadata_parse(input, UINT32_MAX, &metadata))
        (void)rules_allow(input, &metadata);
    (void)tag_list_is_one(input);
    (void)ctx_params_parse(input, false, 0, &params);
    (void)ctx_params_parse(input, true, UINT32_MAX, &params);
    (void)device_change_data_parse(input, &data);
    (void)notification_metadata_of(input, &tlv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_of(data, size), command;
    struct fuzz_chip *chip = fuzz_chip();
    uint8_t state;
    uint16_t len;
    parse(input);
    if (!bytes_take_u8(&input, &state))
        return 0;
    fuzz_chip_open_session(chip, (state & ~FLAG_V3) % (RSP_PREPARED + 1));
    chip->isd_r->session.v3 = (state & FLAG_V3) != 0;
    while (bytes_take_u16(&input, &len) &&
           bytes_take(&input, len < input.len ? len : input.len, &command))
        send(chip, command);
    return 0;
}
