/* LoadRpmPackage: each command and each refusal as a row of text, then what is around them.
 *
 * A package is written E (enable), D (disable), X (delete), U (update the name), u (update the
 * provider's name), C (contact), L (list by ICCID) and a profile's letter; L* lists by owner; +
 * says continueOnFailure. The result is written the same with =code, lists with =letters, and
 * !reason where processing was terminated. */
#include "tests/isd-r/peer_rpm.h"
#include "tests/isd-r/rewind.h"
#include "tests/isd-r/v3.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "isd-r/es10.h"
#include "isd-r/info/euicc_info.h"
#include "isd-r/rpm/rpm_command.h"

static struct peer peer;

#define LPR "BC0A 8008 70636D702E6F7267" /* pcmp.org */

/* What the RpmConfiguration of a profile grants, and to whom. */
enum grant { GRANT_ALL, GRANT_NONE, GRANT_OTHER_OID, GRANT_OTHER_CI, GRANT_OWN_CI, GRANT_NO_TYPE };

#define ALL_TYPES 0x1Fu

static const struct profile_row {
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
static void put_configuration(enum grant grant, uint32_t types, struct writer *out)
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
        der_put_bits(out, 0x81, types);
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

static void install(const struct profile_row *row, uint32_t types)
{
    uint8_t room[2048], extra_room[512];
    char extra[HEX_SIZE(sizeof(extra_room))];
    struct writer metadata = writer_on(room, sizeof(room));
    struct writer more = writer_on(extra_room, sizeof(extra_room));
    const struct package content = content_of(row->letter);
    if (row->kind > 0)
        tlv_put_u8(&more, 0x95, (uint8_t)(row->kind - 1));
    cr_assert(hex_decode(row->extra, &more));
    put_configuration(row->grant, types, &more);
    hex_encode(writer_bytes(&more), extra);
    v3_put_metadata(&content, extra, &metadata);
    const struct peer_outcome outcome = peer_download(
        &peer, &(struct peer_binding){.content = &content, .metadata = writer_bytes(&metadata)});
    cr_assert(outcome.installed, "%c: %d", row->letter, outcome.reason);
}

static struct rewind installed;

static void start(void)
{
    rewind_start();
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    peer_become(&peer, v3_settings(0));
    for (size_t i = 0; i < PROFILES; i++)
        install(&profiles[i], ALL_TYPES);
    rewind_take(&installed);
}

/* The chip as it was with everything installed and nothing enabled. */
static void restore(void)
{
    rewind_to(&peer, &installed);
}

static void stop(void)
{
    rewind_finish(&installed);
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

/* ListProfileInfo: what is searched for, and no more than the ICCID. */
static void put_list(char letter, struct writer *out)
{
    const size_t criteria = tlv_open(out, 0xA0);
    if (letter == '*')
        tlv_put(out, 0x80, BYTES(0x2A, 0x03));
    else
        put_iccid(letter, out);
    tlv_close(out, criteria);
    tlv_put(out, 0x5C, BYTES(0x5A));
}

static void put_update(uint32_t tag, struct writer *out)
{
    const size_t update = tlv_open(out, 0xBF2A);
    tlv_put(out, tag, bytes_of_text("New"));
    tlv_close(out, update);
}

static const char kinds[] = "EDXLUC?";

static void put_command(const char *text, bool continues, struct writer *out)
{
    const char *at = strchr(kinds, text[0] == 'u' ? 'U' : text[0]);
    const struct package content = content_of(text[1]);
    const struct bytes iccid = bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE);
    uint8_t room[64];
    struct writer rest = writer_on(room, sizeof(room));
    cr_assert(at != NULL, "%s", text);
    if (*at == 'L')
        put_list(text[1], &rest);
    if (*at == 'U')
        put_update(text[0] == 'U' ? 0x92 : 0x91, &rest);
    peer_put_rpm_command(0xA1 + (uint32_t)(at - kinds), *at == 'L' ? (struct bytes){0} : iccid,
                         writer_bytes(&rest), continues, out);
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
    isd_r_set_terminal(peer.chip.isd_r, (struct terminal){.busy = row->busy});
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

/* Of a profile whose manager may do one thing, that thing and no other. */
Test(rpm, each_type_is_allowed_by_its_own_bit)
{
    static const struct {
        const char *package, *refused, *allowed;
    } types[] = {/* as RpmType counts them */
                 {"EV", "EV=9", "EV=0"},
                 {"DV", "DV=10", "DV=2"},
                 {"XV", "XV=7", "XV=0"},
                 {"LV", "L=", "L=V"},
                 {"CV", "CV=7", "CV=2"}};
    for (size_t bit = 0; bit < 5; bit++) {
        restore();
        install(&(struct profile_row){'V', GRANT_ALL, 0, LPR}, 1u << bit);
        for (size_t i = 0; i < 5; i++)
            cr_assert(eq(str, (char *)load(types[i].package),
                         (char *)(i == bit ? types[i].allowed : types[i].refused)));
    }
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

/* Everything around the commands. */

static struct peer_rpm_result refused(const struct peer_rpm_request *bent)
{
    struct peer_rpm_request request = *bent;
    request.package = package_of("EA");
    const struct peer_rpm_result result = peer_load_rpm(&peer, &request);
    cr_assert(eq(str, (char *)shown(), ALL));
    return result;
}

/* LoadRpmPackageErrorCodeSigned of a package that is bent so, in a v3 session. */
static int signed_error(const struct peer_rpm_request *bent)
{
    restore();
    open_session();
    const struct peer_rpm_result result = refused(bent);
    cr_assert(result.is_signed);
    cr_assert(eq(int, count(7), 1));
    /* The session is over. */
    cr_assert(eq(int, refused(&(struct peer_rpm_request){0}).error, 4));
    return result.error;
}

Test(rpm, is_signed_by_the_server_of_the_session)
{
    cr_assert(eq(int, signed_error(&(struct peer_rpm_request){.wrong_signature = true}), 2));
    cr_assert(eq(int, signed_error(&(struct peer_rpm_request){.without_signature1 = true}), 2));
    cr_assert(eq(
        int, signed_error(&(struct peer_rpm_request){.signer = peer_entity(&peer, PKI_DP_PB)}), 2));
    cr_assert(eq(int, signed_error(&(struct peer_rpm_request){.wrong_transaction_id = true}), 5));
    cr_assert(eq(int,
                 signed_error(&(struct peer_rpm_request){.wrong_transaction_id = true,
                                                         .wrong_signature = true}),
                 2));
}

static void assert_no_session(void)
{
    const struct peer_rpm_result result = refused(&(struct peer_rpm_request){0});
    cr_assert(not(result.is_signed));
    cr_assert(eq(int, result.error, 4));
    cr_assert(eq(int, count(7), 0));
}

Test(rpm, needs_a_v3_session_with_an_sm_dp)
{
    assert_no_session();
    cr_assert(peer_authenticate(&peer, &(struct peer_authentication){0}) == 0);
    assert_no_session();
    cr_assert(
        peer_authenticate(&peer, &(struct peer_authentication){
                                     .v3 = true, .server = peer_entity(&peer, PKI_DS_AUTH)}) == 0);
    assert_no_session();
    open_session();
    cr_assert(peer_prepare(&peer, &(struct peer_preparation){0}) == 0);
    assert_no_session();
    /* What is refused so has not ended the session. */
    cr_assert(eq(int, peer_cancel(&peer, 0), 0));
}

Test(rpm, is_no_function_of_a_v2_chip)
{
    const struct isd_r_settings *const chips[] = {NULL, v3_settings(EUICC_INFO_RPM)};
    for (size_t i = 0; i < 2; i++) {
        peer_become(&peer, chips[i]);
        cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x44, 0x00)), SW_REFERENCE_NOT_FOUND));
    }
    peer_become(&peer, v3_settings(0));
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x44, 0x00)), SW_WRONG_DATA));
}

