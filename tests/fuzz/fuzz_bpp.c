/* Any bytes as a bound package. With an even first byte they are the stream as it stands; with an
 * odd one they are what the sections hold, each after two bytes of length, and are protected here
 * with the keys that the chip has, so that they get past every MAC. More bits of it are the
 * session's release and whether the device knows a company's rules. */
#include <stdlib.h>

#include "tests/fuzz/fuzz_chip.h"

#include "isd-r/download/bpp.h"
#include "isd-r/download/bpp_package.h"

#define FLAG_SECTIONS 1
#define FLAG_V3 2
#define FLAG_ENTERPRISE 4
#define P1_LAST 0x91
#define STREAM_MAX (1 << 18)

static const uint8_t keys[BSP_KEY_LEN] = {1};
static uint8_t room[STREAM_MAX];

static const struct section {
    uint8_t tag, segment;
    enum bsp_mode mode;
} sections[] = {
    {0xA0, 0x87, BSP_ENCRYPTED},
    {0xA1, 0x88, BSP_MAC_ONLY},
    {0xA3, 0x86, BSP_ENCRYPTED},
};

static void start_keys(struct bsp *bsp)
{
    const struct bytes key = bytes_of(keys, sizeof(keys));
    if (bsp_init_keys(bsp, key, key, key) != 0)
        abort();
}

static void put_section(struct bsp *bsp, const struct section *section, struct bytes plain,
                        struct writer *out)
{
    const size_t mark = tlv_open(out, section->tag);
    do {
        struct bytes part;
        (void)bytes_take(&plain, plain.len < BSP_PLAIN_MAX ? plain.len : BSP_PLAIN_MAX, &part);
        if (bsp_seal(bsp, section->mode, section->segment, part, out) != 0)
            abort();
    } while (plain.len > 0);
    tlv_close(out, mark);
}

/* What follows the key agreement of a package whose keys both sides have. */
static struct bytes protect(struct bytes input)
{
    struct writer out = writer_on(room, sizeof(room));
    struct bsp bsp;
    start_keys(&bsp);
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        uint16_t len = 0;
        struct bytes plain;
        (void)bytes_take_u16(&input, &len);
        (void)bytes_take(&input, len < input.len ? len : input.len, &plain);
        put_section(&bsp, &sections[i], plain, &out);
    }
    bsp_wipe(&bsp);
    return writer_bytes(&out);
}

static void send(struct fuzz_chip *chip, struct bytes stream)
{
    while (stream.len > 0) {
        struct bytes block;
        (void)bytes_take(&stream, stream.len < UINT8_MAX ? stream.len : UINT8_MAX, &block);
        if (fuzz_chip_block(chip, P1_LAST, 0, block) != 0)
            return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_of(data, size);
    struct fuzz_chip *chip = fuzz_chip();
    uint8_t how;
    if (!bytes_take_u8(&input, &how))
        return 0;
    fuzz_chip_open_session(chip, RSP_PREPARED);
    chip->isd_r->session.v3 = (how & FLAG_V3) != 0;
    isd_r_set_terminal(chip->isd_r, (struct terminal){.enterprise = (how & FLAG_ENTERPRISE) != 0});
    if (!(how & FLAG_SECTIONS)) {
        send(chip, input);
        return 0;
    }
    if (bpp_begin_segment(&chip->isd_r->download) != 0 ||
        bpp_feed(&chip->isd_r->download, BYTES(0xBF, 0x36, 0x00)) != 0)
        abort();
    const struct bytes stream = protect(input);
    chip->isd_r->download.package->state = BPP_CONFIGURATION;
    chip->isd_r->download.package->package_left = stream.len;
    start_keys(&chip->isd_r->download.package->bsp);
    send(chip, stream);
    return 0;
}
