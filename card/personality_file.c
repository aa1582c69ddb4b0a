#include "card/personality_file.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/personality_table.h"

#define SUFFIX ".personality"
#define NAME_WIDTH 20

#define BESIDE_BIN "../" PERSONALITY_SHARE

/* Shipped files, seen from the program: beside it where it was built, and where both were
 * installed. Last, where they are installed even if the program was moved. */
static const char *const folders[] = {"personalities", BESIDE_BIN, PERSONALITY_FOLDER};
#define FOLDERS (sizeof(folders) / sizeof(folders[0]))

static bool folder_path(size_t which, char path[PATH_MAX])
{
    char program[PATH_MAX];
    if (folders[which][0] == '/')
        return snprintf(path, PATH_MAX, "%s", folders[which]) < PATH_MAX;
    const ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (len <= 0)
        return false;
    program[len] = '\0';
    char *slash = strrchr(program, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    return snprintf(path, PATH_MAX, "%s/%s", program, folders[which]) < PATH_MAX;
}

static FILE *open_shipped(const char *name)
{
    char folder[PATH_MAX], path[PATH_MAX];
    FILE *file = NULL;
    if (strchr(name, '/') != NULL)
        return NULL;
    for (size_t i = 0; i < FOLDERS && file == NULL; i++)
        if (folder_path(i, folder) &&
            snprintf(path, sizeof(path), "%s/%s" SUFFIX, folder, name) < (int)sizeof(path))
            file = fopen(path, "rb");
    return file;
}

int personality_file_read(const char *asked, struct writer *text)
{
    FILE *file = open_shipped(asked);
    if (file == NULL)
        file = fopen(asked, "rb");
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
    const size_t len = strlen(entry->d_name);
    return len > sizeof(SUFFIX) - 1 &&
           strcmp(entry->d_name + len - sizeof(SUFFIX) + 1, SUFFIX) == 0;
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
    name[strlen(name) - sizeof(SUFFIX) + 1] = '\0';
    fprintf(out, "%-*s %s\n", NAME_WIDTH, name, line + strspn(line, "# "));
}

void personality_file_list(FILE *out)
{
    char folder[PATH_MAX];
    struct dirent **entries;
    int count = 0;
    for (size_t i = 0; i < FOLDERS && count <= 0; i++)
        count = folder_path(i, folder) ? scandir(folder, &entries, is_shipped, alphasort) : 0;
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
