/* LoadRpmPackage: each command and each refusal as a row of text, then what is around them.
 *
 * A package is written E (enable), D (disable), X (delete), U (update the name), u (update the
 * provider's name), C (contact), L (list by ICCID) and a profile's letter; L* lists by owner; +
 * says continueOnFailure. The result is written the same with =code, lists with =letters, and
 * !reason where processing was terminated. */
#include "peer_rpm.h"
#include "v3.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "isd-r/es10.h"
#include "isd-r/euicc_info.h"
#include "isd-r/rpm_command.h"

static struct peer peer;

#define LPR "BC0A 8008 70636D702E6F7267" /* pcmp.org */

/* What the RpmConfiguration of a profile grants, and to whom. */
enum grant { GRANT_ALL, GRANT_NONE, GRANT_OTHER_OID, GRANT_OTHER_CI, GRANT_OWN_CI, GRANT_NO_TYPE };

static const struct {
    char letter;
    enum grant grant;
    unsigned kind;     /* profileClass + 1 */
    const char *extra; /* more of the metadata */
} profiles[] = {
    {'A', GRANT_ALL, 0, LPR},
    {'B', GRANT_ALL, 0, ""},
    {'C', GRANT_OTHER_CI, 0, LPR},
    {'K', GRANT_OWN_CI, 0, LPR},
    {'N', GRANT_NONE, 0, LPR},
    {'O', GRANT_OTHER_OID, 0, LPR},
    {'P', GRANT_ALL, 0, "B705 8003 00F110 99020640"}, /* PPR1 */
    {'Q', GRANT_ALL, 0, "B705 8003 00F110 99020520"}, /* PPR2 */
    {'T', GRANT_ALL, 1, LPR},
    {'Y', GRANT_NO_TYPE, 0, LPR},
};
#define PROFILES (sizeof(profiles) / sizeof(profiles[0]))

static struct package content_of(char letter)
{
    return package_numbered((unsigned)letter);
}

/* RpmConfiguration: one manager, who may update the name but not the provider's. */
static void put_configuration(enum grant grant, struct writer *out)
{
    const struct bytes oid = peer_entity(&peer, PKI_DP_AUTH)->certificate.registered_id;
    const struct bytes ci = peer_entity(&peer, PKI_CI)->certificate.subject_key_id;
    if (grant == GRANT_NONE)
        return;
    const size_t whole = tlv_open(out, 0xBA);
    const size_t list = tlv_open(out, 0xA0);
    const size_t manager = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, 0x80, grant == GRANT_OTHER_OID ? BYTES(0x2A) : oid);
    if (grant != GRANT_NO_TYPE) {
        der_put_bits(out, 0x81, 0x1F);
        tlv_put(out, 0x5C, BYTES(0x92, 0x94));
    }
    tlv_close(out, manager);
    tlv_close(out, list);
    if (grant == GRANT_OTHER_CI)
        tlv_put(out, 0x82, BYTES(1, 2, 3));
    if (grant == GRANT_OWN_CI)
        tlv_put(out, 0x82, ci);
    tlv_put(out, 0x83, BYTES(0x2A, 0x03));
    tlv_close(out, whole);
}

static void install(size_t i)
{
    uint8_t room[2048], extra_room[512];
    char extra[HEX_SIZE(sizeof(extra_room))];
    struct writer metadata = writer_on(room, sizeof(room));
    struct writer more = writer_on(extra_room, sizeof(extra_room));
    const struct package content = content_of(profiles[i].letter);
    if (profiles[i].kind > 0)
        tlv_put_u8(&more, 0x95, (uint8_t)(profiles[i].kind - 1));
    cr_assert(hex_decode(profiles[i].extra, &more));
    put_configuration(profiles[i].grant, &more);
    hex_encode(writer_bytes(&more), extra);
    v3_put_metadata(&content, extra, &metadata);
    const struct peer_outcome outcome = peer_download(
        &peer, &(struct peer_binding){.content = &content, .metadata = writer_bytes(&metadata)});
    cr_assert(outcome.installed, "%c: %d", profiles[i].letter, outcome.reason);
}

static const char *below(const char *name)
{
    static char path[2][128];
    static unsigned next;
    char *out = path[next++ % 2];
    snprintf(out, sizeof(path[0]), "%s/%s", peer.folder, name);
    return out;
}

