#include "tools/profile/package/trial.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/tlv.h"
#include "apdu/trace.h"
#include "fs/profile/iccid.h"

#define GROWTH 64
#define DEPTH_MAX 8 /* directories that a path tells */

static int note_files(struct trial *trial)
{
    if (trial->element_count % GROWTH == 0) {
        const size_t count = trial->element_count + GROWTH;
        uint32_t *more = realloc(trial->last_file, count * sizeof(*more));
        if (more == NULL)
            return FAILURE_INTERNAL;
        trial->last_file = more;
    }
    trial->last_file[trial->element_count++] = trial->profile->file_count;
    return 0;
}

/* Element by element, so that it is known which one made a file. */
static int feed(struct trial *trial, struct bytes package)
{
    int progress = SAIP_MORE;
    while (package.len > 0 && progress != SAIP_ABORTED) {
        struct tlv tlv = {.whole = package};
        if (!tlv_take(&package, &tlv))
            package.len = 0;
        progress = saip_feed(trial->saip, tlv.whole);
        if (progress >= 0 && note_files(trial) != 0)
            return FAILURE_INTERNAL;
        if (progress < 0)
            return progress;
    }
    return progress == SAIP_ABORTED ? progress : saip_finish(trial->saip);
}

int trial_run(struct bytes package, struct trial *out)
{
    *out = (struct trial){0};
    int result = profile_create(&out->profile);
    if (result == 0)
        result = saip_create(&saip_default_platform, out->profile, &out->saip);
    const int progress = result == 0 ? feed(out, package) : result;
    if (progress < 0) {
        trace_error("the interpreter failed");
        trial_finish(out);
        return progress;
    }
    struct writer writer = writer_on(out->room, sizeof(out->room));
    saip_put_response(out->saip, &writer);
    out->response = writer_bytes(&writer);
    out->installed = progress == SAIP_ENDED;
    out->accepted = out->installed && profile_iccid_agrees(out->profile);
    return 0;
}

void trial_finish(struct trial *trial)
{
    saip_destroy(trial->saip);
    profile_destroy(trial->profile);
    free(trial->last_file);
    *trial = (struct trial){0};
}

unsigned trial_element(const struct trial *trial, const struct file *file)
{
    for (unsigned i = 0; i < trial->element_count; i++)
        if (file->id <= trial->last_file[i])
            return i + 1;
    return 0;
}

void trial_path(const struct file *file, char path[TRIAL_PATH_SIZE])
{
    const struct file *chain[DEPTH_MAX];
    size_t count = 0, len = 0;
    for (path[0] = '\0'; file != NULL && count < DEPTH_MAX; file = file->parent)
        chain[count++] = file;
    while (count-- > 0)
        len += (size_t)snprintf(path + len, TRIAL_PATH_SIZE - len, "%s%04X", len > 0 ? "/" : "",
                                chain[count]->fid);
}

bool trial_mismatch(const struct trial *trial, char text[TRIAL_MISMATCH_SIZE])
{
    char header[ICCID_TEXT_SIZE], file[ICCID_TEXT_SIZE];
    if (!trial->installed || trial->accepted)
        return false;
    iccid_text(trial->profile->iccid, header);
    (void)iccid_swapped_text(profile_iccid_file(trial->profile), file);
    snprintf(text, TRIAL_MISMATCH_SIZE, "the header's iccid is %s, EF.ICCID (2FE2) has %s", header,
             file[0] != '\0' ? file : "another length");
    return true;
}
