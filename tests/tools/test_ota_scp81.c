/* The operator's triggers and whom scripts are for. */
#include "tools/ota/administration.h"
#include "tools/ota/trigger.h"

#include <criterion/criterion.h>
#include <unistd.h>

#include "apdu/hex.h"

Test(ota_scp81, triggers)
{
    static const struct {
        struct trigger_options options;
        const char *wanted; /* NULL: it is refused */
    } rows[] = {
        {{0}, "81028300"},
        {{.connect = "127.0.0.1:8443"}, "81108 30E840C3C030220FB3E05217F000001"},
        {{.connect = "[::1]:443"}, "811C831A84183C030201BB3E115700000000000000000000000000000001"},
        {{.identity = "card1", .key = "40/01"}, "810D830B8509056361726431024001"},
        {{.key = "4F/7f"}, "810883068504 00024F7F"},
        {{.retry = "3/00:10:05"}, "810B83098607000325030 00150"},
        {{.host = "a.b", .uri = "/x", .agent = "//y"}, "8112831 0890E8A03612E628B032F2F798C022F78"},
        {{.connect = "localhost:8443"}, NULL},
        {{.connect = "127.0.0.1"}, NULL},
        {{.connect = "127.0.0.1:0"}, NULL},
        {{.connect = "127.0.0.1:65536"}, NULL},
        {{.key = "40"}, NULL},
        {{.key = "40/01x"}, NULL},
        {{.retry = "1/00:00:01", .report = "+49123/no"},
         "8119 8317 8615 0001 2503000010 8B0C 010005919421F300 04026E6F"},
        {{.retry = "1/00:00:01", .report = "49123"}, NULL},
        {{.retry = "1/00:00:01", .report = "+/no"}, NULL},
        {{.report = "49123/no"}, NULL},
        {{.retry = "3"}, NULL},
        {{.retry = "70000/00:00:01"}, NULL},
        {{.retry = "1/24:00:00"}, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t room[256], wanted_room[256];
        struct writer out = writer_on(room, sizeof(room)),
                      wanted = writer_on(wanted_room, sizeof(wanted_room));
        struct fault fault = {0};
        const bool good = trigger_put(&rows[i].options, &out, &fault);
        cr_expect_eq(good, rows[i].wanted != NULL, "row %zu: %s", i, fault.text);
        if (!good || rows[i].wanted == NULL)
            continue;
        char digits[256];
        size_t len = 0;
        for (const char *at = rows[i].wanted; *at != '\0'; at++)
            if (*at != ' ')
                digits[len++] = *at;
        digits[len] = '\0';
        cr_assert(hex_decode(digits, &wanted), "row %zu", i);
        char got[512];
        hex_encode(writer_bytes(&out), got);
        cr_expect_str_eq(got, digits, "row %zu", i);
    }
}

Test(ota_scp81, targets)
{
    static const struct {
        const char *text;
        bool good, files;
        const char *target;
    } rows[] = {
        {"ram", true, false, ""},
        {"ram@A000000151000000", true, false, "//aid/A000000151/000000"},
        {"rfm@A00000055910100001", true, true, "//aid/A000000559/10100001"},
        {"ram@A000000151", true, false, "//aid/A000000151/"},
        {"rfm", false, true, ""},
        {"ram@", false, false, ""},
        {"ram@A0000001", false, false, ""},
        {"ram@A00000015100000000000000000000000000", false, false, ""},
        {"ramp", false, false, ""},
        {"files", false, false, ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct administration_script script = {0};
        cr_expect_eq(administration_set_target(&script, rows[i].text), rows[i].good, "%s",
                     rows[i].text);
        if (!rows[i].good)
            continue;
        cr_expect_eq(script.files, rows[i].files);
        cr_expect_str_eq(script.target, rows[i].target);
    }
}

Test(ota_scp81, key_files)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"# a card's\n\nidentity = card1\nkey = 000102030405060708090A0B0C0D0E0F\n", true},
        {"key=000102030405060708090A0B0C0D0E0F\nidentity=x", true},
        {"identity = card1\n", false},
        {"identity = card1\nkey = 0001\n", false},
        {"identity = card1\nkey = zz\n", false},
        {"identity\n", false},
        {"name = card1\n", false},
        {"", false},
        {"identity = x\nkey = 000102030405060708090A0B0C0D0E0F\nversion = 4F\n", true},
        {"identity = x\nkey = 000102030405060708090A0B0C0D0E0F\nversion = 3F\n", false},
        {"identity = x\nkey = 000102030405060708090A0B0C0D0E0F\nversion = 50\n", false},
        {"identity = x\nkey = pkcs11:token=a\n", false},
        {"identity = x\niccid = 8988812010000000018\nversion = 40\n", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char path[] = "/tmp/emuicc-psk-XXXXXX";
        const int file = mkstemp(path);
        struct psk psk;
        struct fault fault = {0};
        cr_assert_geq(file, 0);
        cr_assert_eq(write(file, rows[i].text, strlen(rows[i].text)),
                     (ssize_t)strlen(rows[i].text));
        close(file);
        cr_expect_eq(psk_read(path, &psk, &fault), rows[i].good, "%s", rows[i].text);
        unlink(path);
    }
}