static void copy(const char *from, const char *to)
{
    char line[512];
    snprintf(line, sizeof(line), "rm -rf %s && cp -a %s %s", to, from, to);
    cr_assert(system(line) == 0);
}

static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    peer_become(&peer, v3_settings(0));
    for (size_t i = 0; i < PROFILES; i++)
        install(i);
    chip_stop(&peer.chip);
    copy(below("state"), below("template"));
    chip_start(&peer.chip, below("state"), NULL);
}

/* The chip as it was with everything installed and nothing enabled. */
static void restore(void)
{
    chip_stop(&peer.chip);
    copy(below("template"), below("state"));
    chip_start(&peer.chip, below("state"), NULL);
}

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(rpm, .init = start, .fini = stop, .timeout = 60);

static void put_iccid(char letter, struct writer *out)
{
    const struct package content = content_of(letter);
    tlv_put(out, 0x5A, bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE));
}

static char letter_of(struct bytes iccid)
{
    for (int letter = '*'; letter <= 'Z'; letter++) {
        const struct package content = content_of((char)letter);
        if (bytes_equal(iccid, bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE)))
            return (char)letter;
    }
    return '#';
}

static void put_list(char letter, struct writer *out)
{
    const size_t mark = tlv_open(out, 0xA4);
    const size_t criteria = tlv_open(out, 0xA0);
    if (letter == '*')
        tlv_put(out, 0x80, BYTES(0x2A, 0x03));
    else
        put_iccid(letter, out);
    tlv_close(out, criteria);
    tlv_put(out, 0x5C, BYTES(0x5A));
    tlv_close(out, mark);
}

static const char kinds[] = "EDXLUC?";

static void put_command(const char *text, bool continues, struct writer *out)
{
    const char kind = text[0] == 'u' ? 'U' : text[0];
    const char *at = strchr(kinds, kind);
    const size_t whole = tlv_open(out, DER_SEQUENCE);
    cr_assert(at != NULL, "%s", text);
    if (continues)
        tlv_put(out, 0x80, (struct bytes){0});
    if (kind == 'L') {
        put_list(text[1], out);
    } else {
        const size_t details = tlv_open(out, 0xA1 + (uint32_t)(at - kinds));
        put_iccid(text[1], out);
        if (kind == 'U') {
            const size_t update = tlv_open(out, 0xBF2A);
            tlv_put(out, text[0] == 'U' ? 0x92 : 0x91, bytes_of_text("New"));
            tlv_close(out, update);
        }
        tlv_close(out, details);
    }
    tlv_close(out, whole);
}

static struct bytes package_of(const char *text)
{
    static uint8_t room[32768];
    struct writer out = writer_on(room, sizeof(room));
    while (*text != '\0') {
        put_command(text, text[2] == '+', &out);
        text += strcspn(text, " ");
        text += strspn(text, " ");
    }
    cr_assert(not(out.overflow));
    return writer_bytes(&out);
}

static int number_of(struct bytes value)
{
    uint32_t number;
    cr_assert(der_to_unsigned(value, 127, &number));
    return (int)number;
}

/* What follows the = of a result. */
static void read_data(const struct tlv *data, char *text, size_t size)
{
    struct tlv field, profile;
    if (data->tag == 0x9F2A || tlv_whole(data->value, 0x80, &field) ||
        tlv_whole(data->value, 0x81, &field)) {
        snprintf(text, size, "%d", number_of(data->tag == 0x9F2A ? data->value : field.value));
        return;
    }
    cr_assert(tlv_whole(data->value, 0xA0, &field));
    if (data->tag == 0xA0) {
        cr_assert(bytes_equal(peer_find(field.value, 0x80), bytes_of_text("pcmp.org")));
        snprintf(text, size, "0");
        return;
    }
    size_t len = 0;
    for (; tlv_take_tag(&field.value, 0xE3, &profile); len++) {
        cr_assert(lt(sz, len + 1, size));
        text[len] = letter_of(peer_find(profile.value, 0x5A));
    }
    text[len] = '\0';
}

static char kind_of(uint32_t tag)
{
    static const uint32_t tags[] = {0xBF31, 0xBF32, 0xBF33, 0xBF2D, 0x9F2A, 0xA0};
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
        if (tags[i] == tag)
            return kinds[i];
    cr_assert(false, "%X", (unsigned)tag);
    return '#';
}

