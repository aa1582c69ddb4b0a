/* Stores that released versions have written open in this one, with everything in them. Each folder
 * of tests/states holds a store and, in its listing, all that is in it. */
#include "tests/fs/test_store.h"

#include <unistd.h>

#include "apdu/hex.h"

TestSuite(states, .init = test_make_folder, .fini = test_remove_folder);

static FILE *listing;

static void put(const char *name, struct bytes bytes)
{
    fprintf(listing, " %s ", name);
    for (size_t i = 0; i < bytes.len; i++)
        fprintf(listing, "%02X", bytes.data[i]);
}

#define PUT_ARRAY(object, field) put(#field, bytes_of((object)->field, sizeof((object)->field)))
#define PUT_NUMBER(object, field) fprintf(listing, " " #field " %u", (unsigned)(object)->field)

static int list_value(void *context, const char *name, struct bytes value)
{
    (void)context;
    fprintf(listing, "value %s", name);
    put("", value);
    fputc('\n', listing);
    return 0;
}

static int list_notification(void *context, const struct store_notification *row)
{
    (void)context;
    fputs("notification", listing);
    PUT_NUMBER(row, sequence);
    PUT_NUMBER(row, operation);
    put("address", row->address);
    put("iccid", row->iccid);
    put("pending", row->pending);
    fputc('\n', listing);
    return 0;
}

static unsigned id_of(const struct file *file)
{
    return file != NULL ? file->id : 0;
}

static int list_file(void *context, struct file *file)
{
    (void)context;
    fputs("file", listing);
    PUT_NUMBER(file, id);
    fprintf(listing, " fid %04X parent %u target %u", file->fid, id_of(file->parent),
            id_of(file->target));
    PUT_NUMBER(file, type);
    PUT_NUMBER(file, shareable);
    PUT_NUMBER(file, sfi);
    PUT_NUMBER(file, life_cycle);
    PUT_NUMBER(file, special);
    PUT_NUMBER(file, rules.arr);
    PUT_NUMBER(file, rules.record);
    PUT_NUMBER(file, record_len);
    PUT_NUMBER(file, size);
    PUT_NUMBER(file, maximum);
    PUT_NUMBER(file, pins);
    put("aid", bytes_of(file->aid, file->aid_len));
    put("pin_status", file->pin_status);
    put("proprietary", file->proprietary);
    put("content", bytes_of(file->content, file->content_len));
    fputc('\n', listing);
    return 0;
}

static void list_codes(const struct profile *profile)
{
    for (const struct pin *pin = profile->pins; pin != NULL; pin = pin->next) {
        fputs("pin", listing);
        PUT_NUMBER(pin, directory);
        PUT_NUMBER(pin, reference);
        PUT_ARRAY(pin, value);
        PUT_NUMBER(pin, max);
        PUT_NUMBER(pin, left);
        PUT_NUMBER(pin, attributes);
        PUT_NUMBER(pin, puk);
        fputc('\n', listing);
    }
    for (const struct puk *puk = profile->puks; puk != NULL; puk = puk->next) {
        fputs("puk", listing);
        PUT_NUMBER(puk, reference);
        PUT_ARRAY(puk, value);
        PUT_NUMBER(puk, max);
        PUT_NUMBER(puk, left);
        fputc('\n', listing);
    }
}

static void list_aka(const struct aka *aka)
{
    fputs("aka", listing);
    PUT_NUMBER(aka, adf);
    PUT_NUMBER(aka, mapped);
    PUT_NUMBER(aka, mapping_options);
    PUT_NUMBER(aka, algorithm);
    PUT_NUMBER(aka, options);
    put("key", bytes_of(aka->key, aka->key_len));
    put("opc", bytes_of(aka->opc, aka->opc_len));
    PUT_ARRAY(aka, rotation);
    PUT_ARRAY(aka, xoring);
    PUT_NUMBER(aka, keccak);
    PUT_NUMBER(aka, has_auth_counter_max);
    PUT_ARRAY(aka, auth_counter_max);
    PUT_NUMBER(aka, sqn_options);
    PUT_ARRAY(aka, sqn_delta);
    PUT_ARRAY(aka, sqn_age_limit);
    PUT_ARRAY(aka, sqn);
    fputc('\n', listing);
}

struct listed {
    uint32_t owner;
    int kind;
};

static int list_record(void *context, struct bytes name, struct bytes value)
{
    const struct listed *listed = context;
    fprintf(listing, "domain owner %u kind %d", (unsigned)listed->owner, listed->kind);
    put("name", name);
    put("value", value);
    fputc('\n', listing);
    return 0;
}

