/* emuicc-ota without a card: key files and counters, scripts, messages, reports. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apdu/hex.h"
#include "tools/ota/counter.h"
#include "tools/ota/keys.h"
#include "tools/ota/message.h"
#include "tools/ota/remote.h"
#include "tools/ota/report.h"
#include "tools/ota/script_text.h"

static char path[64], counter[80];

static void begin(void)
{
    strcpy(path, "/tmp/emuicc-ota-XXXXXX");
    const int file = mkstemp(path);
    cr_assert_geq(file, 0);
    close(file);
    snprintf(counter, sizeof(counter), "%s.counter", path);
}

static void end(void)
{
    unlink(path);
    unlink(counter);
}

TestSuite(ota_tool, .init = begin, .fini = end);

static void put(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

#define KIC "kic = 66778899AABBCCDD1122334455EEFF10\n"
#define KID "kid = 112233445566778899AABBCCDDEEFF10\n"

Test(ota_tool, key_files)
{
    static const struct {
        const char *text, *wrong; /* NULL: it is right */
        uint8_t algorithm;
    } rows[] = {
        {"version = 2\nalgorithm=aes\n" KIC KID, NULL, 0x2},
        {"# a card\n\n version = 15 \r\nalgorithm = 3des\n" KIC KID "mac = 4", NULL, 0x5},
        {"version = 1\nalgorithm = 3des\nkic = 000102030405060708090A0B0C0D0E0F1011121314151617\n"
         "kid = 000102030405060708090A0B0C0D0E0F1011121314151617\n",
         NULL, 0x9},
        {"version = 1\nalgorithm = des\nkic = 0001020304050607\nkid = 0001020304050607", NULL, 0x1},
        {"version = 0\n", ":1: 'version' is no number that can stand there", 0},
        {"version = 16\n", ":1: 'version' is no number that can stand there", 0},
        {"version = 2\nalgorithm = rot13\n", ":2: 'algorithm' is none of aes, 3des, des", 0},
        {"kic = 00\n",
         ":1: 'kic' is no key of 8, 16, 24 or 32 bytes in hexadecimal, nor a pkcs11: URI", 0},
        {"colour = red\n",
         ":1: 'colour' is none of version, algorithm, kic, kid, kik, mac, root, iccid", 0},
        {"version = 2\nalgorithm = aes\n" KIC KID "kik = 202122232425262728292A2B2C2D2E2F\n", NULL,
         0x2},
        {"version = 2\nalgorithm = aes\n" KIC KID "kik = 2021222324252627\n",
         ": kik is of another length than kic and kid", 0},
        {"version = 2\nalgorithm = aes\niccid = 8988812010000000018\n",
         ": root and iccid are needed together", 0},
        {"iccid = 12\n", ":1: 'iccid' is no ICCID of 18 to 20 digits", 0},
        {"version\n", ":1: 'version' has no '='", 0},
        {"mac = 5\n", ":1: 'mac' is 4 or 8", 0},
        {"version = 2\nalgorithm = aes\n" KIC, ": version, algorithm, kic and kid are all needed",
         0},
        {"version = 2\nalgorithm = aes\n" KIC "kid = 0001020304050607\n",
         ": kic and kid are of different lengths", 0},
        {"version = 2\nalgorithm = des\n" KIC KID, ": the algorithm has no keys of this length", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct keys keys;
        struct fault fault = {0};
        put(path, rows[i].text);
        const bool good = keys_read(path, &keys, &fault);
        cr_expect_eq(good, rows[i].wrong == NULL, "row %zu: %s", i, fault.text);
        if (good)
            cr_expect_eq(keys.algorithm, rows[i].algorithm, "row %zu", i);
        else
            cr_expect_str_eq(fault.text + strlen(path), rows[i].wrong, "row %zu: %s", i,
                             fault.text);
        keys_wipe(&keys);
    }
}

Test(ota_tool, no_counter_is_used_twice)
{
    struct fault fault = {0};
    uint64_t taken, last = 0;
    for (int i = 0; i < 12; i++) {
        cr_assert(counter_next(path, &taken, &fault));
        cr_assert_eq(taken, last + 1);
        last = taken;
    }
    put(counter, "99\n");
    cr_assert(counter_next(path, &taken, &fault) && taken == 100);
    cr_assert(counter_next(path, &taken, &fault) && taken == 101);
    put(counter, "many\n");
    cr_assert_not(counter_next(path, &taken, &fault));
    put(counter, "1099511627775\n"); /* the last there is */
    cr_assert_not(counter_next(path, &taken, &fault));
}