static const char *text_of(struct bytes results)
{
    static char text[512];
    struct tlv one, iccid, data;
    size_t len = 0;
    text[0] = '\0';
    while (results.len > 0) {
        char value[64];
        cr_assert(tlv_take_tag(&results, DER_SEQUENCE, &one));
        cr_assert(tlv_take_optional(&one.value, 0x5A, &iccid));
        cr_assert(tlv_take(&one.value, &data));
        cr_assert(eq(sz, one.value.len, 0));
        const char *blank = len > 0 ? " " : "";
        if (data.tag == DER_INTEGER) {
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s!%d", blank,
                                    number_of(data.value));
            continue;
        }
        read_data(&data, value, sizeof(value));
        const char letter[2] = {iccid.tag != 0 ? letter_of(iccid.value) : '\0', '\0'};
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%c%s=%s", blank,
                                kind_of(data.tag), letter, value);
        cr_assert(lt(sz, len, sizeof(text)));
    }
    return text;
}

/* Letters of the profiles on the chip, the enabled one in brackets. */
static const char *shown(void)
{
    static char text[64];
    struct tlv list, one;
    size_t len = 0;
    cr_assert(tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x2D, 0x00), 0xBF2D), 0xA0, &list));
    while (tlv_take_tag(&list.value, 0xE3, &one)) {
        const bool enabled = peer_find(one.value, 0x9F70).data[0] != 0;
        len += (size_t)snprintf(text + len, sizeof(text) - len, enabled ? "[%c]" : "%c",
                                letter_of(peer_find(one.value, 0x5A)));
    }
    text[len] = '\0';
    return text;
}

static void open_session(void)
{
    cr_assert(peer_authenticate(&peer, &(struct peer_authentication){.v3 = true}) == 0);
}

static const char *load(const char *package)
{
    open_session();
    const struct peer_rpm_result result =
        peer_load_rpm(&peer, &(struct peer_rpm_request){.package = package_of(package)});
    cr_assert(result.is_signed && result.error == 0, "%s: %d", package, result.error);
    return text_of(result.results);
}

static void enable_locally(char letter)
{
    uint8_t room[64];
    struct writer request = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&request, 0xBF31);
    const size_t choice = tlv_open(&request, 0xA0);
    put_iccid(letter, &request);
    tlv_close(&request, choice);
    tlv_put_u8(&request, 0x81, 0);
    tlv_close(&request, mark);
    cr_assert(eq(int, peer_result(&peer, writer_bytes(&request), 0xBF31), 0));
}

static int count(unsigned event)
{
    return (int)peer_count_notifications(&peer, 1u << event);
}

#define ALL "ABCKNOPQTY"

