/* What an LPA reads of a profile that moves, and what it notes (SGP.22 v3 §3.11). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/hex.h"
#include "tools/lib/es10/es10b_change.h"
#include "tools/lpa/move_card.h"

/* Hexadecimal text as bytes, valid until the next call. */
static struct bytes hex(const char *text)
{
    static uint8_t room[256];
    struct writer writer = writer_on(room, sizeof(room));
    cr_assert(hex_decode(text, &writer), "%s", text);
    return writer_bytes(&writer);
}

#define ICCID "5A0A988800000000000010F1"

Test(lpa_move, change_data_are_taken_apart)
{
    struct es10b_change_data data;
    cr_assert(es10b_change_data_read(hex(ICCID "80033124418100820083036F2E6384008502323A"), &data));
    cr_expect_eq(data.iccid.len, 10);
    cr_expect(bytes_equal(data.activation_code, bytes_of_text("1$A")));
    cr_expect(data.deleted && data.recoverable);
    cr_expect(bytes_equal(data.told_address, bytes_of_text("o.c")));
    cr_expect(bytes_equal(data.recoverable_until, bytes_of_text("2:")));
    cr_assert(es10b_change_data_read(hex(ICCID "8003312441"), &data));
    cr_expect(!data.deleted && !data.recoverable && data.told_address.len == 0);
    /* An address alone is not asked to be told. */
    cr_assert(es10b_change_data_read(hex(ICCID "8003312441810083036F2E63"), &data));
    cr_expect_eq(data.told_address.len, 0);
}

Test(lpa_move, change_data_that_are_none)
{
    static const char *const wrong[] = {"", ICCID, "8003312441",
                                        "5A0198"
                                        "8003312441",
                                        ICCID "8003"};
    struct es10b_change_data data;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_expect_not(es10b_change_data_read(hex(wrong[i]), &data), "%s", wrong[i]);
}

Test(lpa_move, how_a_profile_may_leave)
{
    struct move_profile profile = {0};
    cr_assert(move_card_read_configuration(hex("A0078003642E638200"), &profile));
    cr_expect_eq(profile.way, MOVE_BY_SERVER);
    cr_expect_str_eq(profile.address, "d.c");
    cr_expect(profile.eid_required && !profile.tac_required);
    profile = (struct move_profile){0};
    cr_assert(move_card_read_configuration(hex("A10780033124418100"), &profile));
    cr_expect_eq(profile.way, MOVE_STORED_CODE);
    cr_expect_str_eq(profile.code, "1$A");
    cr_expect(profile.deletes);
    cr_expect_not(move_card_read_configuration(hex("A0028200"), &profile));
    cr_expect_not(move_card_read_configuration(hex("A0058003640063"), &profile)); /* a 0 in it */
    cr_expect_not(move_card_read_configuration(hex("A200"), &profile));
    cr_expect_not(move_card_read_configuration(hex(""), &profile));
}

static char folder[] = "/tmp/emuicc-moves-XXXXXX";

static void make_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
}

static void remove_folder(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

static struct move_record record_of(const char *iccid)
{
    struct move_record record = {.eid = "89049032123451234512345678901235"};
    snprintf(record.iccid, sizeof(record.iccid), "%s", iccid);
    return record;
}

Test(lpa_move, what_is_on_its_way_is_noted, .init = make_folder, .fini = remove_folder)
{
    char below[128], path[256];
    struct move_record record = record_of("8988000000000000011"), read = record;
    struct fault fault = {0};
    bool found;
    snprintf(below, sizeof(below), "%s/not/there/yet", folder);
    cr_assert(move_record_read(below, &read, &found, &fault));
    cr_expect_not(found);
    strcpy(record.address, "d.c");
    cr_assert(move_record_write(below, &record, &fault), "%s", fault.text);
    strcpy(record.code, "1$d.c$X");
    strcpy(record.recoverable_until, "20261230222903Z");
    cr_assert(move_record_write(below, &record, &fault), "%s", fault.text);
    cr_assert(move_record_read(below, &read, &found, &fault));
    cr_expect(found);
    cr_expect_str_eq(read.address, "d.c");
    cr_expect_str_eq(read.code, "1$d.c$X");
    cr_expect_str_eq(read.recoverable_until, "20261230222903Z");
    /* Each profile has its own. */
    read = record_of("8988000000000000029");
    cr_assert(move_record_read(below, &read, &found, &fault));
    cr_expect_not(found);
    move_record_remove(below, &record);
    cr_assert(move_record_read(below, &record, &found, &fault));
    cr_expect_not(found);
    /* A file that is none is told, and lost is nothing. */
    snprintf(path, sizeof(path), "%s/%s-%s.json", below, record.eid, record.iccid);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs("{\"address\":", file);
    fclose(file);
    cr_expect_not(move_record_read(below, &record, &found, &fault));
    cr_expect(fault.raised && access(path, F_OK) == 0);
}

Test(lpa_move, a_folder_that_cannot_be_is_told, .init = make_folder, .fini = remove_folder)
{
    char below[128];
    const struct move_record record = record_of("8988000000000000011");
    struct fault fault = {0};
    snprintf(below, sizeof(below), "%s/file", folder);
    FILE *file = fopen(below, "w");
    cr_assert_not_null(file);
    fclose(file);
    cr_expect_not(move_record_write(below, &record, &fault));
    cr_expect(fault.raised && fault.next[0] != '\0');
}
