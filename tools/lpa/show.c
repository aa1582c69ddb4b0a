#include "tools/lpa/show.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/common/text.h"

#define COLUMNS_MAX 12
#define CELL_SIZE 1024
#define KEY_SIZE 64
#define GAP 2

/* The member that a key with dots leads to. */
static const json_t *find(const json_t *object, const char *key)
{
    char name[KEY_SIZE];
    while (object != NULL && *key != '\0') {
        const size_t len = strcspn(key, ".");
        snprintf(name, sizeof(name), "%.*s", (int)len, key);
        object = json_object_get(object, name);
        key += len + (key[len] == '.');
    }
    return object;
}

static void append(char cell[CELL_SIZE], const char *text)
{
    const size_t len = strlen(cell);
    snprintf(cell + len, CELL_SIZE - len, "%s", text);
}

static void write_scalar(const json_t *value, char cell[CELL_SIZE])
{
    char number[24];
    if (json_is_string(value)) {
        append(cell, json_string_value(value));
    } else if (json_is_integer(value)) {
        snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
        append(cell, number);
    } else if (json_is_boolean(value)) {
        append(cell, json_is_true(value) ? "yes" : "no");
    }
}

/* A value as text; the elements of an array with commas. */
static void write_cell(const json_t *value, char cell[CELL_SIZE])
{
    size_t i;
    json_t *element;
    cell[0] = '\0';
    if (!json_is_array(value))
        write_scalar(value, cell);
    json_array_foreach(value, i, element)
    {
        if (i > 0)
            append(cell, ", ");
        write_scalar(element, cell);
    }
}

static void print_padded(const char *text, size_t width)
{
    const size_t used = text_width(text);
    printf("%s%*s", text, used < width ? (int)(width - used) : 0, "");
}

void show_members(const json_t *object, const struct show_column *columns, size_t count)
{
    char cell[CELL_SIZE];
    size_t width = 0;
    for (size_t i = 0; i < count; i++)
        if (text_width(columns[i].title) > width)
            width = text_width(columns[i].title);
    for (size_t i = 0; i < count; i++) {
        write_cell(find(object, columns[i].key), cell);
        if (cell[0] == '\0')
            continue;
        print_padded(columns[i].title, width + GAP);
        puts(cell);
    }
}

/* Width of each column, 0 for one that is empty in every line. */
static void measure(const json_t *array, const struct show_column *columns, size_t count,
                    size_t widths[COLUMNS_MAX])
{
    char cell[CELL_SIZE];
    size_t row;
    json_t *object;
    for (size_t i = 0; i < count; i++) {
        widths[i] = 0;
        json_array_foreach(array, row, object)
        {
            write_cell(find(object, columns[i].key), cell);
            const size_t width = text_width(cell);
            widths[i] = width > widths[i] ? width : widths[i];
        }
        if (widths[i] > 0 && widths[i] < text_width(columns[i].title))
            widths[i] = text_width(columns[i].title);
    }
}

/* One line: cells with the gap between them, nothing behind the last. */
static void print_line(const json_t *object, const struct show_column *columns, size_t count,
                       const size_t widths[COLUMNS_MAX])
{
    char cell[CELL_SIZE];
    size_t owed = 0;
    for (size_t i = 0; i < count; i++) {
        if (widths[i] == 0)
            continue;
        if (object != NULL)
            write_cell(find(object, columns[i].key), cell);
        else
            snprintf(cell, sizeof(cell), "%s", columns[i].title);
        if (cell[0] != '\0') {
            printf("%*s%s", (int)owed, "", cell);
            owed = 0;
        }
        owed += widths[i] + GAP - text_width(cell);
    }
    putchar('\n');
}

void show_rows(const json_t *array, const struct show_column *columns, size_t count,
               const char *empty)
{
    size_t widths[COLUMNS_MAX], row;
    json_t *object;
    if (count > COLUMNS_MAX)
        count = COLUMNS_MAX;
    if (json_array_size(array) == 0) {
        puts(empty);
        return;
    }
    measure(array, columns, count, widths);
    print_line(NULL, columns, count, widths);
    json_array_foreach(array, row, object) print_line(object, columns, count, widths);
}

void show_untold(const json_t *document)
{
    size_t i;
    json_t *notification;
    json_array_foreach(json_object_get(document, "notifications"), i, notification)
    {
        const json_t *error = json_object_get(notification, "error");
        if (error != NULL)
            printf(
                "the server could not be told (%s); 'emuicc-lpa notifications send' tries again\n",
                json_string_value(json_object_get(error, "text")));
    }
}
