/* Texts that ship: what is in them, and which there are. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/text/shipped.h"

#define NAME_WIDTH 20
#define LINE_SIZE 256

int shipped_read(const struct shipped *kind, const char *option, const char *asked,
                 struct writer *text)
{
    char path[PATH_MAX];
    FILE *file = fopen(shipped_find(kind, asked, path) ? path : asked, "rb");
    if (file == NULL) {
        trace_error("%s %s: %s; '%s list' prints the names that ship", option, asked,
                    strerror(errno), option);
        return FAILURE_INTERNAL;
    }
    text->len += fread(text->data + text->len, 1, text->capacity - text->len, file);
    const bool whole = feof(file) != 0 || (ferror(file) == 0 && fgetc(file) == EOF);
    const bool wrong = ferror(file) != 0;
    const int why = errno;
    fclose(file);
    if (whole && !wrong)
        return 0;
    trace_error("%s %s: %s", option, asked, wrong ? strerror(why) : "the file is too large");
    return FAILURE_INTERNAL;
}

/* True if the file's name ends so; *len is then that of what stands before. */
static bool has_suffix(const char *name, const char *suffix, size_t *len)
{
    const size_t whole = strlen(name), end = strlen(suffix);
    *len = whole > end ? whole - end : 0;
    return *len > 0 && strcmp(name + *len, suffix) == 0;
}

/* The first line that begins so, without its beginning; "" if there is none. */
static void find_line(FILE *file, const char *begin, char line[LINE_SIZE])
{
    const size_t len = strlen(begin);
    while (fgets(line, LINE_SIZE, file) != NULL)
        if (strncmp(line, begin, len) == 0) {
            memmove(line, line + len, strlen(line + len) + 1);
            line[strcspn(line, "\n")] = '\0';
            return;
        }
    line[0] = '\0';
}

static void put_name(const struct shipped *kind, const char *folder, const char *name,
                     size_t name_len, FILE *out)
{
    char path[PATH_MAX], line[LINE_SIZE] = "";
    const bool fits = snprintf(path, sizeof(path), "%s/%.*s%s", folder, (int)name_len, name,
                               kind->about_suffix) < (int)sizeof(path);
    FILE *file = fits ? fopen(path, "r") : NULL;
    if (file != NULL) {
        find_line(file, kind->about, line);
        fclose(file);
    }
    fprintf(out, "%-*.*s %s\n", NAME_WIDTH, (int)name_len, name, line);
}

static size_t list_folder(const struct shipped *kind, const char *folder, FILE *out)
{
    struct dirent **entries;
    const int count = scandir(folder, &entries, NULL, alphasort);
    size_t listed = 0, len;
    for (int i = 0; i < count; i++) {
        if (has_suffix(entries[i]->d_name, kind->suffix, &len)) {
            put_name(kind, folder, entries[i]->d_name, len, out);
            listed++;
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return listed;
}

void shipped_list(const struct shipped *kind, FILE *out)
{
    char folder[PATH_MAX];
    for (size_t i = 0; i < SHIPPED_FOLDERS; i++)
        if (shipped_folder(kind, i, folder) && list_folder(kind, folder, out) > 0)
            return;
}
