#include "card/personality_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/personality_table.h"
#include "card/shipped.h"

#define NAME_WIDTH 20

int personality_file_read(const char *asked, struct writer *text)
{
    char path[PATH_MAX];
    FILE *file = fopen(shipped_find(&shipped_personalities, asked, path) ? path : asked, "rb");
    if (file == NULL) {
        trace_error("--personality %s: %s; '--personality list' prints the names that ship", asked,
                    strerror(errno));
        return FAILURE_INTERNAL;
    }
    text->len += fread(text->data + text->len, 1, text->capacity - text->len, file);
    const bool whole = feof(file) != 0 || (ferror(file) == 0 && fgetc(file) == EOF);
    const bool wrong = ferror(file) != 0;
    const int why = errno;
    fclose(file);
    if (whole && !wrong)
        return 0;
    trace_error("--personality %s: %s", asked,
                wrong ? strerror(why) : "too large for a personality");
    return FAILURE_INTERNAL;
}

static int is_shipped(const struct dirent *entry)
{
    const size_t len = strlen(entry->d_name), end = strlen(shipped_personalities.suffix);
    return len > end && strcmp(entry->d_name + len - end, shipped_personalities.suffix) == 0;
}

/* What a file says of itself in its first line. */
static void put_name(const char *folder, char *name, FILE *out)
{
    char path[PATH_MAX], line[256] = "";
    const bool fits = snprintf(path, sizeof(path), "%s/%s", folder, name) < (int)sizeof(path);
    FILE *file = fits ? fopen(path, "r") : NULL;
    if (file != NULL && fgets(line, sizeof(line), file) == NULL)
        line[0] = '\0';
    if (file != NULL)
        fclose(file);
    line[strcspn(line, "\n")] = '\0';
    name[strlen(name) - strlen(shipped_personalities.suffix)] = '\0';
    fprintf(out, "%-*s %s\n", NAME_WIDTH, name, line + strspn(line, "# "));
}

void personality_file_list(FILE *out)
{
    char folder[PATH_MAX];
    struct dirent **entries;
    int count = 0;
    for (size_t i = 0; i < SHIPPED_FOLDERS && count <= 0; i++)
        count = shipped_folder(&shipped_personalities, i, folder)
                    ? scandir(folder, &entries, is_shipped, alphasort)
                    : 0;
    for (int i = 0; i < count; i++) {
        put_name(folder, entries[i]->d_name, out);
        free(entries[i]);
    }
    if (count > 0)
        free(entries);
}

static void put_words(const struct personality_row *row, FILE *out)
{
    fputs("\n    words:", out);
    for (size_t i = 0; row->words[i] != NULL; i++)
        if (row->words[i][0] != '\0')
            fprintf(out, " %s", row->words[i]);
}

void personality_file_keys(FILE *out)
{
    for (size_t i = 0; i < personality_table_count; i++) {
        const struct personality_row *row = &personality_table[i];
        fprintf(out, "%s = %s%s\n    %s", row->key, row->form,
                row->repeatable ? "; repeatable" : "", row->help);
        if (row->words != NULL)
            put_words(row, out);
        fputc('\n', out);
    }
}
