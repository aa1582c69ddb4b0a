/* A chip in this process: EF.ICCID of its enabled profile, and what a fault does.
 *   cc library.c $(pkg-config --cflags --libs emuicc) && ./a.out chip usim-milenage,enabled */
#include <emuicc.h>
#include <stdio.h>

static void print_log(void *context, enum emuicc_level level, const char *text)
{
    (void)context;
    if (level == EMUICC_ERROR)
        fprintf(stderr, "%s\n", text);
}

static int print_answer(struct emuicc *chip, const uint8_t *command, size_t len)
{
    uint8_t answer[EMUICC_RESPONSE_MAX];
    const long count = emuicc_transmit(chip, command, len, answer, sizeof(answer));
    if (count < 0) {
        printf("no answer: %ld\n", count);
        return 1;
    }
    for (long i = 0; i < count; i++)
        printf("%02X", answer[i]);
    putchar('\n');
    return 0;
}

int main(int argc, char **argv)
{
    static const uint8_t select_iccid[] = {0x00, 0xA4, 0x00, 0x0C, 0x02, 0x2F, 0xE2};
    static const uint8_t read_binary[] = {0x00, 0xB0, 0x00, 0x00, 0x0A};
    static char json[EMUICC_REQUEST_ANSWER_MAX];
    struct emuicc *chip;
    if (argc < 3) {
        fprintf(stderr, "usage: %s STATE PROFILE...\n", argv[0]);
        return 2;
    }
    const struct emuicc_options options = {.size = sizeof(options),
                                           .state = argv[1],
                                           .install = (const char *const *)argv + 2,
                                           .install_count = (size_t)argc - 2,
                                           .log = print_log};
    if (emuicc_open(&options, &chip) != EMUICC_FINE)
        return 1;
    emuicc_power(chip, EMUICC_POWER_RESET);
    print_answer(chip, select_iccid, sizeof(select_iccid));
    print_answer(chip, read_binary, sizeof(read_binary));
    if (emuicc_request(chip, "fault-add apdu 1 = mute", json, sizeof(json)) > 0)
        print_answer(chip, read_binary, sizeof(read_binary));
    emuicc_close(chip);
    return 0;
}
