/* The project's own packages and those of GSMA TS.48, downloaded: what the chip signs of each, what
 * is left of those that are refused, and that nothing it says on the way holds a key or a code. */
#include "tests/isd-r/peer.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/trace.h"
#include "fs/text/inventory.h"

static struct peer peer;

/* Everything that is traced, details included. */
static char said[1 << 20];
static size_t said_len;

static void note(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    const size_t room = sizeof(said) - said_len;
    said_len += (size_t)snprintf(said + said_len, room, "%s\n", text);
    cr_assert_lt(said_len, sizeof(said));
}

static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    trace_to(note, NULL);
}

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(packages, .init = start, .fini = stop, .timeout = 120);

static uint8_t package_room[1 << 18];

/* Empty if there is no such file. */
static struct bytes read_package(const char *folder, const char *name)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s.der", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return (struct bytes){0};
    const size_t len = fread(package_room, 1, sizeof(package_room), file);
    fclose(file);
    return bytes_of(package_room, len);
}

/* As the header of the package has it, nibbles swapped. */
static void read_iccid(struct bytes package, uint8_t iccid[PACKAGE_ICCID_SIZE])
{
    struct tlv header, field;
    cr_assert(tlv_take_tag(&package, 0xA0, &header));
    cr_assert(tlv_find(header.value, 0x83, &field));
    cr_assert_eq(field.value.len, PACKAGE_ICCID_SIZE);
    for (size_t i = 0; i < PACKAGE_ICCID_SIZE; i++)
        iccid[i] = (uint8_t)(field.value.data[i] << 4 | field.value.data[i] >> 4);
}

static struct peer_outcome download(struct bytes package)
{
    static uint8_t room[128];
    uint8_t iccid[PACKAGE_ICCID_SIZE];
    struct writer out = writer_on(room, sizeof(room));
    read_iccid(package, iccid);
    const size_t mark = tlv_open(&out, 0xBF25);
    tlv_put(&out, 0x5A, bytes_of(iccid, sizeof(iccid)));
    tlv_put(&out, 0x91, bytes_of_text("Provider"));
    tlv_put(&out, 0x92, bytes_of_text("Name"));
    tlv_close(&out, mark);
    cr_assert_eq(peer_authenticate(&peer, &(struct peer_authentication){0}), 0);
    cr_assert_eq(peer_prepare(&peer, &(struct peer_preparation){0}), 0);
    peer_bind(&peer, &(struct peer_binding){.package = package, .metadata = writer_bytes(&out)});
    return peer_load(&peer, PEER_CUT_LPAC);
}

static size_t count_profiles(void)
{
    struct tlv list, one;
    size_t count = 0;
    cr_assert(tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x2D, 0x00), 0xBF2D), 0xA0, &list));
    while (tlv_take_tag(&list.value, 0xE3, &one))
        count++;
    return count;
}

static uint64_t used(void)
{
    uint64_t bytes;
    cr_assert_eq(store_used(peer.chip.store, &bytes), 0);
    return bytes;
}

/* clang-format off */
/* name, SGP.22's reason (SGP.22 §5.7.6), EUICCResponse */
static const struct {
    const char *name;
    int reason;
    const char *response;
} refused[] = {
    {"n_memory", 10, "300FA00B30098001048101048301008100"},
    {"n_no-end", 12, "300CA00830068001058301008100"},
    {"n_pin-missing", 12, "300FA00B300980010B8101098301008100"},
    {"n_service", 12, "300CA008300680010A8301318100"},
    {"n_template", 12, "300CA008300680010983015C8100"},
    {"n_topc", 12, "300FA00B300980010381010383010B8100"},
    {"n_unknown", 12, "300FA00B30098001018101048301008100"},
    {"n_version", 12, "300CA008300680011F8301028100"},
};
/* clang-format on */

#define FIELD_RESPONSE 0x82 /* simaResponse of an ErrorResult (SGP.22 §2.5.6) */

Test(packages, with_a_defect_are_refused_for_it_and_leave_nothing)
{
    char response[256];
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        const struct bytes package = read_package(PROFILES_FOLDER, refused[i].name);
        cr_assert_gt(package.len, 0, "%s", refused[i].name);
        const struct peer_outcome outcome = download(package);
        cr_assert(outcome.answered && !outcome.installed, "%s", refused[i].name);
        cr_expect_eq(outcome.command, 5, "%s: command %d", refused[i].name, outcome.command);
        cr_expect_eq(outcome.reason, refused[i].reason, "%s: reason %d", refused[i].name,
                     outcome.reason);
        const struct bytes field = peer_find(writer_bytes(&peer.response), FIELD_RESPONSE);
        cr_assert_lt(HEX_SIZE(field.len), sizeof(response));
        hex_encode(field, response);
        cr_expect_str_eq(response, refused[i].response, "%s: %s", refused[i].name, response);
        cr_expect_eq(count_profiles(), 0, "%s", refused[i].name);
        cr_expect_eq(used(), 0, "%s", refused[i].name);
    }
    cr_assert(download(read_package(PROFILES_FOLDER, "usim-milenage")).installed);
    cr_assert_eq(count_profiles(), 1);
    cr_assert_gt(used(), 10000);
}