/* The result is answered and kept as the same bytes, and listed by its event. */
Test(rpm, result_is_kept_until_it_is_removed)
{
    static uint8_t room[4096];
    struct writer answer = writer_on(room, sizeof(room));
    struct tlv list, kept;
    (void)load("EA");
    writer_put(&answer, peer_find(writer_bytes(&peer.response), 0xA0));
    peer_restart_chip(&peer);
    cr_assert(tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x2B, 6, 0xA0, 4, 0x81, 2, 0, 1), 0xBF2B), 0xA0,
                        &list));
    cr_assert(tlv_whole(list.value, 0xA1, &kept));
    cr_assert(bytes_equal(kept.value, writer_bytes(&answer)));
    const uint32_t sequence = peer_read_rpm_result(&peer, kept.value).sequence;
    cr_assert(tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x28, 4, 0x81, 2, 0, 1), 0xBF28), 0xA0, &list));
    cr_assert(tlv_whole(list.value, 0xBF2F, &kept));
    cr_assert(lt(u32, sequence, 128));
    cr_assert(
        eq(int, peer_result(&peer, BYTES(0xBF, 0x30, 3, 0x80, 1, (uint8_t)sequence), 0xBF30), 0));
    cr_assert(eq(int, count(7), 0));
}

Test(rpm, package_has_a_limit)
{
    static uint8_t room[32768];
    struct writer package = writer_on(room, sizeof(room));
    while (package.len <= 16384)
        put_command("XA", false, &package);
    open_session();
    const struct peer_rpm_result result =
        peer_load_rpm(&peer, &(struct peer_rpm_request){.package = writer_bytes(&package)});
    cr_assert(eq(str, (char *)text_of(result.results), "!6"));
    cr_assert(eq(str, (char *)shown(), ALL));
}

