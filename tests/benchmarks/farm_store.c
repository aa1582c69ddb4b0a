#include "tests/benchmarks/farm_store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

#include "tests/benchmarks/measure.h"

static size_t rows_of(sqlite3 *database, const char *query)
{
    sqlite3_stmt *statement;
    MEASURE_NEED(sqlite3_prepare_v2(database, query, -1, &statement, NULL) == SQLITE_OK);
    size_t rows = 0;
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
        rows++;
    MEASURE_NEED(code == SQLITE_DONE);
    sqlite3_finalize(statement);
    return rows;
}

size_t farm_store_check(const char *chip, double *bytes)
{
    char path[256];
    struct stat about;
    sqlite3 *database;
    snprintf(path, sizeof(path), "%s/store.sqlite", chip);
    MEASURE_NEED(stat(path, &about) == 0);
    *bytes = (double)about.st_size;
    MEASURE_NEED(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK);
    MEASURE_NEED(rows_of(database, "SELECT 1 FROM pragma_integrity_check"
                                   " WHERE integrity_check <> 'ok'") == 0);
    MEASURE_NEED(rows_of(database, "PRAGMA foreign_key_check") == 0);
    const size_t profiles = rows_of(database, "SELECT 1 FROM profile");
    MEASURE_NEED(sqlite3_close(database) == SQLITE_OK);
    return profiles;
}
