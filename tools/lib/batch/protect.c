/* The part of batch that protects a row's package with a key of its own. */
#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/hash.h"
#include "crypto/pki/pki.h"
#include "tools/lib/batch/batch.h"

#include <stdio.h>
#include <stdlib.h>

/* EID and ICCID of a row, as keys are derived for them. */
static bool target_of(const struct batch_row *row, struct diversify_target *out)
{
    uint8_t iccid[ICCID_SIZE];
    if (!pki_eid_from_text(row->eid, out->eid) || !iccid_from_text(row->iccid, iccid))
        return false;
    iccid_swap(iccid, out->iccid);
    return true;
}

/* Over everything that reaches the chip or says what does; the target is in it by its key. */
static int seal(const struct diversify *root, const struct diversify_target *target,
                const char *address, const struct batch_row *row, uint8_t out[AES_BLOCK])
{
    enum { PARTS = 4 };
    uint8_t parts_digest[PARTS][SHA256_SIZE], digest[SHA256_SIZE];
    const struct bytes parts[PARTS] = {blob_bytes(&row->metadata), blob_bytes(&row->package),
                                       bytes_of_text(row->name), bytes_of_text(address)};
    const struct bytes all = bytes_of(parts_digest, sizeof(parts_digest));
    for (size_t i = 0; i < PARTS; i++)
        if (sha256(&parts[i], 1, parts_digest[i]) != 0)
            return FAILURE_INTERNAL;
    if (sha256(&all, 1, digest) != 0)
        return FAILURE_INTERNAL;
    return diversify_seal(root, target, bytes_of(digest, sizeof(digest)), out);
}

static int protect(const struct diversify *root, const struct diversify_target *target,
                   struct bytes package, struct blob *out)
{
    struct binder_keys keys;
    const size_t size = binder_protected_max(package.len);
    struct writer segments = writer_on(malloc(size), size);
    if (segments.data == NULL) {
        trace_error("out of memory");
        return FAILURE_INTERNAL;
    }
    int result = diversify_keys(root, target, &keys);
    if (result == 0)
        result = binder_protect(&keys, package, &segments);
    binder_wipe_keys(&keys);
    *out = (struct blob){segments.data, segments.len};
    return result;
}

static int fill(const struct batch *batch, const struct diversify *root,
                const struct batch_profile *profile, struct batch_row *row)
{
    struct diversify_target target;
    uint8_t memory[METADATA_TEXT_REQUEST_MAX], iccid[ICCID_SIZE];
    struct writer metadata = writer_on(memory, sizeof(memory));
    iccid_swap(profile->metadata->iccid, iccid);
    iccid_text(iccid, row->iccid);
    snprintf(row->eid, sizeof(row->eid), "%s", profile->eid);
    snprintf(row->name, sizeof(row->name), "%s", profile->name);
    metadata_text_put(profile->metadata, 0, &metadata);
    if (metadata.overflow || !target_of(row, &target)) {
        trace_error("profile %s: its metadata or the EID %s cannot be used", row->name, row->eid);
        return FAILURE_INTERNAL;
    }
    int result = blob_copy(writer_bytes(&metadata), &row->metadata);
    if (result == 0)
        result = protect(root, &target, profile->package, &row->package);
    return result == 0 ? seal(root, &target, batch_address(batch), row, row->seal) : result;
}

int batch_add(struct batch *batch, const struct diversify *root,
              const struct batch_profile *profile)
{
    struct batch_row row = {0};
    int result = fill(batch, root, profile, &row);
    if (result == 0)
        result = batch_insert(batch, &row);
    batch_finish_row(&row);
    return result;
}

int batch_open_row(const struct batch *batch, const struct diversify *root,
                   const struct batch_row *row, struct binder_keys *out)
{
    struct diversify_target target;
    uint8_t expected[AES_BLOCK];
    if (!target_of(row, &target))
        return 1;
    const int result = seal(root, &target, batch_address(batch), row, expected);
    if (result != 0)
        return result;
    if (!secret_equal(bytes_of(expected, sizeof(expected)), bytes_of(row->seal, sizeof(row->seal))))
        return 1;
    return diversify_keys(root, &target, out);
}
