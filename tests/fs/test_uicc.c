/* Every transcript of tests/transcripts/uicc, each on a fresh card; every row of the instruction
 * table must have been answered with success in one of them. */
#include "tests/fs/test_uicc.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <dirent.h>

#define LINE_MAX_LEN 2400
#define ROWS_MAX 64

static struct {
    bool answered[ROWS_MAX]; /* by row of the table, with success or a warning */
    size_t commands, transcripts;
    int wrong;
} run;

/* '?' stands for any digit, a '*' at the end for any rest before the status word. */
static bool answer_fits(const char *wanted, const char *got)
{
    for (; *wanted != '\0'; wanted++) {
        if (isspace((unsigned char)*wanted))
            continue;
        if (*wanted == '*')
            return strlen(got) >= 4 && strcmp(got + strlen(got) - 4, wanted + 1) == 0;
        if (*got == '\0' || (*wanted != '?' && toupper((unsigned char)*wanted) != *got))
            return false;
        got++;
    }
    return *got == '\0';
}

static void note_row(const struct test_card *card, const char *answer)
{
    const char *status = answer + strlen(answer) - 4;
    if (card->row == NULL || (strncmp(status, "9", 1) != 0 && strncmp(status, "62", 2) != 0 &&
                              strncmp(status, "63", 2) != 0))
        return;
    run.answered[card->row - uicc_application.commands.rows] = true;
}

static void check_line(struct test_card *card, const char *path, unsigned number, const char *line,
                       char *answer)
{
    if (line[0] == '>') {
        strcpy(answer, test_send(card, line + 1));
        note_row(card, answer);
        run.commands++;
    } else if (line[0] == '<' && !answer_fits(line + 1, answer)) {
        fprintf(stderr, "%s:%u: wanted %s, got %s\n", path, number, line + 1, answer);
        run.wrong++;
    } else if (strcmp(line, "reset") == 0) {
        uicc_reset(&card->uicc);
    } else if (strncmp(line, "open ", 5) == 0) {
        unsigned channel = 0, from = 0;
        test_must(sscanf(line, "open %u from %u", &channel, &from) == 2, line);
        uicc_open_channel(&card->uicc, (uint8_t)channel, (uint8_t)from);
    } else if (line[0] != '<' && line[0] != '#' && line[0] != '\0') {
        fprintf(stderr, "%s:%u: not understood: %s\n", path, number, line);
        run.wrong++;
    }
}

static void play(const char *path)
{
    static char line[LINE_MAX_LEN], answer[HEX_SIZE(APDU_RESPONSE_MAX + 2)];
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL, "%s", path);
    struct test_card *card = test_card_new();
    for (unsigned number = 1; fgets(line, sizeof line, file) != NULL; number++) {
        line[strcspn(line, "\n")] = '\0';
        check_line(card, path, number, line, answer);
    }
    test_card_free(card);
    fclose(file);
    run.transcripts++;
}

Test(uicc, answers_as_its_transcripts_say)
{
    char folder[512], path[1024];
    struct dirent **entries;
    snprintf(folder, sizeof folder, "%s/tests/transcripts/uicc", getenv("EMUICC_SOURCE"));
    const int count = scandir(folder, &entries, NULL, alphasort);
    cr_assert(count > 0, "%s", folder);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (strstr(path, ".txt") != NULL)
            play(path);
        free(entries[i]);
    }
    free(entries);
    const struct command_table *table = &uicc_application.commands;
    cr_assert(table->count <= ROWS_MAX);
    for (size_t i = 0; i < table->count; i++)
        if (!run.answered[i]) {
            fprintf(stderr, "%s: no transcript has it answered\n", table->rows[i].name);
            run.wrong++;
        }
    cr_assert(run.wrong == 0);
    cr_assert(run.transcripts > 0 && run.commands > 100);
}

Test(uicc, a_table_row_has_one_class_instruction_and_section)
{
    const struct command_table *table = &uicc_application.commands;
    for (size_t i = 0; i < table->count; i++) {
        cr_assert(table->rows[i].section != NULL && table->rows[i].cases != 0);
        for (size_t j = 0; j < i; j++)
            cr_assert(table->rows[i].ins != table->rows[j].ins ||
                          table->rows[i].family != table->rows[j].family,
                      "%s stands twice", table->rows[i].name);
    }
}

Test(uicc, refuses_class_and_instruction_it_does_not_know)
{
    struct test_card *card = test_card_new();
    cr_assert_str_eq(test_send(card, "00050000"), "6D00");
    cr_assert_str_eq(test_send(card, "80B000000A"), "6D00");
    cr_assert_str_eq(test_send(card, "B0A40000023F00"), "6E00");
    cr_assert_str_eq(test_send(card, "00B0000001FF"), "6700");
    test_card_free(card);
}

Test(uicc, without_df_gsm_class_a0_does_not_exist)
{
    struct test_card *card = test_card_new();
    const struct command_table *table = &uicc_application.commands;
    profile_child(card->uicc.profile->mf, 0x7F20)->fid = 0x7F21;
    for (size_t i = 0; i < table->count; i++) {
        char command[64];
        const struct command_row *row = &table->rows[i];
        if (row->family != 0xA0)
            continue;
        snprintf(command, sizeof command, "A0%02X000002%s", row->ins,
                 row->cases & APDU_CASE_3 ? "3F00" : "");
        if ((row->cases & APDU_CASE_3) == 0)
            snprintf(command, sizeof command, "A0%02X0000%s", row->ins,
                     row->cases == APDU_CASE_1 ? "" : "02");
        cr_expect(strcmp(test_send(card, command), "6E00") == 0, "%s", row->name);
    }
    test_card_free(card);
}

/* What is there when no profile is enabled: to be read by everybody, changed by nobody. */
Test(uicc, the_blank_card)
{
    static const char *const rows[][2] = {
        {"00A4000C023F00", "9000"},
        {"00A4000C022FE2", "9000"},
        {"00B0000000", "FFFFFFFFFFFFFFFFFFFF9000"},
        {"00D600000198", "6982"},
        {"00B0850002", "FFFF9000"},
        {"00A4000C022F00", "9000"},
        {"00A20104014F", "6282"},
        {"00DC010401FF", "6982"},
        {"00B2010600", "6A86"},
        {"00B2010410", "6C26"},
        {"00A4000C022F06", "9000"},
        {"00B2010405", "6C10"},
        {"00A4000C023F00", "9000"},
        {"00E40000022FE2", "6982"},
        {"00E40000023F00", "6985"},
        {"00A4040C05A000000087", "6A82"},
        {"00A4000C027FFF", "6A82"},
        {"00200001", "6A88"},
        {"0088008100", "6700"},
        {"A0A40000023F00", "6E00"},
        {"8078000100", "6985"},
    };
    struct test_card *card = test_card_new();
    cr_assert(uicc_load(&card->uicc, 0) == 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *got = test_send(card, rows[i][0]);
        cr_expect(strcmp(got, rows[i][1]) == 0, "%s: wanted %s, got %s", rows[i][0], rows[i][1],
                  got);
    }
    test_card_free(card);
}