static const struct row {
    const char *before; /* profiles enabled one after the other */
    const char *package, *result, *after;
    int enabled, disabled, deleted; /* RPM notifications; enabling is told to two */
    bool busy;
} rows[] = {
    /* Each command. */
    {"", "EA", "EA=0", "[A]BCKNOPQTY", 2, 0, 0, false},
    {"A", "DA", "DA=0", ALL, 0, 1, 0, false},
    {"", "XA", "XA=0", "BCKNOPQTY", 0, 0, 1, false},
    {"", "LA", "L=A", ALL, 0, 0, 0, false},
    {"", "L*", "L=ABKPQ", ALL, 0, 0, 0, false},
    {"", "UA", "UA=0", ALL, 0, 0, 0, false},
    {"A", "CA", "CA=0", "[A]BCKNOPQTY", 0, 0, 0, false},
    {"", "", "", ALL, 0, 0, 0, false},
    /* What a package may hold together. */
    {"A", "DA EB", "DA=0 EB=0", "A[B]CKNOPQTY", 2, 1, 0, false},
    {"A", "EB", "EB=0", "A[B]CKNOPQTY", 2, 1, 0, false},
    {"A", "DA EA", "DA=0 EA=0", "[A]BCKNOPQTY", 2, 1, 0, false},
    {"B", "DB EA XB L* UA CA", "DB=0 EA=0 XB=0 L=AKPQ UA=0 CA=0", "[A]CKNOPQTY", 2, 1, 1, false},
    {"A", "EB XA", "EB=0 XA=0", "[B]CKNOPQTY", 2, 1, 1, false},
    /* One change of the enabled profile. */
    {"", "EA EB", "EA=0 !4", "[A]BCKNOPQTY", 2, 0, 0, false},
    {"", "EA EB XB", "EA=0 !4", "[A]BCKNOPQTY", 2, 0, 0, false},
    {"", "EA DA", "EA=0 !4", "[A]BCKNOPQTY", 2, 0, 0, false},
    {"A", "DA DA", "DA=0 !4", ALL, 0, 1, 0, false},
    {"A", "DA EB DB", "DA=0 EB=0 !4", "A[B]CKNOPQTY", 2, 1, 0, false},
    {"A", "DA EB EA", "DA=0 EB=0 !4", "A[B]CKNOPQTY", 2, 1, 0, false},
    {"", "EN+ EA", "EN=9 !4", ALL, 0, 0, 0, false},
    /* contactPcmp is the last. */
    {"A", "CA LA", "CA=0 !5", "[A]BCKNOPQTY", 0, 0, 0, false},
    {"A", "CB+ XB", "CB=2 !5", "[A]BCKNOPQTY", 0, 0, 0, false},
    {"", "EA CA", "EA=0 CA=0", "[A]BCKNOPQTY", 2, 0, 0, false},
    {"", "CA", "CA=2", ALL, 0, 0, 0, false},
    {"B", "CB", "CB=13", "A[B]CKNOPQTY", 0, 0, 0, false},
    /* Commands that are none. */
    {"", "?A", "!2", ALL, 0, 0, 0, false},
    {"", "LA ?A LA", "L=A !2", ALL, 0, 0, 0, false},
    /* Going on after a failure, and not. */
    {"", "DA XB", "DA=2", ALL, 0, 0, 0, false},
    {"", "DA+ XB", "DA=2 XB=0", "ACKNOPQTY", 0, 0, 1, false},
    {"", "XN+ UN+ XZ+ XB", "XN=7 UN=7 XZ=1 XB=0", "ACKNOPQTY", 0, 0, 1, false},
    {"", "XB+ DA XA", "XB=0 DA=2", "ACKNOPQTY", 0, 0, 1, false},
    /* No such profile. */
    {"", "EZ", "EZ=1", ALL, 0, 0, 0, false},
    {"", "DZ", "DZ=1", ALL, 0, 0, 0, false},
    {"", "XZ", "XZ=1", ALL, 0, 0, 0, false},
    {"", "UZ", "UZ=7", ALL, 0, 0, 0, false},
    {"", "CZ", "CZ=7", ALL, 0, 0, 0, false},
    {"", "LZ", "L=", ALL, 0, 0, 0, false},
    /* No RPM configuration. */
    {"", "EN", "EN=9", ALL, 0, 0, 0, false},
    {"N", "DN", "DN=10", "ABCK[N]OPQTY", 0, 0, 0, false},
    {"", "XN", "XN=7", ALL, 0, 0, 0, false},
    {"", "UN", "UN=7", ALL, 0, 0, 0, false},
    {"N", "CN", "CN=7", "ABCK[N]OPQTY", 0, 0, 0, false},
    {"", "LN", "L=", ALL, 0, 0, 0, false},
    /* For another SM-DP+. */
    {"", "EO", "EO=9", ALL, 0, 0, 0, false},
    {"O", "DO", "DO=10", "ABCKN[O]PQTY", 0, 0, 0, false},
    {"", "XO", "XO=7", ALL, 0, 0, 0, false},
    {"", "UO", "UO=7", ALL, 0, 0, 0, false},
    {"O", "CO", "CO=7", "ABCKN[O]PQTY", 0, 0, 0, false},
    {"", "LO", "L=", ALL, 0, 0, 0, false},
    /* For SM-DP+s of another CI, and of this one. */
    {"", "EC", "EC=9", ALL, 0, 0, 0, false},
    {"C", "DC", "DC=10", "AB[C]KNOPQTY", 0, 0, 0, false},
    {"", "XC", "XC=7", ALL, 0, 0, 0, false},
    {"", "UC", "UC=7", ALL, 0, 0, 0, false},
    {"C", "CC", "CC=7", "AB[C]KNOPQTY", 0, 0, 0, false},
    {"", "LC", "L=", ALL, 0, 0, 0, false},
    {"", "EK CK", "EK=0 CK=0", "ABC[K]NOPQTY", 2, 0, 0, false},
    {"", "LK XK", "L=K XK=0", "ABCNOPQTY", 0, 0, 1, false},
    /* Not these types of command, and nothing of the metadata. */
    {"", "EY", "EY=9", ALL, 0, 0, 0, false},
    {"Y", "DY", "DY=10", "ABCKNOPQT[Y]", 0, 0, 0, false},
    {"", "XY", "XY=7", ALL, 0, 0, 0, false},
    {"", "UY", "UY=7", ALL, 0, 0, 0, false},
    {"Y", "CY", "CY=7", "ABCKNOPQT[Y]", 0, 0, 0, false},
    {"", "LY", "L=", ALL, 0, 0, 0, false},
    /* Not this element of the metadata. */
    {"", "uA", "UA=7", ALL, 0, 0, 0, false},
    /* Test profiles: none is managed, and none that is enabled is replaced. */
    {"", "ET", "ET=9", ALL, 0, 0, 0, false},
    {"T", "DT", "DT=10", "ABCKNOPQ[T]Y", 0, 0, 0, false},
    {"", "XT", "XT=7", ALL, 0, 0, 0, false},
    {"", "UT", "UT=7", ALL, 0, 0, 0, false},
    {"T", "CT", "CT=7", "ABCKNOPQ[T]Y", 0, 0, 0, false},
    {"", "LT", "L=", ALL, 0, 0, 0, false},
    {"T", "EA", "EA=9", "ABCKNOPQ[T]Y", 0, 0, 0, false},
    /* What stands in a user's way stands in a server's. */
    {"A", "EA", "EA=2", "[A]BCKNOPQTY", 0, 0, 0, false},
    {"", "DA", "DA=2", ALL, 0, 0, 0, false},
    {"A", "XA", "XA=2", "[A]BCKNOPQTY", 0, 0, 0, false},
    {"P", "DP", "DP=3", "ABCKNO[P]QTY", 0, 0, 0, false},
    {"P", "EA", "EA=3", "ABCKNO[P]QTY", 0, 0, 0, false},
    {"", "XQ", "XQ=3", ALL, 0, 0, 0, false},
    {"", "EA", "EA=5", ALL, 0, 0, 0, true},
    {"A", "DA", "DA=5", "[A]BCKNOPQTY", 0, 0, 0, true},
};

