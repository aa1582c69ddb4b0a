/* What the UICC's tests share: a small profile made by hand, and the way of a command to it. */
#ifndef EMUICC_TESTS_FS_TEST_UICC_H
#define EMUICC_TESTS_FS_TEST_UICC_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "fs/access/pin.h"
#include "fs/uicc/uicc.h"

/* Rules of the MF's EF.ARR, which serves all files. */
enum test_rule {
    RULE_DIRECTORY = 1, /* create and delete: ADM; terminate: never */
    RULE_OPEN,          /* read, update: always */
    RULE_READ_ADM,      /* read: always; all else: ADM */
    RULE_PIN,           /* read, update, search, increase: PIN1; the rest: ADM */
    RULE_LOCAL,         /* read: PIN1; update: the local PIN */
    RULE_EITHER,        /* read: PIN1 or ADM; update: PIN1 and the local PIN; terminate: always */
    RULE_HEADER,        /* READ BINARY by its header; nothing else */
    RULES = RULE_HEADER,
};
#define TEST_RULE_LEN 60
#define TEST_ARR 0x2F06

/* clang-format off */
static const char *const test_rules[RULES] = {
    "800106 A40683010A950108 800141 A40683010A950108 800120 9700",
    "80011F 9000 800160 9000 8401D4 9000 840132 9000",
    "800101 9000 80015A A40683010A950108 800120 A40683010A950108 8401D4 A40683010A950108",
    "800103 A406830101950108 840132 A406830101950108 800158 A40683010A950108",
    "800101 A406830101950108 800102 A406830181950108",
    "800101 A010A406830101950108A40683010A950108800102 AF10A406830101950108A406830181950108800120 9000",
    "8401B0 9000",
};
/* clang-format on */

struct test_row {
    int in; /* row of the directory; -1: none */
    enum file_type type;
    uint16_t fid;
    uint8_t sfi;
    enum test_rule rule;
    uint16_t record_len;
    uint32_t size;
    const char *content; /* hexadecimal, at the front; what is left is FF */
};

/* clang-format off */
static const struct test_row test_rows[] = {
    {-1, FILE_MF,           0x3F00, 0,  RULE_DIRECTORY, 0, 0, ""},                                    /* 0 */
    {0,  FILE_LINEAR_FIXED, 0x2F06, 6,  RULE_READ_ADM,  TEST_RULE_LEN, TEST_RULE_LEN * RULES, ""},
    {0,  FILE_LINEAR_FIXED, 0x2F00, 30, RULE_READ_ADM,  20, 40, "61124F10A0000000871002FFFFFFFF8903020000"},
    {0,  FILE_TRANSPARENT,  0x2FE2, 2,  RULE_READ_ADM,  0, 10, "98001032547698103214"},
    {0,  FILE_TRANSPARENT,  0x2F08, 8,  RULE_HEADER,    0, 5, "3C3C000000"},
    {0,  FILE_DF,           0x7F10, 0,  RULE_DIRECTORY, 0, 0, ""},                                    /* 5 */
    {5,  FILE_LINEAR_FIXED, 0x6F3A, 0,  RULE_PIN,       4, 12, "41414141 42424242 43434343"},
    {5,  FILE_CYCLIC,       0x6F44, 4,  RULE_PIN,       3, 9, "000003 000002 000001"},
    {5,  FILE_DF,           0x5F3A, 0,  RULE_DIRECTORY, 0, 0, ""},                                    /* 8 */
    {8,  FILE_TRANSPARENT,  0x4F22, 1,  RULE_OPEN,      0, 4, "00000001"},
    {0,  FILE_DF,           0x7F20, 0,  RULE_DIRECTORY, 0, 0, ""},                                    /* 10 */
    {10, FILE_TRANSPARENT,  0x6F07, 7,  RULE_OPEN,      0, 9, "080910101032547698"},
    {-1, FILE_ADF,          0x7FD0, 0,  RULE_DIRECTORY, 0, 0, "A0000000871002FFFFFFFF8903020000"},    /* 12 */
    {12, FILE_TRANSPARENT,  0x6F07, 7,  RULE_PIN,       0, 9, "080910101032547698"},
    {12, FILE_TRANSPARENT,  0x6F7E, 11, RULE_OPEN,      0, 300, "0011"},
    {12, FILE_LINEAR_FIXED, 0x6F40, 0,  RULE_OPEN,      8, 40,
     "0102030405060708 1102030405060708 2122232425262728 0102030411111111 FFFFFFFFFFFF0102"},
    {12, FILE_CYCLIC,       0x6F39, 9,  RULE_OPEN,      3, 9, "0000FE 000010 000001"},
    {12, FILE_BER_TLV,      0x6FF8, 12, RULE_OPEN,      0, 600, ""},
    {12, FILE_DF,           0x5FC0, 0,  RULE_DIRECTORY, 0, 0, ""},                                    /* 18 */
    {18, FILE_TRANSPARENT,  0x4F01, 1,  RULE_LOCAL,     0, 4, "AABBCCDD"},
    {12, FILE_DF,           0x5F3A, 0,  RULE_DIRECTORY, 0, 0, ""},                                    /* 20: a link to 8 */
    {12, FILE_TRANSPARENT,  0x6F22, 0,  RULE_OPEN,      0, 0, ""},                                    /* 21: a link to 9 */
    {-1, FILE_ADF,          0x7FD1, 0,  RULE_DIRECTORY, 0, 0, "A0000000871004FFFFFFFF8903020000"},    /* 22 */
    {22, FILE_TRANSPARENT,  0x6F02, 2,  RULE_EITHER,    0, 4, "80024142"},
    {-1, FILE_ADF,          0x7FD2, 0,  RULE_DIRECTORY, 0, 0, "A0000000871002FFFFFFFF8903020001"},    /* 24 */
};
/* clang-format on */
#define TEST_ROWS (sizeof(test_rows) / sizeof(test_rows[0]))
#define TEST_ROW_TELECOM 5
#define TEST_ROW_PHONEBOOK 8
#define TEST_ROW_USIM 12
#define TEST_ROW_LINK_DF 20
#define TEST_ROW_LINK_EF 21
#define TEST_ROW_ISIM 22

