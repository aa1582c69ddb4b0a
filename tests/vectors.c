#include "tests/vectors.h"

#include "apdu/hex.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define LINE_MAX_LEN 65536
#define ENTRIES_MAX 1024

struct entry {
    char *name, *text; /* name: NULL at the first line of a set, whose title text is */
    uint8_t *bytes;
    bool used;
};

struct vectors {
    const char *file;
    struct entry entries[ENTRIES_MAX];
    size_t count;
    size_t set, next; /* the present set's first entry, the next set's title */
    bool started;
};

__attribute__((noreturn, format(printf, 2, 3))) static void fail(const struct vectors *vectors,
                                                                 const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "%s: ", vectors->file);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}

static struct entry *add_entry(struct vectors *vectors, const char *name, const char *text)
{
    if (vectors->count == ENTRIES_MAX)
        fail(vectors, "too many lines");
    struct entry *entry = &vectors->entries[vectors->count++];
    entry->name = name != NULL ? strdup(name) : NULL;
    entry->text = strdup(text);
    return entry;
}

static void continue_entry(struct vectors *vectors, const char *text)
{
    if (vectors->count == 0 || vectors->entries[vectors->count - 1].name == NULL)
        fail(vectors, "nothing to continue: %s", text);
    struct entry *entry = &vectors->entries[vectors->count - 1];
    char *longer;
    if (asprintf(&longer, "%s %s", entry->text, text) < 0)
        abort();
    free(entry->text);
    entry->text = longer;
}

static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t len = strlen(text);
    while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
        text[--len] = '\0';
    return text;
}

static void read_line(struct vectors *vectors, char *line)
{
    const bool continued = line[0] == ' ' || line[0] == '\t';
    char *text = trim(line);
    if (text[0] == '\0' || text[0] == '#')
        return;
    if (continued) {
        continue_entry(vectors, text);
        return;
    }
    if (text[0] == '[' && text[strlen(text) - 1] == ']') {
        text[strlen(text) - 1] = '\0';
        add_entry(vectors, NULL, text + 1);
        return;
    }
    char *equals = strchr(text, '=');
    if (equals == NULL)
        fail(vectors, "no \"name = value\": %s", text);
    *equals = '\0';
    if (vectors->count == 0)
        add_entry(vectors, NULL, "");
    add_entry(vectors, trim(text), trim(equals + 1));
}

struct vectors *vectors_open(const char *file)
{
    char path[4096];
    struct vectors *vectors = calloc(1, sizeof(*vectors));
    char *line = malloc(LINE_MAX_LEN);
    if (vectors == NULL || line == NULL)
        abort();
    vectors->file = file;
    const char *source = getenv("EMUICC_SOURCE");
    snprintf(path, sizeof(path), "%s/tests/vectors/%s", source != NULL ? source : ".", file);
    FILE *stream = fopen(path, "r");
    if (stream == NULL)
        fail(vectors, "cannot open %s", path);
    while (fgets(line, LINE_MAX_LEN, stream) != NULL)
        read_line(vectors, line);
    fclose(stream);
    free(line);
    return vectors;
}

static void check_used(const struct vectors *vectors)
{
    for (size_t i = vectors->set; vectors->started && i < vectors->next; i++)
        if (vectors->entries[i].name != NULL && !vectors->entries[i].used)
            fail(vectors, "[%s] %s is not used by the test", vectors_set(vectors),
                 vectors->entries[i].name);
}

bool vectors_next(struct vectors *vectors)
{
    check_used(vectors);
    vectors->started = true;
    vectors->set = vectors->next;
    if (vectors->set == vectors->count)
        return false;
    do
        vectors->next++;
    while (vectors->next < vectors->count && vectors->entries[vectors->next].name != NULL);
    return true;
}

const char *vectors_set(const struct vectors *vectors)
{
    return vectors->set < vectors->count ? vectors->entries[vectors->set].text : "";
}

void vectors_close(struct vectors *vectors)
{
    check_used(vectors);
    if (vectors->next != vectors->count)
        fail(vectors, "the test stopped before [%s]", vectors->entries[vectors->next].text);
    for (size_t i = 0; i < vectors->count; i++) {
        free(vectors->entries[i].name);
        free(vectors->entries[i].text);
        free(vectors->entries[i].bytes);
    }
    free(vectors);
}

static struct entry *find(struct vectors *vectors, const char *name)
{
    struct entry *found = NULL;
    for (size_t i = vectors->set + 1; i < vectors->next; i++) {
        if (strcmp(vectors->entries[i].name, name) != 0)
            continue;
        if (found != NULL)
            fail(vectors, "[%s] %s stands twice", vectors_set(vectors), name);
        found = &vectors->entries[i];
    }
    return found;
}

static struct entry *use(struct vectors *vectors, const char *name)
{
    struct entry *entry = find(vectors, name);
    if (entry == NULL)
        fail(vectors, "[%s] has no %s", vectors_set(vectors), name);
    entry->used = true;
    return entry;
}

bool vectors_has(struct vectors *vectors, const char *name)
{
    return find(vectors, name) != NULL;
}

struct bytes vectors_bytes(struct vectors *vectors, const char *name)
{
    struct entry *entry = use(vectors, name);
    const size_t room = strlen(entry->text) / 2 + 1;
    if (entry->bytes == NULL)
        entry->bytes = malloc(room);
    struct writer out = writer_on(entry->bytes, room);
    if (entry->bytes == NULL || !hex_decode(entry->text, &out))
        fail(vectors, "[%s] %s is not hexadecimal", vectors_set(vectors), name);
    return writer_bytes(&out);
}

unsigned long vectors_number(struct vectors *vectors, const char *name)
{
    char *end;
    const char *text = vectors_text(vectors, name);
    const unsigned long number = strtoul(text, &end, 10);
    if (*text == '\0' || *end != '\0')
        fail(vectors, "[%s] %s is no number", vectors_set(vectors), name);
    return number;
}

const char *vectors_text(struct vectors *vectors, const char *name)
{
    return use(vectors, name)->text;
}