Test(ota_tool, scripts)
{
    static const struct {
        const char *line, *compact, *expanded, *wrong;
    } rows[] = {
        {"", "", "AA00", NULL},
        {"# nothing", "", "AA00", NULL},
        {"select 3F00/2FE2", "00A4000C023F0000A4000C022FE2",
         "AA12220700A4000C023F00220700A4000C022FE2", NULL},
        {"select A0000000871002/6F07", "00A4040C07A000000087100200A4000C026F07",
         "AA17220C00A4040C07A0000000871002220700A4000C026F07", NULL},
        {"read", "00B0000000", "AA07220500B0000000", NULL},
        {" read 258  9 ", "00B0010209", "AA07220500B0010209", NULL},
        {"read record 3 0x1C", "00B203041C", "AA07220500B203041C", NULL},
        {"update 0 AABB", "00D6000002AABB", "AA09220700D6000002AABB", NULL},
        {"update record 1 FF", "00DC010401FF", "AA08220600DC010401FF", NULL},
        {"apdu 80E60C0001AA00", "80E60C0001AA00", "AA09220780E60C0001AA00", NULL},
        {"select MF/DF.TELECOM", "00A4000C023F0000A4000C027F10",
         "AA12220700A4000C023F00220700A4000C027F10", NULL},
        {"select ADF.USIM/EF.IMSI", "00A4040C07A000000087100200A4000C026F07",
         "AA17220C00A4040C07A0000000871002220700A4000C026F07", NULL},
        {"select EF.ICCID", "00A4000C022FE2", "AA09220700A4000C022FE2", NULL},
        {"select EF.ARR", "00A4000C022F06", "AA09220700A4000C022F06", NULL},
        {"select ADF.USIM/EF.ARR", "00A4040C07A000000087100200A4000C026F06",
         "AA17220C00A4040C07A0000000871002220700A4000C026F06", NULL},
        {"read a", NULL, NULL, "is no number that can stand there"},
        {"read 32768", NULL, NULL, "is no number that can stand there"},
        {"read record 0 1", NULL, NULL, "needs a record's number and its length"},
        {"update 0", NULL, NULL, "is no hexadecimal of 1 to 255 bytes"},
        {"select", NULL, NULL, "needs a path, as 3F00/7F10/6F3A"},
        {"select 3F0", NULL, NULL,
         "is no path: file identifiers of four digits, AIDs, or names as EF.ICCID, with / between "
         "them"},
        {"select EF.NOTHING", NULL, NULL,
         "is no path: file identifiers of four digits, AIDs, or names as EF.ICCID, with / between "
         "them"},
        {"apdu 00A4", NULL, NULL, "needs a command of 4 to 255 bytes in hexadecimal"},
        {"format c:", NULL, NULL, "is no command: select, read, update, apdu, refresh"},
        {"read 1 2 3 4 5", NULL, NULL, "has more words than any command"},
    };
    static struct script_text text;
    static uint8_t room[SCRIPT_TEXT_MAX + 8];
    char digits[HEX_SIZE(64)];
    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        const bool expanded = i % 2 == 1;
        const char *wanted = expanded ? rows[i / 2].expanded : rows[i / 2].compact;
        script_text_begin(&text, expanded);
        const char *wrong = script_text_line(&text, rows[i / 2].line);
        cr_expect_eq(wrong == NULL, wanted != NULL, "%s: %s", rows[i / 2].line, wrong);
        if (wrong != NULL) {
            cr_expect_str_eq(wrong, rows[i / 2].wrong);
            continue;
        }
        hex_encode(script_text_end(&text, room, sizeof(room)), digits);
        cr_expect_str_eq(digits, wanted, "%s: %s", rows[i / 2].line, digits);
    }
}

