/* show: a command's document for people: members of an object under each other, arrays as tables
 * with aligned columns. */
#ifndef EMUICC_TOOLS_LPA_SHOW_H
#define EMUICC_TOOLS_LPA_SHOW_H

#include <jansson.h>
#include <stddef.h>

struct show_column {
    const char *title;
    const char *key; /* "memory.freeNonVolatile" goes into an object */
};

/* "title  value" lines for the members that are there. */
void show_members(const json_t *object, const struct show_column *columns, size_t count);
/* One line for each object of the array; columns that are empty everywhere are left out. `empty`:
 * what to say if there is none. */
void show_rows(const json_t *array, const struct show_column *columns, size_t count,
               const char *empty);
/* A line for each of a document's "notifications" that its server did not take, if any. */
void show_untold(const json_t *document);

#endif
