/* The UICC behind the packages of GSMA TS.48: every file is found where it lies, described as it
 * is, and read if its rule lets it. */
#include "tests/fs/test_uicc.h"

#include <criterion/criterion.h>
#include <dirent.h>

#include "apdu/tlv.h"
#include "fs/fcp/fcp_tags.h"
#include "fs/saip/saip.h"

#define PACKAGE_MAX 65536
#define FOLDER "data/ts48"

static uint8_t package[PACKAGE_MAX];

static struct profile *install(const char *path)
{
    struct saip_platform platform = saip_default_platform;
    struct profile *profile;
    struct saip *saip;
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL, "%s", path);
    const size_t len = fread(package, 1, sizeof package, file);
    fclose(file);
    cr_assert(profile_create(&profile) == 0);
    cr_assert(saip_create(&platform, profile, &saip) == 0);
    cr_assert(saip_feed(saip, bytes_of(package, len)) == SAIP_ENDED, "%s", path);
    saip_destroy(saip);
    return profile;
}

struct walk {
    struct test_card *card;
    unsigned files, read, refused, wrong;
};

static void select_file(struct walk *walk, const struct file *file, char *answer)
{
    char command[64], text[HEX_SIZE(FILE_AID_MAX)];
    if (file->type == FILE_ADF) {
        hex_encode(bytes_of(file->aid, file->aid_len), text);
        snprintf(command, sizeof command, "00A40404%02X%s", file->aid_len, text);
    } else {
        if (file->parent != NULL)
            select_file(walk, file->parent, answer);
        snprintf(command, sizeof command, "00A4000402%04X", file->fid);
    }
    strcpy(answer, test_send(walk->card, command));
}

static void complain(struct walk *walk, const struct file *file, const char *what,
                     const char *answer)
{
    fprintf(stderr, "file %04X in %04X: %s: %s\n", file->fid,
            file->parent != NULL ? file->parent->fid : 0, what, answer);
    walk->wrong++;
}

/* Data and status of a reading command against what the file holds. */
static void check_read(struct walk *walk, const struct file *file, const char *answer,
                       struct bytes wanted)
{
    static char text[HEX_SIZE(PACKAGE_MAX)];
    if (strcmp(answer, "6982") == 0) {
        walk->refused++;
        return;
    }
    hex_encode(wanted, text);
    strcat(text, "9000");
    if (strcmp(answer, text) != 0)
        complain(walk, file, "read", answer);
    walk->read++;
}

static void read_binary(struct walk *walk, const struct file *file, const struct file *content)
{
    char command[32];
    for (uint32_t at = 0; at < content->size; at += 255) {
        const uint32_t len = content->size - at < 255 ? content->size - at : 255;
        snprintf(command, sizeof command, "00B0%04X%02X", at, len);
        check_read(walk, file, test_send(walk->card, command),
                   bytes_of(content->content + at, len));
    }
}

static void read_records(struct walk *walk, const struct file *file, const struct file *content)
{
    char command[32];
    for (unsigned i = 1; i <= file_record_count(content); i++) {
        snprintf(command, sizeof command, "00B2%02X04%02X", i, content->record_len & 0xFF);
        check_read(walk, file, test_send(walk->card, command),
                   bytes_of(content->content + (i - 1) * content->record_len, content->record_len));
    }
}

/* Each object that the list of tags names. */
static void read_objects(struct walk *walk, const struct file *file, const struct file *content)
{
    struct bytes objects = bytes_of(content->content, content->content_len);
    struct tlv object;
    char command[32];
    while (tlv_take(&objects, &object)) {
        snprintf(command, sizeof command, "80CB008001%02X", object.tag);
        check_read(walk, file, test_send(walk->card, command), object.whole);
    }
}

static int visit(void *context, struct file *file)
{
    struct walk *walk = context;
    const struct file *content = file_resolve(file);
    char answer[512], wanted[16];
    select_file(walk, file, answer);
    walk->files++;
    const size_t len = strlen(answer);
    snprintf(wanted, sizeof wanted, "8302%04X",
             file->type == FILE_ADF ? FILE_FID_CURRENT : file->fid);
    if (len < 8 ||
        strcmp(answer + len - 4, content->life_cycle == FILE_DEACTIVATED ? "6283" : "9000") != 0 ||
        strncmp(answer, "62", 2) != 0 || answer[2] > '7' || strstr(answer, wanted) == NULL) {
        complain(walk, file, "SELECT", answer);
        return 0;
    }
    if (content->life_cycle == FILE_DEACTIVATED)
        return 0;
    if (content->type == FILE_TRANSPARENT)
        read_binary(walk, file, content);
    if (file_has_records(content))
        read_records(walk, file, content);
    if (content->type == FILE_BER_TLV)
        read_objects(walk, file, content);
    return 0;
}

static void says(struct test_card *card, const char *command, const char *wanted)
{
    const char *got = test_send(card, command);
    cr_expect(strcmp(got, wanted) == 0, "%s: wanted %s, got %s", command, wanted, got);
}

/* PINs, PUKs and the key that TS.48 publishes. */
static void check_secrets(struct test_card *card)
{
    says(card, "0020000B083636363636363636", "9000");
    says(card, "00A4040C07A0000000871002", "9000");
    says(card, "002000810839393939FFFFFFFF", "9000");
    says(card, "002C00811032323232323232323030303034FFFFFF", "9000");
    says(card, "00200081083030303034FFFFFF", "9000");
    says(card, "002000010830303030FFFFFFFF", "6984"); /* not enabled */
    says(card, "002C00011031313131313131313030303034FFFFFF", "9000");
    says(card, "00200001083030303034FFFFFF", "9000");
    const char *answer = test_send(card, "0088008122"
                                         "1000000000000000000000000000000000"
                                         "1003040506070800000001020304050607");
    cr_expect(strncmp(answer, "DB10000102030405060708090A0B0C0D0E0F10", 38) == 0, "%s", answer);
}

static void check_package(const char *path)
{
    struct walk walk = {.card = test_card_new()};
    uicc_adopt(&walk.card->uicc, install(path), 0);
    cr_expect(strcmp(test_send(walk.card, "0020000A083535353535353535"), "9000") == 0);
    profile_each_file(walk.card->uicc.profile, visit, &walk);
    check_secrets(walk.card);
    cr_expect(walk.wrong == 0, "%s", path);
    cr_expect(walk.files > 100 && walk.read > 100 && walk.refused < walk.read, "%s", path);
    test_card_free(walk.card);
}

Test(uicc_packages, every_file_of_ts48)
{
    char folder[512], path[1024];
    struct dirent **entries;
    snprintf(folder, sizeof folder, "%s/" FOLDER, getenv("EMUICC_SHARED"));
    const int count = scandir(folder, &entries, NULL, alphasort);
    if (count <= 0)
        cr_skip_test("there is no " FOLDER " beside the checkout");
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (strstr(path, ".der") != NULL)
            check_package(path);
        free(entries[i]);
    }
    free(entries);
}
