#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "apdu/trace.h"
#include "fs/text/metadata_text.h"

static const uint8_t iccid[] = {0x89, 0x00, 0x01, 0x23, 0x45, 0x67, 0x89, 0x01, 0x23, 0x4F};
static char folder[] = "/tmp/emuicc-metadata-XXXXXX";
static char text_path[64], icon_path[64];
static struct metadata_text metadata;
static char last_line[512];

static void keep_line(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    snprintf(last_line, sizeof(last_line), "%s", text);
}

static void write_file(const char *path, const void *data, size_t len)
{
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(data, 1, len, file), len);
    fclose(file);
}

static void start(void)
{
    trace_to(keep_line, NULL);
    cr_assert_not_null(mkdtemp(folder));
    snprintf(text_path, sizeof(text_path), "%s/p.metadata", folder);
    snprintf(icon_path, sizeof(icon_path), "%s/i.png", folder);
    metadata_text_init(&metadata, iccid, "Name", "smdp.example.com");
}

static void end(void)
{
    unlink(text_path);
    unlink(icon_path);
    rmdir(folder);
}

TestSuite(metadata, .init = start, .fini = end);

static int read_text(const char *text)
{
    write_file(text_path, text, strlen(text));
    return metadata_text_read(&metadata, text_path);
}

static void expect_request_of(uint32_t capability, const char *hex)
{
    uint8_t memory[METADATA_TEXT_REQUEST_MAX];
    char digits[HEX_SIZE(METADATA_TEXT_REQUEST_MAX)];
    struct writer out = writer_on(memory, sizeof(memory));
    metadata_text_put(&metadata, capability, &out);
    hex_encode(writer_bytes(&out), digits);
    cr_assert_str_eq(digits, hex);
}

static void expect_request(const char *hex)
{
    expect_request_of(0, hex);
}

Test(metadata, defaults)
{
    /* profileClass: operational is its DEFAULT, which DER leaves out */
    expect_request("BF2534"
                   "5A0A980010325476981032F4"
                   "9106656D75696363"
                   "92044E616D65"
                   "B6183016800204F08110736D64702E6578616D706C652E636F6D");
}

Test(metadata, no_file_changes_nothing)
{
    cr_assert_eq(metadata_text_read(&metadata, "/tmp/no/such/file.metadata"), 0);
    cr_assert_str_eq(metadata.name, "Name");
}

Test(metadata, everything_that_can_be_said)
{
    cr_assert_eq(read_text("# a comment\n\n"
                           "provider=Op\r\n"
                           "  name =  N  \n"
                           "class = test\n"
                           "rules = ppr1, ppr2\n"
                           "owner = 001012\n"
                           "gid1 = 0A\n"
                           "gid2 = 0B 0C\n"
                           "access-rules = E208 E106 C10401020304\n"
                           "notification = enable a.example\n"
                           "notification = delete,disable b.example\n"
                           "confirmation-code = 1234\n"),
                 0, "%s", last_line);
    cr_assert_str_eq(metadata.confirmation_code, "1234");
    expect_request("BF2559"
                   "5A0A980010325476981032F4"
                   "91024F70"
                   "92014E"
                   "950100"
                   "B622"
                   "300F800206408109612E6578616D706C65"
                   "300F800204308109622E6578616D706C65"
                   "B70C800300211081010A82020B0C"
                   "99020560"
                   "BF760AE208E106C10401020304");
}

#define V2_FIELDS                                                                                  \
    "5A0A980010325476981032F4"                                                                     \
    "91024F70"                                                                                     \
    "92014E"

