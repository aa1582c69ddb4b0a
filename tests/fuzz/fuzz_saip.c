/* Any bytes are a package that is refused or becomes a profile. The first byte is the size of the
 * pieces it comes in. Whatever the pieces, the answer is the same. */
#include <stdlib.h>

#include "fs/saip/saip.h"

#define RESPONSE_MAX 1024

struct answer {
    int progress;
    uint8_t bytes[RESPONSE_MAX];
    size_t len;
};

static int check_file(void *context, struct file *file)
{
    const struct profile *profile = context;
    const struct file *holder = file_resolve(file);
    if (file->id == 0 || file->id > profile->file_count || holder->target != NULL)
        abort();
    if (!file_is_directory(holder) && holder->type != FILE_BER_TLV &&
        holder->content_len != holder->size)
        abort();
    if (file_has_records(holder) &&
        (holder->record_len == 0 || holder->size % holder->record_len != 0))
        abort();
    /* Every byte is there to be read. */
    volatile uint8_t sum = 0;
    for (uint32_t i = 0; i < holder->content_len; i++)
        sum = (uint8_t)(sum + holder->content[i]);
    return 0;
}

static void run(struct bytes package, size_t step, struct answer *answer)
{
    struct profile *profile;
    struct saip *saip;
    struct bytes piece;
    if (profile_create(&profile) != 0 || saip_create(&saip_default_platform, profile, &saip) != 0)
        abort();
    while (package.len > 0 && bytes_take(&package, package.len < step ? package.len : step, &piece))
        if (saip_feed(saip, piece) < 0)
            abort();
    answer->progress = saip_finish(saip);
    struct writer writer = writer_on(answer->bytes, sizeof(answer->bytes));
    saip_put_response(saip, &writer);
    answer->len = writer.len;
    if (writer.overflow || answer->progress == SAIP_MORE ||
        (answer->progress == SAIP_ENDED) != (saip_status(saip) == PE_OK))
        abort();
    profile_each_file(profile, check_file, profile);
    saip_destroy(saip);
    profile_destroy(profile);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes package = bytes_of(data, size);
    struct answer pieces, whole;
    uint8_t step;
    if (!bytes_take_u8(&package, &step))
        return 0;
    run(package, step == 0 ? 1 : step, &pieces);
    run(package, package.len + 1, &whole);
    if (pieces.progress != whole.progress || pieces.len != whole.len ||
        memcmp(pieces.bytes, whole.bytes, whole.len) != 0)
        abort();
    return 0;
}