static void run_row(size_t number)
{
    const struct row *row = &rows[number];
    restore();
    for (const char *letter = row->before; *letter != '\0'; letter++)
        enable_locally(*letter);
    const int enabled = count(4), disabled = count(5), deleted = count(6), local = count(1);
    isd_r_set_terminal(peer.chip.isd_r, (struct isd_r_terminal){.busy = row->busy});
    cr_assert(eq(str, (char *)load(row->package), (char *)row->result), "row %zu: %s", number,
              row->package);
    const bool changes = row->enabled + row->disabled > 0;
    cr_assert(eq(int, peer.chip.wish.reload, changes), "row %zu: %s", number, row->package);
    cr_assert(eq(int, peer.chip.wish.refresh, changes), "row %zu: %s", number, row->package);
    for (int i = 0; i < 2; i++) {
        cr_assert(eq(str, (char *)shown(), (char *)row->after), "row %zu: %s", number,
                  row->package);
        cr_assert(eq(int, count(4) - enabled, row->enabled), "row %zu: %s", number, row->package);
        cr_assert(eq(int, count(5) - disabled, row->disabled), "row %zu: %s", number, row->package);
        cr_assert(eq(int, count(6) - deleted, row->deleted), "row %zu: %s", number, row->package);
        cr_assert(eq(int, count(7), 1));
        cr_assert(eq(int, count(1), local));
        peer_restart_chip(&peer);
    }
}

Test(rpm, follows_the_table)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        run_row(i);
}

/* Each row of the commands' own table is in the one above. */
Test(rpm, has_a_row_for_each_command)
{
    for (size_t i = 0; i < rpm_commands.count; i++) {
        const char *found = NULL;
        for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]) && found == NULL; n++)
            if (rows[n].package[0] == kinds[i])
                found = rows[n].package;
        cr_assert(found != NULL, "%s", rpm_commands.rows[i].name);
        cr_assert(eq(u32, rpm_commands.rows[i].tag, 0xA1 + (uint32_t)i));
    }
}
