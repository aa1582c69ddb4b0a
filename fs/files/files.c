#include "fs/files/files.h"

#include "apdu/json_writer.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/access/access.h"
#include "fs/fcp/fcp.h"
#include "fs/files/access_words.h"
#include "fs/files/ef_words.h"
#include "fs/files/fcp_words.h"
#include "fs/files/names.h"
#include "fs/text/inventory.h"

#define INS_READ_BINARY 0xB0
#define INS_READ_RECORD 0xB2
#define FCP_ROOM (FCP_MAX + 8)

struct listing {
    struct profile *profile;
    uint64_t verified;
    struct writer *out;
};

static bool is_readable(const struct listing *listing, struct file *file)
{
    const uint8_t ins = file_has_records(file_resolve(file)) ? INS_READ_RECORD : INS_READ_BINARY;
    const struct apdu apdu = {.ins = ins};
    const struct access access = {.profile = listing->profile,
                                  .file = file,
                                  .verified = listing->verified,
                                  .apdu = &apdu,
                                  .mode = ACCESS_READ};
    bool steady;
    return access_granted(&access, &steady);
}

static void put_identity(const struct file *file, struct writer *out)
{
    const uint8_t fid[] = {(uint8_t)(file->fid >> 8), (uint8_t)file->fid};
    json_writer_number(out, "id", file->id);
    json_writer_number(out, "parent", file->parent != NULL ? file->parent->id : 0);
    json_writer_hex(out, "fid", bytes_of(fid, sizeof(fid)));
    json_writer_word(out, "name", names_of_file(file));
    json_writer_word(out, "type", names_of_type(file->type));
    if (file->aid_len > 0)
        json_writer_hex(out, "aid", bytes_of(file->aid, file->aid_len));
    if (file->target != NULL)
        json_writer_number(out, "link", file->target->id);
}

static void put_content(struct file *file, struct writer *out)
{
    const struct bytes content =
        bytes_of(file->content, file->content != NULL ? file->content_len : 0);
    struct bytes left = content, record;
    if (!file_has_records(file)) {
        json_writer_hex(out, "content", content);
        return;
    }
    json_writer_open_list(out, "records");
    while (file->record_len > 0 && bytes_take(&left, file->record_len, &record))
        json_writer_hex(out, NULL, record);
    json_writer_close_list(out);
}

static int put_file(void *context, struct file *file)
{
    const struct listing *listing = context;
    struct writer *out = listing->out;
    uint8_t room[FCP_ROOM];
    struct writer fcp = writer_on(room, sizeof(room));
    fcp_put(listing->profile, file, &fcp);
    json_writer_open_object(out, NULL);
    put_identity(file, out);
    json_writer_hex(out, "fcp", writer_bytes(&fcp));
    fcp_words_put(file, out);
    access_words_put(listing->profile, file, out);
    if (!file_is_directory(file)) {
        json_writer_number(out, "size", file_resolve(file)->size);
        json_writer_boolean(out, "readable", is_readable(listing, file));
        put_content(file_resolve(file), out);
        ef_words_put(file, out);
    }
    json_writer_close_object(out);
    return 0;
}

struct search {
    struct bytes iccid;
    uint32_t id; /* 0: not found */
};

static int find(void *context, const struct store_profile *row)
{
    struct search *search = context;
    char iccid[INVENTORY_ICCID_TEXT_SIZE];
    inventory_iccid_text(row->iccid, iccid);
    if (bytes_equal(search->iccid, bytes_of_text(iccid)))
        search->id = row->id;
    return 0;
}

int files_put(struct store *store, struct bytes iccid, uint64_t verified, struct writer *out)
{
    struct search search = {.iccid = iccid};
    struct listing listing = {.verified = verified, .out = out};
    int result = store_each_profile(store, find, &search);
    if (result == 0 && search.id == 0)
        return SW_REFERENCE_NOT_FOUND;
    if (result == 0)
        result = store_profile_load(store, search.id, &listing.profile);
    if (result != 0)
        return result;
    json_writer_open_object(out, NULL);
    json_writer_text(out, "iccid", iccid);
    json_writer_open_list(out, "files");
    (void)profile_each_file(listing.profile, put_file, &listing);
    json_writer_close_list(out);
    json_writer_close_object(out);
    profile_destroy(listing.profile);
    if (!out->overflow)
        return 0;
    trace_error("the files of the profile take more than %zu bytes to tell", out->capacity);
    return FAILURE_INTERNAL;
}