/* What only the expanded form has. */
Test(ota_tool, scripts_that_ask_the_terminal_and_scripts_in_a_chain)
{
    static const struct {
        const char *chain, *line, *expanded, *wrong;
    } rows[] = {
        {NULL, "refresh", "AA0B8109810301010482028182", NULL},
        {NULL, "refresh init", "AA0B8109810301010382028182", NULL},
        {NULL, "refresh files MF/EF.ICCID",
         "AA12811081030101018202818292050"
         "13F002FE2",
         NULL},
        {NULL, "refresh init-files 3F00/2F10", "AA1281108103010102820281829205013F002F10", NULL},
        {NULL, "refresh init-full", "AA0B8109810301010082028182", NULL},
        {NULL, "refresh nothing", NULL, "is none of reset, init, files, init-files, init-full"},
        {NULL, "refresh files ADF.USIM", NULL,
         "needs a path of file identifiers from the MF, as 3F00/7F10/6F3A"},
        {"first", "read", "AA0A830101220500B0000000", NULL},
        {"first-kept", "read", "AA0A830111220500B0000000", NULL},
        {"more", "read", "AA0A830102220500B0000000", NULL},
        {"last", "read", "AA0A830103220500B0000000", NULL},
        {"second", "read", NULL, "is none of first, first-kept, more, last"},
    };
    static struct script_text text;
    static uint8_t room[SCRIPT_TEXT_MAX + 8];
    char digits[HEX_SIZE(64)];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        script_text_begin(&text, true);
        const char *wrong = rows[i].chain != NULL ? script_text_chain(&text, rows[i].chain) : NULL;
        if (wrong == NULL)
            wrong = script_text_line(&text, rows[i].line);
        cr_expect_eq(wrong == NULL, rows[i].expanded != NULL, "row %zu: %s", i, wrong);
        if (wrong != NULL) {
            cr_expect_str_eq(wrong, rows[i].wrong);
            continue;
        }
        hex_encode(script_text_end(&text, room, sizeof(room)), digits);
        cr_expect_str_eq(digits, rows[i].expanded, "row %zu: %s", i, digits);
    }
    script_text_begin(&text, false);
    cr_expect_str_eq(script_text_line(&text, "refresh"),
                     "stands in the expanded form only: --expanded");
    cr_expect_str_eq(script_text_chain(&text, "first"),
                     "stands in the expanded form only: --expanded");
}

/* There and back, at every length where another message begins. */
Test(ota_tool, messages)
{
    static struct message_list list;
    static uint8_t packet[4400];
    const struct bytes from = BYTES(0x04, 0x81, 0x21, 0x43);
    for (size_t len = 1; len <= MESSAGE_PARTS_MAX * 132u; len++) {
        cr_assert(message_pack(bytes_of(packet, len), from, 7, &list));
        cr_assert_eq(list.count, len <= 137 ? 1 : (len + 131) / 132);
    }
    cr_assert_not(message_pack(bytes_of(packet, MESSAGE_PARTS_MAX * 132u + 1), from, 7, &list));
    uint8_t room[64];
    struct writer out = writer_on(room, sizeof(room));
    cr_assert(message_unpack(
        BYTES(0x41, 0, 4, 0x81, 0x21, 0x43, 0x7F, 0xF6, 12, 7, 0, 3, 9, 2, 1, 0x71, 0, 1, 2, 3),
        &out));
    cr_assert(message_unpack(
        BYTES(0x51, 0, 4, 0x81, 0x21, 0x43, 0x7F, 0xF6, 0xA7, 8, 5, 0, 3, 9, 2, 2, 4, 5), &out));
    cr_assert(bytes_equal(writer_bytes(&out), BYTES(0x02, 0x71, 0x00, 1, 2, 3, 4, 5)));
    cr_assert_not(message_unpack(BYTES(0x01, 0, 4, 0x81, 0x21, 0x43, 0x7F, 0xF6, 1, 0x41), &out));
    cr_assert_not(message_unpack(BYTES(0x41, 0, 4), &out));
}