/* Commands in hexadecimal that are damaged, each after one that is carried out. */
Test(rpm, ends_at_a_damaged_command)
{
    static const char *const damaged[] = {
        "30",
        "3100",
        "3000",
        "3002A100",
        "3004A1025A00",
        "3004A1024F00",
        "300DA10B5A0998000000000000000000",
        "30048000A100",
        "3002A500",
        "3010A50E5A0A98000000000000000010BF29",
        "3004A402A000",
        "3006A404A0024F00",
        "3007A4055C039F7F",
        "3002A600",
        "3002A900",
    };
    for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
        uint8_t room[128];
        struct writer package = writer_on(room, sizeof(room));
        put_command("UA", false, &package);
        cr_assert(hex_decode(damaged[i], &package), "%s", damaged[i]);
        open_session();
        const struct peer_rpm_result result =
            peer_load_rpm(&peer, &(struct peer_rpm_request){.package = writer_bytes(&package)});
        cr_assert(eq(str, (char *)text_of(result.results), "UA=0 !2"), "%s", damaged[i]);
    }
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x44, 2, 0x30, 0)), SW_WRONG_DATA));
}

#define RESULTS_MAX 16384
#define RESULT_MAX 319 /* of one command that is no list */

/* So many lists of all there is, of one ICCID and of none, then a deletion: the results' length. */
static size_t load_lists(size_t all, size_t single, size_t empty, const char *end)
{
    static uint8_t room[16384];
    struct writer package = writer_on(room, sizeof(room));
    for (; all > 0; all--)
        peer_put_rpm_command(0xA4, (struct bytes){0}, (struct bytes){0}, false, &package);
    for (; single > 0; single--)
        put_command("LA", false, &package);
    for (; empty > 0; empty--)
        put_command("LZ", false, &package);
    put_command("XA", false, &package);
    restore();
    open_session();
    const struct peer_rpm_result result =
        peer_load_rpm(&peer, &(struct peer_rpm_request){.package = writer_bytes(&package)});
    cr_assert(le(sz, result.results.len, RESULTS_MAX));
    const struct bytes last = bytes_of(result.results.data + result.results.len - 5, 5);
    cr_assert(eq(int, bytes_equal(last, BYTES(0x30, 3, 2, 1, 1)), end[0] == '!'));
    cr_assert(eq(str, (char *)shown(), end[0] == '!' ? ALL : (char *)end));
    cr_assert(eq(int, count(7), 1));
    return result.results.len;
}

