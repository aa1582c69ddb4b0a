#include "tests/benchmarks/commands.h"

#include "apdu/hex.h"
#include "apdu/status.h"
#include "tests/benchmarks/measure.h"

#define MF "00A4000C023F00"
#define USIM "00A4040C07A0000000871002"
#define ISD_R "00A4040C10A0000005591010FFFFFFFF8900000100"
/* TS 34.108 §8.1.2.1, the algorithm of the TS.48 profiles: where RAND is the key, all that it gives
 * is zero, the MAC is SQN and AMF, and AUTN is these two twice. It takes every SQN. */
#define RAND "10000102030405060708090A0B0C0D0E0F"
#define AUTN "10" SQN_AMF SQN_AMF
#define SQN_AMF "0000000000008000"
#define WRONG_AUTN "10101112131415161718191A1B1C1D1E1F"
#define LOCI_AT 15
#define ISD_P "A0000005591010FFFFFFFF8900001000"
#define TAG_AT 6 /* of an ES10 function, its second byte */
#define STATUS_AUTHENTICATION_FAILED 0x9862

static void write_another(uint8_t *command)
{
    command[LOCI_AT]++;
}

/* DisableProfile where it was EnableProfile. */
static void change_back(uint8_t *command)
{
    command[TAG_AT] ^= 0x31 ^ 0x32;
}

/* clang-format off */
const struct commands_row commands_rows[] = {
    {"unknown instruction",      {MF},                      "00FC000000",             SW_INSTRUCTION},
    {"STATUS",                   {MF},                      "80F2000000",             SW_OK},
    {"SELECT by file id",        {MF},                      "00A40004022FE200",       SW_OK},
    {"SELECT of the USIM",       {MF},                      "00A4040407A000000087100200", SW_OK},
    {"READ BINARY, EF.ICCID",    {MF, "00A4000C022FE2"},    "00B000000A",             SW_OK},
    {"READ RECORD, EF.SMS",      {USIM, "00A4000C026F3C"},  "00B20104B0",             SW_OK},
    {"UPDATE BINARY, EF.LOCI",   {USIM, "00A4000C026F7E"},  "00D600000B0102030405060708090A0B", SW_OK, write_another},
    {"AUTHENTICATE, wrong MAC",  {USIM},                    "0088008122" RAND WRONG_AUTN "00", STATUS_AUTHENTICATION_FAILED},
    {"AUTHENTICATE",             {USIM},                    "0088008122" RAND AUTN "00", SW_OK},
    {COMMANDS_UNKNOWN_TAG,       {ISD_R},                   "80E2910003BF7F00",       SW_REFERENCE_NOT_FOUND},
    {"GetEID",                   {ISD_R},                   "80E2910006BF3E035C015A", SW_OK},
    {"GetEUICCInfo1",            {ISD_R},                   "80E2910003BF200000",      SW_OK},
    {"GetEUICCInfo2",            {ISD_R},                   "80E2910003BF2200",       SW_OK},
    {"GetProfilesInfo",          {ISD_R},                   "80E2910003BF2D00",       SW_OK},
    /* Last: it may leave the profile disabled. */
    {"Disable, EnableProfile",   {ISD_R},                   "80E291001ABF3117A0124F10" ISD_P "810100", SW_OK, change_back},
};
/* clang-format on */
const size_t commands_count = sizeof(commands_rows) / sizeof(commands_rows[0]);

static void transmit(struct chip *chip, const char *command)
{
    uint8_t room[APDU_COMMAND_MAX];
    struct writer bytes = writer_on(room, sizeof(room));
    MEASURE_NEED(hex_decode(command, &bytes));
    (void)chip_transmit(chip, writer_bytes(&bytes));
}

/* EnableProfile without refresh of the only profile there is. */
void commands_make_ready(struct chip *chip, struct bytes package)
{
    uint8_t room[64];
    struct writer request = writer_on(room, sizeof(room));
    uint8_t iccid[CHIP_ICCID_SIZE];
    (void)chip_install(chip, package);
    chip_first_iccid(chip, iccid);
    const size_t mark = tlv_open(&request, 0xBF31);
    const size_t choice = tlv_open(&request, 0xA0);
    tlv_put(&request, 0x5A, bytes_of(iccid, sizeof(iccid)));
    tlv_close(&request, choice);
    tlv_put_u8(&request, 0x81, 0);
    tlv_close(&request, mark);
    const struct bytes answer = chip_ask(chip, writer_bytes(&request));
    MEASURE_NEED(bytes_equal(answer, BYTES(0xBF, 0x31, 0x03, 0x80, 0x01, 0x00)));
}

void commands_prepare(struct chip *chip, const struct commands_row *row, struct commands_turn *out)
{
    *out = (struct commands_turn){.row = row};
    struct writer command = writer_on(out->command, sizeof(out->command));
    for (size_t i = 0; row->before[i] != NULL; i++) {
        transmit(chip, row->before[i]);
        MEASURE_NEED(chip->status == SW_OK);
    }
    MEASURE_NEED(hex_decode(row->command, &command));
    out->len = command.len;
}

void commands_run(struct chip *chip, struct commands_turn *turn)
{
    if (turn->row->vary != NULL)
        turn->row->vary(turn->command);
    (void)chip_transmit(chip, bytes_of(turn->command, turn->len));
    if ((chip->status & 0xFF00) == SW_BYTES_AVAILABLE)
        (void)chip_transmit(chip, BYTES(0x80, 0xC0, 0x00, 0x00, (uint8_t)chip->status));
    MEASURE_NEED(chip->status == turn->row->status);
}