/* What v3 has added goes to chips that know of it, each field by its own capability. */
Test(metadata, fields_of_v3)
{
    cr_assert_eq(read_text("provider = Op\nname = N\n"
                           "notification = enable, rpm-enable a.example\n"
                           "notification = rpm-delete b.example\n"
                           "rpm-owner = 2.999.1\n"
                           "rpm-manager = 2.999.10 enable, list 91 9F1F\n"
                           "rpm-manager = 2.999.11\n"
                           "rpm-polling = a.b\n"
                           "rpm-ci = 0102\n"
                           "hri-server = h.i\n"
                           "message = Hi\nmessage-language = de\n"
                           "pcmp = p.q\n"
                           "enterprise = 2.999.7 A company\n"
                           "enterprise-rules = reference only, 1\n"
                           "services = voice, data\n"
                           "device-change = d.c\n"
                           "estimated-size = 20000\n"),
                 0, "%s", last_line);
    expect_request("BF2526" V2_FIELDS "B611300F800206408109612E6578616D706C65");
    expect_request_of(1u << 13,
                      "BF252B" V2_FIELDS "B611300F800206408109612E6578616D706C659F21024E20");
    expect_request_of(
        UINT32_MAX,
        "BF2581A5" V2_FIELDS
        "B622300F800203488109612E6578616D706C65300F800201028109622E6578616D706C65"
        "BA27A017300E800388370A810204905C03919F1F3005800388370B8103612E62820201028303883701"
        "9B03682E69BE088002646581024869BC058003702E71"
        "BD19800388370781094120636F6D70616E79A207800205A0810101"
        "9F1F0206C0"
        "BF2007A0058003642E63"
        "9F21024E20");
}

Test(metadata, how_a_profile_may_move_to_another_device)
{
    const uint32_t device_change = 1u << 11;
    cr_assert_eq(read_text("provider = Op\nname = N\nnotification = none\n"
                           "device-change = d.c\ndevice-change-asks = eid, tac\n"
                           "device-change-recovery = 7\n"),
                 0, "%s", last_line);
    expect_request_of(device_change, "BF2521" V2_FIELDS "BF200BA0098003642E6382008300");
    cr_assert_eq(read_text("device-change-code = LPA\n"), 0, "%s", last_line);
    expect_request_of(device_change, "BF251F" V2_FIELDS "BF2009A10780034C50418100");
    cr_assert_eq(read_text("device-change-delete = no\n"), 0, "%s", last_line);
    expect_request_of(device_change, "BF251D" V2_FIELDS "BF2007A10580034C5041");
}

Test(metadata, each_thing_that_a_device_change_asks_for_has_a_field)
{
    cr_assert_eq(read_text("provider = Op\nname = N\nnotification = none\n"
                           "device-change = d.c\ndevice-change-asks = eid\n"),
                 0, "%s", last_line);
    expect_request_of(1u << 11, "BF251F" V2_FIELDS "BF2009A0078003642E638200");
    metadata.v3.change_asks_eid = false;
    cr_assert_eq(read_text("device-change-asks = tac\n"), 0, "%s", last_line);
    expect_request_of(1u << 11, "BF251F" V2_FIELDS "BF2009A0078003642E638300");
}

/* A chip that knows them is told so by a server of v2, too. */
Test(metadata, fields_of_iot_chips)
{
    cr_assert_eq(read_text("provider = Op\nname = N\nnotification = none\n"
                           "ecall = yes\nfallback-allowed = yes\nestimated-size = 1\n"),
                 0, "%s", last_line);
    expect_request("BF2513" V2_FIELDS);
    expect_request_of(METADATA_TEXT_IOT, "BF251B" V2_FIELDS "9F7B01FF9F6701FF");
    cr_assert_eq(read_text("ecall = no\nfallback-allowed = no\n"), 0, "%s", last_line);
    expect_request_of(METADATA_TEXT_IOT, "BF2513" V2_FIELDS);
}

