/* What the store's tests share: a folder of their own for each test, and a look at the trace. */
#ifndef EMUICC_TESTS_FS_TEST_STORE_H
#define EMUICC_TESTS_FS_TEST_STORE_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/store/store.h"

static char test_folder[64];
static char test_trace[512]; /* the last error line */

static inline void test_take_line(void *context, enum trace_level level, const char *text)
{
    (void)context;
    if (level == TRACE_ERROR)
        snprintf(test_trace, sizeof(test_trace), "%s", text);
}

static inline void test_make_folder(void)
{
    strcpy(test_folder, "/tmp/emuicc-store-XXXXXX");
    cr_assert(mkdtemp(test_folder) != NULL);
    test_trace[0] = '\0';
    trace_to(test_take_line, NULL);
}

static inline int test_remove_entry(const char *path, const struct stat *status, int type,
                                    struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline void test_remove_folder(void)
{
    nftw(test_folder, test_remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static inline const char *test_path(const char *name)
{
    static char path[4][400];
    static unsigned next;
    char *out = path[next++ % 4];
    snprintf(out, sizeof(path[0]), "%s/%s", test_folder, name);
    return out;
}

static inline struct store *test_open(const char *directory)
{
    struct store *store = NULL;
    cr_assert(store_open(directory, &store) == 0, "%s", test_trace);
    return store;
}

static inline void test_put(struct store *store, const char *name, const char *value)
{
    cr_assert(store_put(store, name, bytes_of_text(value)) == 0);
}

/* The value as a text, or NULL if there is none. */
static inline const char *test_get(struct store *store, const char *name)
{
    static char text[256];
    struct writer out = writer_on(text, sizeof(text) - 1);
    const int result = store_get(store, name, &out);
    if (result == SW_REFERENCE_NOT_FOUND)
        return NULL;
    cr_assert(result == 0, "%s", test_trace);
    text[out.len] = '\0';
    return text;
}

#endif