/* A list that does not fit any more is not there; a command whose answer might not, not done. What
 * says so has room, too. */
Test(rpm, results_have_a_limit)
{
    const size_t none = load_lists(0, 0, 0, "BCKNOPQTY");
    const size_t all = load_lists(1, 0, 0, "BCKNOPQTY") - none;
    const size_t single = load_lists(0, 1, 0, "BCKNOPQTY") - none;
    const size_t empty = load_lists(0, 0, 1, "BCKNOPQTY") - none;
    cr_assert(gt(sz, load_lists(200, 0, 0, "!"), RESULTS_MAX - all - 10));
    const size_t room = RESULTS_MAX - 5 - RESULT_MAX;
    const size_t left = room % all / single;
    (void)load_lists(room / all, left, 0, "BCKNOPQTY");
    const size_t len = load_lists(room / all, left + 1, 0, "!");
    cr_assert(eq(sz, len, room / all * all + (left + 1) * single + 5));
    size_t rest = RESULTS_MAX % all, singles = 0;
    for (; rest % empty >= 5; singles++)
        rest -= single;
    cr_assert(eq(sz, load_lists(RESULTS_MAX / all, singles, rest / empty, "!"),
                 RESULTS_MAX - rest % empty - empty + 5));
}

static void send_half(bool in_session)
{
    static uint8_t room[1024];
    struct writer request = writer_on(room, sizeof(room));
    if (in_session)
        open_session();
    peer_put_rpm(&peer, &(struct peer_rpm_request){.package = package_of("EA EB EC EK EN EO")},
                 &request);
    writer_reset(&peer.response);
    cr_assert(chip_block(&peer.chip, 0x11, 0, bytes_of(room, request.len / 2), &peer.response) ==
              SW_OK);
}

/* The only result that is kept. */
static const char *kept_result(void)
{
    struct tlv list, kept;
    cr_assert(tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x2B, 6, 0xA0, 4, 0x81, 2, 0, 1), 0xBF2B), 0xA0,
                        &list));
    cr_assert(tlv_whole(list.value, 0xA1, &kept));
    return text_of(peer_read_rpm_result(&peer, kept.value).results);
}

Test(rpm, is_interrupted_by_another_function)
{
    send_half(true);
    cr_assert(peer_ask(&peer, BYTES(0xBF, 0x20, 0x00), 0xBF20).len > 0);
    cr_assert(eq(str, (char *)kept_result(), "!3"));
    cr_assert(eq(int, refused(&(struct peer_rpm_request){0}).error, 4));
    /* One that comes again from its start is not; nor is one that a reset ends. */
    restore();
    send_half(true);
    const struct peer_rpm_result result =
        peer_load_rpm(&peer, &(struct peer_rpm_request){.package = package_of("EA")});
    cr_assert(eq(str, (char *)text_of(result.results), "EA=0"));
    restore();
    send_half(true);
    isd_r_reset(peer.chip.isd_r);
    cr_assert(eq(int, count(7), 0));
    cr_assert(eq(str, (char *)shown(), ALL));
    /* Nor has one that no session was there for a result. */
    send_half(false);
    cr_assert(peer_ask(&peer, BYTES(0xBF, 0x20, 0x00), 0xBF20).len > 0);
    cr_assert(eq(int, count(7), 0));
}

/* A terminal with a toolkit: as with a user's change, what was promised waits for the REFRESH. */
static void refresh(bool done)
{
    cr_assert(eq(int, isd_r_refreshed(peer.chip.isd_r, done), 0));
    (void)isd_r_take_wish(peer.chip.isd_r);
    cr_assert(eq(int, store_commit(peer.chip.store), 0));
}

static void restore_with_toolkit(const char *enabled)
{
    restore();
    for (; *enabled != '\0'; enabled++)
        enable_locally(*enabled);
    isd_r_set_terminal(peer.chip.isd_r, (struct terminal){.toolkit = true});
}