Test(packages, of_ts48_that_have_iccids_of_their_own_share_a_chip)
{
    static const char *const names[] = {
        "TS48V1-B-UNIQUE",
        "TS48V3-SAIP2-1-NOBERTLV-UNIQUE",
        "TS48V4-SAIP2-3-BERTLV-UNIQUE",
        "TS48V5-SAIP2-3-NOBERTLV-UNIQUE",
    };
    char folder[400];
    const char *shared = getenv("EMUICC_SHARED");
    snprintf(folder, sizeof(folder), "%s/data/ts48", shared != NULL ? shared : "../shared");
    if (read_package(folder, names[0]).len == 0)
        cr_skip_test("there is no %s", folder);
    for (size_t i = 0; i < 4; i++) {
        const struct peer_outcome outcome = download(read_package(folder, names[i]));
        cr_assert(outcome.installed, "%s: command %d, reason %d", names[i], outcome.command,
                  outcome.reason);
    }
    peer_restart_chip(&peer);
    cr_assert_eq(count_profiles(), 4);
}

static int is_package(const struct dirent *entry)
{
    return strstr(entry->d_name, ".der") != NULL;
}

/* Most of them share an ICCID: each has a chip of its own. */
Test(packages, of_ts48_are_all_installed)
{
    char folder[400];
    struct dirent **entries;
    const char *shared = getenv("EMUICC_SHARED");
    snprintf(folder, sizeof(folder), "%s/data/ts48", shared != NULL ? shared : "../shared");
    const int count = scandir(folder, &entries, is_package, alphasort);
    if (count <= 0)
        cr_skip_test("there is no %s", folder);
    cr_assert_eq(count, 22);
    for (int i = 0; i < count; i++) {
        *strrchr(entries[i]->d_name, '.') = '\0';
        peer_stop(&peer);
        start();
        const struct peer_outcome outcome = download(read_package(folder, entries[i]->d_name));
        cr_expect(outcome.installed, "%s: command %d, reason %d", entries[i]->d_name,
                  outcome.command, outcome.reason);
        cr_expect_eq(count_profiles(), 1, "%s", entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

/* Values that are secret by their place in the package. */

#define SECRETS_MAX 128
#define SECRET_MIN 8 /* bytes below which a value may stand somewhere by chance */
static struct bytes secrets[SECRETS_MAX];
static size_t secret_count;

static void collect(const struct pe_schema_type *type, struct bytes value);

static void collect_fields(const struct pe_schema_type *type, struct bytes value)
{
    struct tlv fields[PE_SCHEMA_FIELDS_MAX];
    pe_schema_split(type, value, fields);
    for (size_t i = 0; i < type->count; i++) {
        const bool is_secret = inventory_hides(type->fields[i].name);
        if (is_secret && fields[i].value.len >= SECRET_MIN && secret_count < SECRETS_MAX)
            secrets[secret_count++] = fields[i].value;
        else if (fields[i].tag != 0)
            collect(type->fields[i].type, fields[i].value);
    }
}

static void collect(const struct pe_schema_type *type, struct bytes value)
{
    struct tlv one;
    if (type->kind == PE_SCHEMA_SEQUENCE)
        collect_fields(type, value);
    else if (type->kind == PE_SCHEMA_CHOICE && tlv_take(&value, &one)) {
        const struct pe_schema_field *chosen = pe_schema_find(type, 0, one.tag);
        if (chosen != NULL)
            collect(chosen->type, one.value);
    }
    while (type->kind == PE_SCHEMA_SEQUENCE_OF && tlv_take(&value, &one))
        collect(type->element, type->element->kind == PE_SCHEMA_CHOICE ? one.whole : one.value);
}

static void collect_package(struct bytes package)
{
    struct pe_schema_fault fault;
    struct tlv element;
    secret_count = 0;
    while (tlv_take(&package, &element)) {
        const struct pe_schema_field *field =
            pe_schema_find(&pe_schema_profile_element, 0, element.tag);
        if (field != NULL && pe_schema_check(field->type, element.value, &fault))
            collect(field->type, element.value);
    }
}

static void look_for_secrets(const char *name)
{
    char text[HEX_SIZE(4096)];
    for (size_t i = 0; i < secret_count; i++) {
        cr_assert_leq(secrets[i].len, 4096);
        hex_encode(secrets[i], text);
        cr_expect_null(memmem(said, said_len, secrets[i].data, secrets[i].len), "%s: %s", name,
                       text);
        cr_expect_null(strcasestr(said, text), "%s: %s is traced", name, text);
    }
}

/* A good one, and those that are refused, of which more is said. */
Test(packages, leave_no_secret_in_what_is_traced)
{
    static const char *const names[] = {"usim-milenage", "usim-isim-tuak", "n_topc",
                                        "n_unknown",     "n_no-end",       "n_pin-missing"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct bytes package = read_package(PROFILES_FOLDER, names[i]);
        said_len = 0;
        const bool installed = download(package).installed;
        cr_assert(installed || said_len > 0, "%s: nothing is traced", names[i]);
        collect_package(package);
        cr_assert_geq(secret_count, 6, "%s: only %zu secrets", names[i], secret_count);
        look_for_secrets(names[i]);
    }
}
