/* Texts that ship: what is in them, and which there are. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/text/shipped.h"

#define NAME_WIDTH 20

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

/* What a file says of itself in its first line. */
static void put_name(const char *folder, const char *name, size_t name_len, FILE *out)
{
    char path[PATH_MAX], line[256] = "";
    const bool fits = snprintf(path, sizeof(path), "%s/%s", folder, name) < (int)sizeof(path);
    FILE *file = fits ? fopen(path, "r") : NULL;
    if (file != NULL && fgets(line, sizeof(line), file) == NULL)
        line[0] = '\0';
    if (file != NULL)
        fclose(file);
    line[strcspn(line, "\n")] = '\0';
    fprintf(out, "%-*.*s %s\n", NAME_WIDTH, (int)name_len, name, line + strspn(line, "# "));
}

static size_t list_folder(const struct shipped *kind, const char *folder, FILE *out)
{
    struct dirent **entries;
    const int count = scandir(folder, &entries, NULL, alphasort);
    size_t listed = 0, len;
    for (int i = 0; i < count; i++) {
        if (has_suffix(entries[i]->d_name, kind->suffix, &len)) {
            put_name(folder, entries[i]->d_name, len, out);
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
