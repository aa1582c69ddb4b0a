/* emuicc-line prepare: packages and EIDs into a batch. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "apdu/trace.h"
#include "tools/lib/batch/batch.h"
#include "tools/line/options.h"
#include "tools/line/table.h"
#include "tools/smdpp/orders/catalogue.h"
#include "tools/lib/token/token.h"

#define PART_ENDING ".part"
#define PATH_SIZE 4096

struct preparation {
    const struct line_options *options;
    const char *address;
    struct diversify root;
    struct batch *batch;
    struct blob table;
    unsigned count;
};

static int complain(const struct preparation *preparation, const struct table_row *row,
                    const char *what)
{
    trace_error("%s line %u: %s: %s", preparation->options->eids, row->line, row->name, what);
    return -1;
}

static int add(struct preparation *preparation, const struct table_row *row,
               const struct catalogue_entry *entry)
{
    const struct batch_profile profile = {row->eid, row->name, blob_bytes(&entry->package),
                                          &entry->metadata};
    switch (batch_add(preparation->batch, &preparation->root, &profile)) {
    case BATCH_ADDED:
        preparation->count++;
        return 0;
    case BATCH_THERE:
    case BATCH_EID_TAKEN:
        return complain(preparation, row, "a line before has given this EID a profile");
    case BATCH_ICCID_TAKEN:
        return complain(preparation, row, "a line before has given its ICCID to another EID");
    default:
        return -1;
    }
}

static int add_row(struct preparation *preparation, const struct table_row *row)
{
    struct catalogue_entry entry;
    const int found =
        catalogue_read(preparation->options->profiles, row->name, preparation->address, &entry);
    if (found > 0)
        return complain(preparation, row,
                        found == CATALOGUE_NONE ? "there is no such package in the folder"
                                                : "the package cannot be used, as said above");
    if (found < 0)
        return -1;
    const int result = add(preparation, row, &entry);
    catalogue_finish_entry(&entry);
    return result;
}

static int add_rows(struct preparation *preparation)
{
    struct bytes rest = blob_bytes(&preparation->table);
    struct table_row row = {0};
    int result = batch_begin(preparation->batch);
    if (result != 0)
        return result;
    while (result == 0 && (result = table_take(preparation->options->eids, &rest, &row)) == 0)
        result = add_row(preparation, &row);
    return batch_end(preparation->batch, result == 1 ? 0 : result);
}

/* Under another name until it is whole. */
static int make_batch(struct preparation *preparation, const char *part)
{
    const char *out = preparation->options->out;
    if (access(out, F_OK) == 0) {
        trace_error("%s: there is such a file already, which stays; give --out another name", out);
        return -1;
    }
    unlink(part);
    int result = batch_create(part, preparation->address, &preparation->root, &preparation->batch);
    if (result == 0)
        result = add_rows(preparation);
    batch_close(preparation->batch);
    if (result == 0 && link(part, out) != 0) {
        trace_error("%s: %s", out, strerror(errno));
        result = -1;
    }
    unlink(part);
    return result;
}

static int read_table(struct preparation *preparation)
{
    const char *path = preparation->options->eids;
    const int found = blob_read_file(path, TABLE_MAX, &preparation->table);
    if (found > 0)
        trace_error("--eids %s: there is no such file", path);
    return found == 0 ? 0 : -1;
}

int command_prepare(const struct line_options *options)
{
    struct preparation preparation = {.options = options, .address = options->address};
    struct token *token = NULL;
    char part[PATH_SIZE];
    if (preparation.address == NULL)
        preparation.address = PKI_DEFAULT_SERVER;
    if ((size_t)snprintf(part, sizeof(part), "%s" PART_ENDING, options->out) >= sizeof(part)) {
        trace_error("--out: the path is too long");
        return -1;
    }
    int result = read_table(&preparation);
    if (result == 0)
        result = token_open(options->token, TOKEN_ROOT, &token);
    preparation.root = (struct diversify){token_cmac, token};
    if (result == 0)
        result = make_batch(&preparation, part);
    blob_finish(&preparation.table);
    token_close(token);
    if (result == 0)
        printf("%s: %u profile%s for %u chip%s\n", options->out, preparation.count,
               preparation.count == 1 ? "" : "s", preparation.count,
               preparation.count == 1 ? "" : "s");
    return result;
}