struct test_pin {
    size_t row; /* of the directory */
    uint8_t reference;
    const char *value;
    uint8_t attributes, puk;
};

static const struct test_pin test_pins[] = {
    {0, 0x01, "30303030FFFFFFFF", PIN_ENABLED | PIN_MAY_CHANGE | PIN_MAY_DISABLE, 0x01},
    {0, 0x0A, "3535353535353535", PIN_ENABLED, 0},
    {0, 0x11, "37373737FFFFFFFF", PIN_ENABLED | PIN_MAY_CHANGE | PIN_MAY_DISABLE, 0x01},
    {TEST_ROW_USIM, 0x81, "39393939FFFFFFFF", PIN_ENABLED | PIN_MAY_CHANGE, 0x81},
    {TEST_ROW_ISIM, 0x81, "38383838FFFFFFFF", PIN_ENABLED | PIN_MAY_CHANGE, 0x81},
};

static inline void test_must(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "test fixture: %s\n", what);
    abort();
}

static inline size_t test_hex(const char *text, uint8_t *out, size_t size)
{
    struct writer writer = writer_on(out, size);
    test_must(hex_decode(text, &writer), text);
    return writer.len;
}

static inline void test_fill(struct profile *profile, const struct test_row *row, struct file *file)
{
    file->sfi = row->sfi;
    file->rules = (struct file_rules){TEST_ARR, (uint8_t)row->rule};
    file->record_len = row->record_len;
    file->size = row->size;
    if (row->type == FILE_ADF)
        file->aid_len = (uint8_t)test_hex(row->content, file->aid, sizeof file->aid);
    if (row->size == 0)
        return;
    file->content = arena_alloc(&profile->arena, row->size);
    test_must(file->content != NULL, "content");
    if (row->type == FILE_BER_TLV)
        return;
    memset(file->content, 0xFF, row->size);
    test_hex(row->content, file->content, row->size);
    for (size_t i = 0; row->fid == TEST_ARR && i < RULES; i++)
        test_hex(test_rules[i], file->content + i * TEST_RULE_LEN, TEST_RULE_LEN);
}

static inline void test_add_pins(struct profile *profile, struct file **files)
{
    struct pin **last = &profile->pins;
    for (size_t i = 0; i < sizeof test_pins / sizeof test_pins[0]; i++) {
        const struct test_pin *from = &test_pins[i];
        struct pin *pin = arena_alloc(&profile->arena, sizeof *pin);
        *pin = (struct pin){.directory = files[from->row]->id,
                            .reference = from->reference,
                            .max = 3,
                            .left = 3,
                            .attributes = from->attributes,
                            .puk = from->puk};
        test_hex(from->value, pin->value, PIN_SIZE);
        *last = pin;
        last = &pin->next;
    }
    for (int i = 0; i < 2; i++) {
        struct puk *puk = arena_alloc(&profile->arena, sizeof *puk);
        *puk = (struct puk){
            .next = profile->puks, .reference = i == 0 ? 0x01 : 0x81, .max = 10, .left = 10};
        memset(puk->value, i == 0 ? '1' : '2', PIN_SIZE);
        profile->puks = puk;
    }
}

