#include "tools/profile/package/trial.h"

#include "apdu/status.h"
#include "apdu/trace.h"

static int feed(struct saip *saip, struct bytes package)
{
    const int progress = saip_feed(saip, package);
    return progress < 0 || progress == SAIP_ABORTED ? progress : saip_finish(saip);
}

int trial_run(struct bytes package, struct trial *out)
{
    struct saip *saip = NULL;
    *out = (struct trial){0};
    int result = profile_create(&out->profile);
    if (result == 0)
        result = saip_create(&saip_default_platform, out->profile, &saip);
    const int progress = result == 0 ? feed(saip, package) : result;
    if (progress < 0) {
        trace_error("the interpreter failed");
        saip_destroy(saip);
        trial_finish(out);
        return progress;
    }
    struct writer writer = writer_on(out->room, sizeof(out->room));
    saip_put_response(saip, &writer);
    out->response = writer_bytes(&writer);
    out->accepted = progress == SAIP_ENDED;
    saip_destroy(saip);
    return 0;
}

void trial_finish(struct trial *trial)
{
    profile_destroy(trial->profile);
    trial->profile = NULL;
}