static const char *told(const char *hex, uint8_t spi)
{
    static char text[1024];
    static uint8_t room[512];
    struct writer packet = writer_on(room, sizeof(room));
    const struct scp80_header header = {{0x06, spi}, 0x22, 0x22, {0xB0, 0x00, 0x11}};
    static const uint8_t kic[16] = {0x20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    static const uint8_t kid[16] = {0x20, 0x11, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const struct scp80_keys keys = {{SCP80_KEY_AES, 8, {kic, 16}}, {SCP80_KEY_AES, 8, {kid, 16}}};
    static struct fault fault;
    fault = (struct fault){0};
    cr_assert(hex_decode(hex, &packet));
    json_t *report = report_read(writer_bytes(&packet), &header, &keys, &fault);
    if (report == NULL)
        return fault.text;
    char *dumped = json_dumps(report, JSON_COMPACT);
    snprintf(text, sizeof(text), "%s%s", report_is_good(report) ? "" : "! ", dumped);
    free(dumped);
    json_decref(report);
    return text;
}

Test(ota_tool, reports)
{
    static const struct {
        const char *packet;
        uint8_t spi;
        const char *said;
    } rows[] = {
        {"027100000E0AB0001100000000000000016132", 0x01,
         "{\"status\":0,\"text\":\"done\",\"counter\":\"0000000000\",\"commands\":1,\"sw\":"
         "\"6132\","
         "\"swText\":\"response bytes available\"}"},
        {"027100000B0AB000110000000005000A", 0x19,
         "! {\"status\":10,\"text\":\"the security level is too low for this TAR\","
         "\"counter\":\"0000000005\"}"},
        {"02710000110AB0001100000000000000AB06800101900101", 0x01,
         "the answer is no response packet "
         "under these keys"},
        {"02710000130AB0001100000000000000AB06800101900101", 0x01,
         "! {\"status\":0,\"text\":\"done\",\"counter\":\"0000000000\",\"commands\":1,"
         "\"badFormat\":\"an unknown tag\",\"responses\":[]}"},
        {"0271", 0x19, "the answer is no response packet under these keys"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_str_eq(told(rows[i].packet, rows[i].spi), rows[i].said, "row %zu: %s", i,
                         told(rows[i].packet, rows[i].spi));
    cr_expect_str_eq(
        told("02710000180AB0001100000000000000AF80230290002303AA6A820000", 0x01),
        "! {\"status\":0,\"text\":\"done\",\"counter\":\"0000000000\",\"sw\":\"6A82\",\"swText\":"
        "\"file or application not found\",\"data\":\"AA\",\"commands\":2,\"responses\":[{\"sw\":"
        "\"9000\",\"swText\":\"normal ending\"},{\"sw\":\"6A82\",\"swText\":\"file or application "
        "not found\",\"data\":\"AA\"}]}");
}

static const char *script_of(struct script_text *text)
{
    static uint8_t room[SCRIPT_TEXT_MAX + 8];
    static char digits[HEX_SIZE(256)];
    hex_encode(script_text_end(text, room, sizeof(room)), digits);
    return digits;
}

Test(ota_tool, orders_to_a_security_domain)
{
    static struct script_text text;
    struct fault fault = {0};
    char *both[] = {"name=Far", "provider=Op"}, *wrong[] = {"colour=red"},
         *long_one[] = {"provider=0123456789012345678901234567890123456789"};
    script_text_begin(&text, false);
    remote_put_list(&text, 1);
    cr_expect_str_eq(script_of(&text), "80F24002024F0000"
                                       "80F24003024F0000"
                                       "80F24003024F0000"
                                       "80F24003024F0000"
                                       "80F24003024F0000"
                                       "80F24003024F0000"
                                       "80F24003024F0000"
                                       "80F24003024F0000");
    script_text_begin(&text, false);
    cr_expect(remote_put_delete(&text, "A000000001020305", &fault));
    cr_expect_str_eq(script_of(&text), "80E400000A4F08A000000001020305");
    script_text_begin(&text, false);
    const struct remote_instance instance = {"A0000001515350", "A000000151535041",
                                             "A0000001510000BB", "00"};
    cr_expect(remote_put_install(&text, &instance, &fault));
    cr_expect_str_eq(script_of(&text), "80E60C0020"
                                       "07A0000001515350"
                                       "08A000000151535041"
                                       "08A0000001510000BB"
                                       "0100"
                                       "02C900"
                                       "00");
    script_text_begin(&text, false);
    cr_expect(remote_put_metadata(&text, 2, both, &fault));
    cr_expect_str_eq(script_of(&text), "80E291000CBF2A0991024F709203466172");
    cr_expect_not(remote_put_delete(&text, "A0", &fault));
    const struct remote_instance odd = {"A0000001515350", "A000000151535041", "A0000001510000BB",
                                        "8080"};
    fault = (struct fault){0};
    cr_expect_not(remote_put_install(&text, &odd, &fault));
    cr_expect_str_eq(fault.text, "8080: privileges are two or six hexadecimal digits");
    fault = (struct fault){0};
    cr_expect_not(remote_put_metadata(&text, 1, wrong, &fault));
    cr_expect_str_eq(fault.text, "colour=red: nothing that can be changed");
    fault = (struct fault){0};
    cr_expect_not(remote_put_metadata(&text, 1, long_one, &fault));
    json_t *report = json_pack("{s:[{s:s},{s:s}]}", "responses", "data",
                               "E3134F08A0000001510000009F70010FC50382DC00", "sw", "6A88");
    json_t *list = json_array();
    remote_read_list(report, 0, list);
    char *dumped = json_dumps(list, JSON_COMPACT);
    cr_expect_str_eq(dumped,
                     "[{\"kind\":\"issuer's domain\",\"aid\":\"A000000151000000\",\"state\":"
                     "\"0F\",\"privileges\":\"82DC00\"}]");
    free(dumped);
    json_decref(list);
    json_decref(report);
}

static void read_set(const char *text, struct keys *out)
{
    struct fault fault = {0};
    put(path, text);
    cr_assert(keys_read(path, out, &fault), "%s", fault.text);
}

/* Zeros under the KIK of the card's set, with their check values (as fs/test_ota.c puts them), and
 * a set of DES under one of DES. */
Test(ota_tool, keys_are_put_ciphered)
{
    static struct script_text text;
    struct keys keys, added;
    struct fault fault = {0};
    read_set("version = 2\nalgorithm = aes\n" KIC KID "kik = 202122232425262728292A2B2C2D2E2F\n",
             &keys);
    read_set("version = 3\nalgorithm = aes\nkic = 00000000000000000000000000000000\n"
             "kid = 00000000000000000000000000000000\nkik = 00000000000000000000000000000000\n",
             &added);
    script_text_begin(&text, false);
    cr_assert(remote_put_key(&text, &keys, &added, 0, &fault), "%s", fault.text);
#define ZEROS "8810AE3A71384013479E5A259218E4DF8CBF03E14D5D"
    cr_expect_str_eq(script_of(&text), "80D800814303" ZEROS ZEROS ZEROS);
    script_text_begin(&text, false);
    cr_assert(remote_put_key(&text, &keys, &added, 2, &fault), "%s", fault.text);
    cr_expect_str_eq(script_of(&text), "80D802814303" ZEROS ZEROS ZEROS);
    added.kik_len = 0;
    cr_expect_not(remote_put_key(&text, &keys, &added, 0, &fault));
    fault = (struct fault){0};
    read_set("version = 1\nalgorithm = des\nkic = 0001020304050607\nkid = 0001020304050607\n"
             "kik = 0001020304050607\n",
             &added);
    cr_expect_not(remote_put_key(&text, &keys, &added, 0, &fault));
    cr_expect_str_eq(fault.text + strlen(path), ": keys of 8 bytes are no whole blocks of AES");
    script_text_begin(&text, false);
    read_set("version = 1\nalgorithm = 3des\n" KIC KID "kik = 202122232425262728292A2B2C2D2E2F\n",
             &keys);
    cr_assert(remote_put_key(&text, &keys, &added, 0, &fault));
    cr_expect(strncmp(script_of(&text), "80D800812B018008", 16) == 0, "%s", script_of(&text));
}

/* Zeros under the same KIK, without a check value. */
Test(ota_tool, a_pre_shared_key_is_put_ciphered)
{
    static struct script_text text;
    struct keys keys;
    struct psk added = {.key_len = 16};
    struct fault fault = {0};
    read_set("version = 2\nalgorithm = aes\n" KIC KID "kik = 202122232425262728292A2B2C2D2E2F\n",
             &keys);
    cr_expect_not(remote_put_psk(&text, &keys, &added, &fault));
    cr_expect_str_eq(fault.text, "the key has no version, 40 to 4F, to be put as");
    added.version = 0x41;
    script_text_begin(&text, false);
    fault = (struct fault){0};
    cr_assert(remote_put_psk(&text, &keys, &added, &fault), "%s", fault.text);
    cr_expect_str_eq(script_of(&text), "80D80001144185"
                                       "10AE3A71384013479E5A259218E4DF8CBF00");
    added.key_len = 20;
    cr_expect_not(remote_put_psk(&text, &keys, &added, &fault));
    added.key_len = 64;
    script_text_begin(&text, false);
    cr_expect(remote_put_psk(&text, &keys, &added, &fault));
    keys.kik_len = 0;
    cr_expect_not(remote_put_psk(&text, &keys, &added, &fault));
}

/* Killed at any moment, whoever takes the next counter gets one that nobody has. */
Test(ota_tool, no_counter_is_used_twice_by_the_killed)
{
    uint64_t last = 0;
    for (int i = 0; i < 40; i++) {
        int pipe_ends[2];
        cr_assert_eq(pipe(pipe_ends), 0);
        const pid_t child = fork();
        if (child == 0) {
            struct fault fault = {0};
            uint64_t taken;
            while (counter_next(path, &taken, &fault) &&
                   write(pipe_ends[1], &taken, sizeof(taken)) == sizeof(taken))
                ;
            _exit(1);
        }
        close(pipe_ends[1]);
        usleep(1000 + 137 * (useconds_t)i);
        kill(child, SIGKILL);
        cr_assert_eq(waitpid(child, NULL, 0), child);
        for (uint64_t taken; read(pipe_ends[0], &taken, sizeof(taken)) == sizeof(taken);
             last = taken)
            cr_assert_gt(taken, last);
        close(pipe_ends[0]);
    }
    cr_assert_gt(last, 0);
}
