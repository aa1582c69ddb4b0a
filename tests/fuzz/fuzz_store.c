/* A store that is not as it was written: bytes of the file are others, or values of its rows. It is
 * refused with a word, or the chip in it starts and answers. The input is a row of changes to a
 * store that release 0.1.0 has left behind: an offset (two bytes), a length and as many bytes of
 * the file; or, where the offset is FFFF, a table, a row, a column, a length and that value. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/memory_disk.h"
#include "apdu/trace.h"
#include "card/card.h"
#include "crypto/primitives/ec.h"

#define BASE_MAX (1u << 17)
#define IN_A_ROW 0xFFFF

static const char *const tables[] = {"value", "profile", "file",    "pin",
                                     "puk",   "aka",     "element", "notification"};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

static char folder[] = "/tmp/emuicc-fuzz-store-XXXXXX";
static char path[64];
static uint8_t base[BASE_MAX], content[BASE_MAX];
static size_t base_len, file, log_file;

static void need(bool holds)
{
    if (!holds)
        abort();
}

static void silence(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

static void finish(void)
{
    char command[64];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    (void)!system(command);
}

static void begin(void)
{
    char from[400], log_path[80];
    const char *source = getenv("EMUICC_SOURCE");
    trace_to(silence, NULL);
    snprintf(from, sizeof(from), "%s/tests/states/0.1.0/" STORE_FILE,
             source != NULL ? source : ".");
    FILE *in = fopen(from, "rb");
    need(in != NULL && mkdtemp(folder) != NULL && ec_start() == 0);
    atexit(finish);
    base_len = fread(base, 1, sizeof(base), in);
    fclose(in);
    snprintf(path, sizeof(path), "%s/" STORE_FILE, folder);
    snprintf(log_path, sizeof(log_path), "%s-wal", path);
    memory_disk_start();
    file = memory_disk_place(path);
    log_file = memory_disk_place(log_path);
}

/* The n-th row of the table gets this value in its n-th column. Whatever the database does not want
 * stays as it was. */
static void change_row(sqlite3 *database, const char *table, const uint8_t at[2],
                       struct bytes value)
{
    char query[160];
    sqlite3_stmt *statement;
    snprintf(query, sizeof(query), "SELECT * FROM %s", table);
    need(sqlite3_prepare_v2(database, query, -1, &statement, NULL) == SQLITE_OK);
    const int columns = sqlite3_column_count(statement);
    const char *column = sqlite3_column_name(statement, at[1] % columns);
    const char *key = sqlite3_column_name(statement, columns > 1 ? 1 : 0);
    snprintf(query, sizeof(query),
             "UPDATE %s SET \"%s\" = ?1 WHERE \"%s\" = (SELECT \"%s\" FROM %s LIMIT 1 OFFSET %u)",
             table, column, key, key, table, at[0]);
    sqlite3_finalize(statement);
    need(sqlite3_prepare_v2(database, query, -1, &statement, NULL) == SQLITE_OK);
    if (value.len <= 4) { /* as a number */
        int64_t number = 0;
        for (size_t i = 0; i < value.len; i++)
            number = number << 8 | value.data[i];
        sqlite3_bind_int64(statement, 1, value.len == 4 ? -number : number);
    } else {
        sqlite3_bind_blob(statement, 1, value.data, (int)value.len, SQLITE_STATIC);
    }
    (void)sqlite3_step(statement);
    sqlite3_finalize(statement);
}

static void change_value(const uint8_t where[3], struct bytes value)
{
    sqlite3 *database;
    need(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK);
    need(sqlite3_exec(database, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL) == SQLITE_OK);
    change_row(database, tables[where[0] % TABLES], where + 1, value);
    sqlite3_close(database);
}

static void write_base(void)
{
    need(memory_disk_replace(log_file, (struct bytes){0}));
    need(memory_disk_replace(file, bytes_of(base, base_len)));
}

/* Values first, while the file is whole; then its bytes. */
static void change_values(struct bytes rest)
{
    uint16_t offset;
    uint8_t len;
    struct bytes where, bytes;
    while (bytes_take_u16(&rest, &offset)) {
        const bool in_a_row = offset == IN_A_ROW;
        if (in_a_row && !bytes_take(&rest, 3, &where))
            return;
        if (!bytes_take_u8(&rest, &len) || !bytes_take(&rest, len, &bytes))
            return;
        if (in_a_row)
            change_value(where.data, bytes);
    }
}

static void change_bytes(struct bytes rest)
{
    uint16_t offset;
    uint8_t len;
    struct bytes where, bytes;
    const struct bytes now = memory_disk_content(file);
    need(now.len <= sizeof(content));
    memcpy(content, now.data, now.len);
    while (bytes_take_u16(&rest, &offset)) {
        if (offset == IN_A_ROW && !bytes_take(&rest, 3, &where))
            break;
        if (!bytes_take_u8(&rest, &len) || !bytes_take(&rest, len, &bytes))
            break;
        if (offset != IN_A_ROW && offset + bytes.len <= now.len && bytes.len > 0)
            memcpy(content + offset, bytes.data, bytes.len);
    }
    need(memory_disk_replace(file, bytes_of(content, now.len)));
}

static void transmit(struct card *card, struct bytes command)
{
    static uint8_t room[CARD_RESPONSE_CAPACITY];
    struct writer response = writer_on(room, sizeof(room));
    card_transmit(card, command, &response);
    need(!response.overflow && response.len >= 2);
}

static void use(struct card *card)
{
    card_power(card, CARD_ON);
    transmit(card, BYTES(0x00, 0xA4, 0x00, 0x04, 0x02, 0x3F, 0x00));
    transmit(card, BYTES(0x00, 0xA4, 0x04, 0x04, 0x07, 0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02));
    transmit(card, BYTES(0x00, 0x20, 0x00, 0x0A, 0x08, '5', '5', '5', '5', '5', '5', '5', '5'));
    transmit(card, BYTES(0x00, 0xA4, 0x00, 0x04, 0x02, 0x6F, 0x7E));
    transmit(card, BYTES(0x00, 0xD6, 0x00, 0x00, 0x01, 0x55));
    transmit(card, BYTES(0x00, 0xA4, 0x04, 0x0C, 0x10, 0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10,
                         0xFF, 0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x01, 0x00));
    transmit(card, BYTES(0x80, 0xE2, 0x91, 0x00, 0x03, 0xBF, 0x2D, 0x00));
    transmit(card, BYTES(0x80, 0xE2, 0x91, 0x00, 0x03, 0xBF, 0x2B, 0x00));
    transmit(card, BYTES(0x80, 0xE2, 0x91, 0x00, 0x07, 0xBF, 0x34, 0x04, 0x82, 0x02, 0x05, 0xE0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct card card;
    if (base_len == 0)
        begin();
    write_base();
    change_values(bytes_of(data, size));
    change_bytes(bytes_of(data, size));
    if (card_open(&card, folder) == 0 && card_start(&card) == 0)
        use(&card);
    card_close(&card);
    return 0;
}