/* Of a profile, or of the chip (0). */
static void list_domain(struct store *store, uint32_t owner)
{
    for (int kind = STORE_DOMAIN_ENTRY; kind <= STORE_DOMAIN_CODE; kind++)
        cr_assert_eq(store_each_domain(store, owner, (enum store_domain_kind)kind, list_record,
                                       &(struct listed){owner, kind}),
                     0);
}

static int list_profile(void *context, const struct store_profile *row)
{
    struct profile *profile;
    cr_assert_eq(store_profile_load(context, row->id, &profile), 0, "%s", test_trace);
    fputs("profile", listing);
    PUT_NUMBER(row, id);
    PUT_ARRAY(row, iccid);
    put("aid", bytes_of(row->aid, row->aid_len));
    PUT_NUMBER(row, state);
    PUT_NUMBER(row, size);
    put("nickname", row->nickname);
    put("metadata", row->metadata);
    put("configuration", row->configuration);
    PUT_NUMBER(profile, major);
    PUT_NUMBER(profile, minor);
    put("header", bytes_of(profile->iccid, PROFILE_ICCID_SIZE));
    fprintf(listing, " type %s files %u\n", profile->type, profile->file_count);
    profile_each_file(profile, list_file, NULL);
    list_codes(profile);
    for (const struct aka *aka = profile->akas; aka != NULL; aka = aka->next)
        list_aka(aka);
    for (const struct element *at = profile->elements; at != NULL; at = at->next) {
        fprintf(listing, "element %X directory %u", at->tag, at->directory);
        put("whole", at->whole);
        fputc('\n', listing);
    }
    profile_destroy(profile);
    list_domain(context, row->id);
    return 0;
}

static const char *in_source(const char *release, const char *name)
{
    static char path[400];
    const char *source = getenv("EMUICC_SOURCE");
    snprintf(path, sizeof(path), "%s/tests/states/%s/%s", source != NULL ? source : ".", release,
             name);
    return path;
}

static void copy(const char *from, const char *to)
{
    static uint8_t room[1 << 20];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    cr_assert(in != NULL && out != NULL, "%s", from);
    const size_t len = fread(room, 1, sizeof(room), in);
    cr_assert(len > 0 && fwrite(room, 1, len, out) == len);
    fclose(in);
    fclose(out);
}

/* For a release that is being made. */
static void write_listing(const char *release)
{
    FILE *file = fopen(in_source(release, "listing.txt"), "w");
    cr_assert_not_null(file);
    rewind(listing);
    for (int byte; (byte = fgetc(listing)) != EOF;)
        fputc(byte, file);
    fclose(file);
}

static void compare(const char *release)
{
    if (getenv("EMUICC_STATES_WRITE") != NULL && access(in_source(release, "listing.txt"), F_OK))
        write_listing(release);
    char *wanted = NULL, *got = NULL;
    size_t wanted_size = 0, got_size = 0, lines = 0;
    FILE *file = fopen(in_source(release, "listing.txt"), "r");
    cr_assert_not_null(file);
    rewind(listing);
    while (getline(&wanted, &wanted_size, file) > 0) {
        lines++;
        cr_assert(getline(&got, &got_size, listing) > 0, "%s ends before line %zu", release, lines);
        cr_assert_str_eq(got, wanted, "%s, line %zu: %s", release, lines, got);
    }
    cr_assert(getline(&got, &got_size, listing) <= 0, "%s goes on: %s", release, got);
    cr_assert_gt(lines, 100);
    fclose(file);
    free(wanted);
    free(got);
}

static void list_store(struct store *store)
{
    cr_assert_eq(store_each_value(store, "", list_value, NULL), 0);
    cr_assert_eq(store_each_profile(store, list_profile, store), 0);
    cr_assert_eq(store_each_notification(store, list_notification, NULL), 0);
    list_domain(store, 0);
}

/* Twice: what an update to this release has made of it is read as well. */
static void read_state(const char *release)
{
    copy(in_source(release, STORE_FILE), test_path(STORE_FILE));
    for (int round = 0; round < 2; round++) {
        struct store *store = test_open(test_folder);
        cr_assert(not(store_is_new(store)));
        listing = fopen(test_path("listing"), "w+");
        cr_assert_not_null(listing);
        list_store(store);
        compare(release);
        fclose(listing);
        store_close(store);
    }
}

Test(states, of_0_1_0_are_read_whole)
{
    read_state("0.1.0");
}

Test(states, of_0_2_0_are_read_whole)
{
    read_state("0.2.0");
}