/* The test USIM's algorithm with TS.48's key; the ISIM shares it. */
static inline void test_add_keys(struct profile *profile, struct file **files)
{
    struct aka *aka = arena_alloc(&profile->arena, 2 * sizeof *aka);
    test_must(aka != NULL, "keys");
    aka[0] = (struct aka){.next = &aka[1],
                          .adf = files[TEST_ROW_USIM]->id,
                          .algorithm = AKA_TEST,
                          .options = 0x02,
                          .key_len = 16};
    for (uint8_t i = 0; i < aka[0].key_len; i++)
        aka[0].key[i] = i;
    aka[1] = (struct aka){.adf = files[TEST_ROW_ISIM]->id, .mapped = files[TEST_ROW_USIM]->id};
    profile->akas = aka;
}

static inline struct profile *test_profile(void)
{
    static const uint8_t references[] = {0x01, 0x81, 0x0A};
    struct profile *profile;
    struct file *files[TEST_ROWS];
    test_must(profile_create(&profile) == 0, "profile");
    for (size_t i = 0; i < TEST_ROWS; i++) {
        const struct test_row *row = &test_rows[i];
        files[i] =
            profile_add_file(profile, row->in < 0 ? NULL : files[row->in], row->type, row->fid);
        test_must(files[i] != NULL, "file");
        test_fill(profile, row, files[i]);
    }
    files[TEST_ROW_LINK_DF]->target = files[TEST_ROW_PHONEBOOK];
    files[TEST_ROW_LINK_EF]->target = files[TEST_ROW_PHONEBOOK]->children;
    files[TEST_ROW_USIM]->pin_status = bytes_of(
        arena_copy(&profile->arena, bytes_of(references, sizeof references)), sizeof references);
    test_add_pins(profile, files);
    test_add_keys(profile, files);
    return profile;
}

struct test_card {
    struct uicc uicc;
    struct random random;
    uint8_t room[APDU_RESPONSE_MAX];
    const struct command_row *row; /* of the last command, NULL if none matched */
};

/* Heap, because of its response; a profile of its own, in memory. */
static inline struct test_card *test_card_new(void)
{
    struct test_card *card = calloc(1, sizeof *card);
    test_must(card != NULL, "memory");
    random_init_seeded(&card->random, bytes_of_text("uicc"));
    test_must(uicc_init(&card->uicc, NULL, &card->random) == 0, "uicc");
    uicc_adopt(&card->uicc, test_profile(), 0);
    card->uicc.proactive.settings = (struct proactive_settings){
        .at_start = 1u << PROACTIVE_LOCATION | 1u << PROACTIVE_IMEI, .poll_interval = 30};
    return card;
}

static inline void test_card_free(struct test_card *card)
{
    uicc_finish(&card->uicc);
    free(card);
}

/* SELECT by AID goes to the application as the card's channels would send it. */
static inline int test_dispatch(struct test_card *card, const struct apdu *apdu,
                                struct writer *response)
{
    const int result = command_match(&uicc_application.commands, apdu, &card->row);
    if (result != 0) {
        card->row = NULL;
        return result;
    }
    if (apdu->ins != 0xA4 || apdu->p1 != 0x04)
        return card->row->handle(&card->uicc, apdu, response);
    if (!uicc_application.matches(&card->uicc, apdu, apdu->data))
        return SW_FILE_NOT_FOUND;
    return uicc_application.select(&card->uicc, apdu, apdu->data, response);
}

static inline bool test_carries_data(int status)
{
    return status == 0 || (status & 0xFF00) == 0x6200 || (status & 0xFF00) == 0x6300 ||
           (status & 0xF000) == 0x9000;
}

/* The whole answer as text: data, if the status word lets it out, and the status word. Data of a
 * command without Le stands there too, where a card would say 61xx. */
static inline const char *test_send_bytes(struct test_card *card, struct bytes command)
{
    static char text[HEX_SIZE(APDU_RESPONSE_MAX + 2)];
    struct writer response = writer_on(card->room, sizeof card->room);
    struct apdu apdu;
    int status = apdu_parse(command, &apdu);
    card->row = NULL;
    if (status == 0)
        status = test_dispatch(card, &apdu, &response);
    proactive_settle(&card->uicc.proactive);
    if (status < 0)
        return "failure";
    const struct bytes data =
        test_carries_data(status) ? writer_bytes(&response) : (struct bytes){0};
    hex_encode(data, text);
    const uint16_t sent = status == 0 ? SW_OK : (uint16_t)status;
    hex_encode(BYTES((uint8_t)(sent >> 8), (uint8_t)sent), text + 2 * data.len);
    return text;
}

static inline const char *test_send(struct test_card *card, const char *command)
{
    uint8_t bytes[APDU_COMMAND_MAX / 16];
    const size_t len = test_hex(command, bytes, sizeof bytes);
    return test_send_bytes(card, bytes_of(bytes, len));
}

#endif