Test(metadata, a_manager_needs_an_owner_and_words_that_are_known)
{
    static const char *const wrong[] = {
        "rpm-manager = 2.999.10 enable\n",
        "rpm-manager = x\n",
        "rpm-owner = 2.999.1\nrpm-manager = 2.999.10 fly\n",
        "services = sms\n",
        "estimated-size = -1\n",
        "ecall = maybe\n",
        "device-change-asks = imei\n",
        "device-change-delete = never\n",
        "device-change-recovery = -1\n",
        "fallback-allowed =\n",
        "rpm-ci = XY\n",
        "rpm-owner = one\n",
        "enterprise-rules = only\n",
        "enterprise = 2.999.7\n",
        "enterprise = A company\n",
        "enterprise = 2.999.7 A\nenterprise-rules = none\n",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_expect_lt(read_text(wrong[i]), 0, "%s", wrong[i]);
}

Test(metadata, another_iccid_than_the_package)
{
    cr_assert_eq(read_text("iccid = 8988211000000000011\nnotification = none\n"), 0, "%s",
                 last_line);
    cr_assert_arr_eq(metadata.iccid, ((uint8_t[]){0x98, 0x88, 0x12, 0x01, 0, 0, 0, 0, 0x10, 0xF1}),
                     10);
    metadata_text_init(&metadata, NULL, "Name", "smdp.example.com");
    cr_assert_not(metadata.has_iccid);
    cr_assert_eq(read_text("iccid = 89882110000000000112\n"), 0, "%s", last_line);
    cr_assert(metadata.has_iccid);
    cr_assert_eq(metadata.iccid[9], 0x21);
}

Test(metadata, two_digit_network_codes_and_no_notifications)
{
    cr_assert_eq(read_text("owner = 00101\nnotification = none\n"), 0, "%s", last_line);
    expect_request("BF2521"
                   "5A0A980010325476981032F4"
                   "9106656D75696363"
                   "92044E616D65"
                   "B705800300F110");
}

Test(metadata, icons)
{
    static const uint8_t png[] = {0x89, 'P', 'N', 'G', 1}, jpg[] = {0xFF, 0xD8, 0xFF, 2, 3, 4};
    write_file(icon_path, png, sizeof(png));
    cr_assert_eq(read_text("icon = i.png\n"), 0, "%s", last_line);
    cr_assert_eq(metadata.icon_type, METADATA_TEXT_PNG);
    cr_assert_eq(metadata.icon_len, sizeof(png));
    write_file(icon_path, jpg, sizeof(jpg));
    cr_assert_eq(read_text("icon = i.png\n"), 0, "%s", last_line);
    cr_assert_eq(metadata.icon_type, METADATA_TEXT_JPG);
    uint8_t memory[METADATA_TEXT_REQUEST_MAX];
    struct writer out = writer_on(memory, sizeof(memory));
    struct tlv request, type, icon;
    metadata_text_put(&metadata, 0, &out);
    cr_assert(tlv_whole(writer_bytes(&out), 0xBF25, &request));
    cr_assert(tlv_find(request.value, 0x93, &type));
    cr_assert(tlv_find(request.value, 0x94, &icon));
    cr_assert(bytes_equal(type.value, BYTES(0)));
    cr_assert(bytes_equal(icon.value, bytes_of(jpg, sizeof(jpg))));
}

/* What is wrong, and which line says it. */
Test(metadata, wrong_texts_are_named_by_line)
{
    static const struct {
        const char *text, *line;
    } rows[] = {
        {"nonsense\n", "p.metadata:1:"},
        {"name = x\ncolour = red\n", "p.metadata:2:"},
        {"iccid = 1234\n", "p.metadata:1:"},
        {"iccid = 8988211000000000011FF\n", "p.metadata:1:"},
        {"class = postal\n", "p.metadata:1:"},
        {"rules = ppr3\nowner=00101\n", "p.metadata:1:"},
        {"owner = 0010\n", "p.metadata:1:"},
        {"owner = 00101x\n", "p.metadata:1:"},
        {"gid1 = 0\nowner = 00101\n", "p.metadata:1:"},
        {"icon = absent.png\n", "p.metadata:1:"},
        {"notification = enable\n", "p.metadata:1:"},
        {"notification = a.example\n", "p.metadata:1:"},
        {"notification = wake a.example\n", "p.metadata:1:"},
        {"rules = ppr1\n", "need an owner"},
        {"gid1 = 01\n", "need an owner"},
        {"provider = 123456789012345678901234567890123\n", "p.metadata:1:"},
        {"name = \xff\n", "p.metadata:1:"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        metadata_text_init(&metadata, iccid, "Name", "smdp.example.com");
        cr_assert_lt(read_text(rows[i].text), 0, "%s", rows[i].text);
        cr_assert_not_null(strstr(last_line, rows[i].line), "%s", last_line);
    }
}

Test(metadata, long_names_are_cut_between_characters)
{
    char name[300] = "";
    for (int i = 0; i < 100; i++)
        strcat(name, "\xC3\xA4");
    metadata_text_init(&metadata, iccid, name, "a");
    cr_assert_eq(strlen(metadata.name), 2 * METADATA_TEXT_NAME_MAX);
}

Test(iccid, swapping_twice_changes_nothing)
{
    uint8_t swapped[ICCID_SIZE], back[ICCID_SIZE];
    iccid_swap(iccid, swapped);
    cr_assert_eq(swapped[9], 0xF4);
    iccid_swap(swapped, back);
    cr_assert_arr_eq(back, iccid, sizeof(back));
}
