#include "isd-r/download/bpp.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "isd-r/download/bpp_package.h"
#include "isd-r/download/bpp_stream.h"
#include "isd-r/download/pir.h"
#include "isd-r/info/es10_tag.h"

#define FUNCTION_TAG 0xBF /* first byte of every ES10 function's tag */

static int begin(struct download *download)
{
    download->package = calloc(1, sizeof(*download->package));
    if (download->package == NULL)
        return FAILURE_INTERNAL;
    rsp_session_advance(download->session, ES10_LOAD_BOUND_PROFILE_PACKAGE);
    return 0;
}

/* The interpreter has nothing to say then. */
void bpp_refuse(struct download *download, int reason)
{
    struct bpp_package *package = download->package;
    bpp_stream_refuse(package, (enum bpp_reason)reason);
    saip_destroy(package->saip);
    package->saip = NULL;
}

int bpp_begin_segment(struct download *download)
{
    const uint32_t number = download->package != NULL ? download->package->segment_count + 1 : 1;
    const int order = checkpoint_pass(download->watch, CHECKPOINT_SEGMENT, NULL, number);
    if (checkpoint_is_status(order))
        return order;
    const int result = download->package == NULL ? begin(download) : 0;
    if (result != 0)
        return result;
    download->package->segment_count = number;
    if (order != CHECKPOINT_PASS)
        bpp_refuse(download, order);
    return 0;
}

int bpp_feed(struct download *download, struct bytes bytes)
{
    return bpp_stream_feed(download, download->package, bytes);
}

bool bpp_is_in_element(const struct download *download)
{
    return download->package != NULL && download->package->element_len > 0;
}

bool bpp_takes(const struct download *download, struct bytes block)
{
    const struct bpp_package *package = download->package;
    if (package == NULL)
        return bpp_stream_starts(block, ES10_LOAD_BOUND_PROFILE_PACKAGE) &&
               rsp_session_allows(download->session, ES10_LOAD_BOUND_PROFILE_PACKAGE);
    return package->element_len > 0 || block.len == 0 || block.data[0] != FUNCTION_TAG ||
           bpp_stream_expects(package, block);
}

/* Reasons that the interpreter's own answer explains. */
static bool is_of_elements(enum bpp_reason reason)
{
    return reason == BPP_INSUFFICIENT_MEMORY || reason == BPP_PE_PROCESSING_ERROR ||
           reason == BPP_DATA_MISMATCH || reason == BPP_INVALID_NAA_KEY;
}

static int conclude(struct download *download, enum bpp_command command, enum bpp_reason reason,
                    struct writer *response)
{
    struct bpp_package *package = download->package;
    uint8_t room[PIR_RESPONSE_MAX];
    struct writer pe_response = writer_on(room, sizeof(room));
    if (package->saip != NULL && is_of_elements(reason))
        saip_put_response(package->saip, &pe_response);
    const struct pir pir = {.reason = reason,
                            .command = command,
                            .iccid = package->metadata.iccid,
                            .pe_response = writer_bytes(&pe_response)};
    const int result = pir_refused(download->session, download->notification, &pir, response);
    bpp_forget(download);
    return result;
}

static int install(struct download *download, struct writer *response)
{
    struct bpp_package *package = download->package;
    uint8_t room[PIR_RESPONSE_MAX];
    struct writer pe_response = writer_on(room, sizeof(room));
    const struct registry_arrival arrival = {
        .profile = package->incoming,
        .metadata = package->metadata.whole,
        .configuration = bytes_of(package->configuration, package->configuration_len),
        .signer = download->session->signer->ci.subject_key_id};
    const struct registry_profile *installed;
    saip_put_response(package->saip, &pe_response);
    int result = registry_add(download->registry, &arrival, &installed);
    if (result == 0) {
        const struct pir pir = {.aid = bytes_of(installed->aid, installed->aid_len),
                                .iccid = package->metadata.iccid,
                                .pe_response = writer_bytes(&pe_response)};
        result = pir_installed(download->session, download->notification, &pir, response);
    }
    if (result == 0)
        result = notification_tell(download->notification, installed, METADATA_INSTALL);
    bpp_forget(download);
    return result;
}

bool bpp_is_over(const struct download *download)
{
    return download->package != NULL && download->package->state >= BPP_COMPLETE;
}

int bpp_answer(struct download *download, struct writer *response)
{
    const struct bpp_package *package = download->package;
    return package->state == BPP_COMPLETE
               ? install(download, response)
               : conclude(download, package->failed_command, package->failed_reason, response);
}

int bpp_interrupt(struct download *download)
{
    const struct bpp_package *package = download->package;
    if (package == NULL)
        return 0;
    if (package->state == BPP_REFUSED)
        return conclude(download, package->failed_command, package->failed_reason, NULL);
    return conclude(download, bpp_stream_command(package->state), BPP_INTERRUPTION, NULL);
}

void bpp_forget(struct download *download)
{
    struct bpp_package *package = download->package;
    if (package == NULL)
        return;
    saip_destroy(package->saip);
    profile_destroy(package->incoming);
    wipe(package, sizeof(*package));
    free(package);
    download->package = NULL;
    rsp_session_end(download->session);
}