Test(rpm, waits_for_a_refresh)
{
    static const struct {
        const char *before, *package, *result, *after;
        int enabled, disabled;
    } waits[] = {
        {"", "EA", "EA=0", "[A]BCKNOPQTY", 2, 0},
        {"A", "DA", "DA=0", ALL, 0, 1},
        {"A", "DA EB CB", "DA=0 EB=0 CB=13", "A[B]CKNOPQTY", 2, 1},
        {"B", "DB EA CA", "DB=0 EA=0 CA=0", "[A]BCKNOPQTY", 2, 1},
        {"B", "EA LA", "EA=0 L=11", "[A]BCKNOPQTY", 2, 1},
        {"B", "EA XA", "EA=0 XA=2", "[A]BCKNOPQTY", 2, 1},
        {"A", "DA XA", "DA=0 XA=2", ALL, 0, 1},
        {"A", "DA EA", "DA=0 EA=2", ALL, 0, 1},
    };
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        char waiting[64];
        restore_with_toolkit(waits[i].before);
        const int disabled = count(5);
        snprintf(waiting, sizeof(waiting), "%s", shown());
        cr_assert(eq(str, (char *)load(waits[i].package), (char *)waits[i].result), "%s",
                  waits[i].package);
        cr_assert(peer.chip.wish.refresh);
        cr_assert(not(peer.chip.wish.reload));
        cr_assert(eq(str, (char *)shown(), waiting), "%s", waits[i].package);
        cr_assert(eq(int, count(4), 0));
        peer_restart_chip(&peer); /* it outlives the process */
        refresh(true);
        cr_assert(eq(str, (char *)shown(), (char *)waits[i].after), "%s", waits[i].package);
        cr_assert(eq(int, count(4), waits[i].enabled), "%s", waits[i].package);
        cr_assert(eq(int, count(5) - disabled, waits[i].disabled), "%s", waits[i].package);
        cr_assert(eq(int, count(7), 1));
    }
}

Test(rpm, takes_the_place_of_nothing_that_waits)
{
    restore_with_toolkit("");
    cr_assert(eq(str, (char *)load("EA"), "EA=0"));
    cr_assert(eq(str, (char *)load("EB"), "EB=5"));
    /* What the terminal refuses is forgotten; the result says what was promised. */
    refresh(false);
    cr_assert(eq(str, (char *)shown(), ALL));
    cr_assert(eq(int, count(4), 0));
    cr_assert(eq(str, (char *)load("EB"), "EB=0"));
}

/* What a failing commit undoes is all of it, and the same package does it another time. */
Test(rpm, is_undone_whole)
{
    static uint8_t room[1024];
    struct writer request = writer_on(room, sizeof(room));
    uint8_t answer_room[1024];
    struct writer answer = writer_on(answer_room, sizeof(answer_room));
    open_session();
    peer_put_rpm(&peer, &(struct peer_rpm_request){.package = package_of("EA XB UA CA")}, &request);
    const struct apdu apdu = {.p1 = 0x91, .data = writer_bytes(&request)};
    cr_assert(
        eq(int, isd_r_application.commands.rows[0].handle(peer.chip.isd_r, &apdu, &answer), 0));
    cr_assert(gt(sz, answer.len, 0));
    store_rollback(peer.chip.store);
    cr_assert(eq(int, isd_r_rollback(peer.chip.isd_r), 0));
    cr_assert(eq(str, (char *)shown(), ALL));
    cr_assert(eq(sz, peer_count_notifications(&peer, 1u << 4 | 1u << 6 | 1u << 7), 0));
    cr_assert(eq(str, (char *)load("EA XB UA CA"), "EA=0 XB=0 UA=0 CA=0"));
    cr_assert(eq(str, (char *)shown(), "[A]CKNOPQTY"));
}

/* On the other curve. */
TestSuite(rpm_brainpool, .fini = stop, .timeout = 60);

Test(rpm_brainpool, is_signed_on_the_curve_of_the_session)
{
    peer_start(&peer, (enum ec_curve[]){EC_BRAINPOOL_P256R1}, 1);
    peer_become(&peer, v3_settings(0));
    install(&profiles[0], ALL_TYPES);
    cr_assert(eq(str, (char *)load("EA CA"), "EA=0 CA=0"));
    cr_assert(eq(int, count(7), 1));
}
