#include "tools/line/table.h"

#include "apdu/status.h"
#include "apdu/trace.h"

static bool is_blank(uint8_t letter)
{
    return letter == ' ' || letter == '\t' || letter == '\r';
}

static struct bytes take_line(struct bytes *rest)
{
    size_t len = 0;
    struct bytes line = {0};
    while (len < rest->len && rest->data[len] != '\n')
        len++;
    (void)bytes_take(rest, len, &line);
    if (rest->len > 0)
        *rest = bytes_of(rest->data + 1, rest->len - 1);
    return line;
}

static struct bytes trim(struct bytes line)
{
    while (line.len > 0 && is_blank(line.data[0]))
        line = bytes_of(line.data + 1, line.len - 1);
    while (line.len > 0 && is_blank(line.data[line.len - 1]))
        line.len--;
    return line;
}

/* A word up to a blank or a comma; false if it does not fit. */
static bool take_word(struct bytes *line, char *out, size_t size)
{
    size_t len = 0;
    struct bytes word;
    while (len < line->len && !is_blank(line->data[len]) && line->data[len] != ',')
        len++;
    if (len == 0 || len >= size || !bytes_take(line, len, &word) ||
        memchr(word.data, '\0', word.len) != NULL)
        return false;
    memcpy(out, word.data, word.len);
    out[word.len] = '\0';
    return true;
}

/* What stands between the two words; false if there is nothing. */
static bool take_gap(struct bytes *line)
{
    const size_t before = line->len;
    *line = trim(*line);
    if (line->len > 0 && line->data[0] == ',')
        *line = trim(bytes_of(line->data + 1, line->len - 1));
    return line->len < before;
}

static int complain(const char *file, const struct table_row *row, const char *what)
{
    trace_error("%s line %u: %s", file, row->line, what);
    return FAILURE_INTERNAL;
}

static int read_line(const char *file, struct bytes line, struct table_row *row)
{
    uint8_t eid[PKI_EID_SIZE];
    if (!take_word(&line, row->eid, sizeof(row->eid)) || !pki_eid_from_text(row->eid, eid))
        return complain(file, row,
                        "it does not begin with an EID: 32 digits, the last two of "
                        "which check the others");
    if (!take_gap(&line) || !take_word(&line, row->name, sizeof(row->name)))
        return complain(file, row, "no package's name follows the EID");
    return line.len == 0 ? 0 : complain(file, row, "more than an EID and a package's name");
}

int table_take(const char *file, struct bytes *rest, struct table_row *row)
{
    while (rest->len > 0) {
        const struct bytes line = trim(take_line(rest));
        row->line++;
        if (line.len > 0 && line.data[0] != '#')
            return read_line(file, line, row);
    }
    return 1;
}
