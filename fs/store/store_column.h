/* store_column: columns of a table and the fields of a struct they keep, as rows, so that what is
 * written and what is read back cannot differ. Private to the store. */
#ifndef EMUICC_FS_STORE_STORE_COLUMN_H
#define EMUICC_FS_STORE_STORE_COLUMN_H

#include <sqlite3.h>

#include "fs/profile/arena.h"

enum store_column_kind {
    STORE_U8,
    STORE_U16,
    STORE_U32, /* an enum as well */
    STORE_FLAG,
    STORE_ARRAY,   /* size bytes, all of them meant */
    STORE_COUNTED, /* up to size bytes, how many stands in a uint8_t */
    STORE_SLICE,   /* struct bytes */
    STORE_TEXT,    /* characters that end with 0 within size bytes */
};

struct store_column {
    enum store_column_kind kind;
    size_t offset; /* of the field in its struct */
    size_t size;   /* of the field */
    size_t count;  /* STORE_COUNTED: offset of the uint8_t */
};

#define STORE_COLUMN(kind, type, field)                                                            \
    {                                                                                              \
        kind, offsetof(struct type, field), sizeof(((struct type *)0)->field), 0                   \
    }
#define STORE_COLUMN_COUNTED(type, field, count)                                                   \
    {                                                                                              \
        STORE_COUNTED, offsetof(struct type, field), sizeof(((struct type *)0)->field),            \
            offsetof(struct type, count)                                                           \
    }

struct store_columns {
    const struct store_column *rows;
    int count;
};

/* Binds the object's fields to the parameters from `first` on, borrowing from the object. */
void store_column_bind(sqlite3_stmt *statement, int first, const struct store_columns *columns,
                       const void *object);
/* Fills the object from result columns, the first being 0. Slices are copied into the arena, or
 * borrow from the statement when arena is NULL. False if a value does not fit its field (a damaged
 * store) or memory is short. */
bool store_column_read(sqlite3_stmt *statement, const struct store_columns *columns, void *object,
                       struct arena *arena);

/* The same fields as bytes in a row, in the order of the columns: a number in base 128, the lowest
 * seven bits first, bit 8 set in all bytes but the last; bytes behind their length.
 * Overflow where fewer than five bytes are left for a number, however short it is. */
void store_column_put(struct writer *writer, const struct store_columns *columns,
                      const void *object);
/* Moves *from behind them. Slices borrow from it. False, and *object then is of no use, if a value
 * does not fit its field. */
bool store_column_take(struct bytes *from, const struct store_columns *columns, void *object);
/* A single number of that form. */
void store_column_put_number(struct writer *writer, uint32_t number);
bool store_column_take_number(struct bytes *from, uint32_t *number);

/* One blob: never NULL, not even an empty one. */
void store_column_bind_bytes(sqlite3_stmt *statement, int parameter, struct bytes bytes);
struct bytes store_column_bytes(sqlite3_stmt *statement, int column);

#endif
