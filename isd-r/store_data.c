#include "isd-r/store_data.h"

#include "apdu/status.h"
#include "isd-r/download/bpp.h"
#include "isd-r/es10.h"
#include "isd-r/es10b.h"
#include "isd-r/state.h"

#define P1_FORMAT 0x11 /* BER-TLV, no encryption information, answer may follow */
#define P1_LAST 0x80
#define BLOCK_MAX ISD_R_BLOCK_MAX

/* A whole function in one block. In mid-element such bytes may be the element's as well, but no LPA
 * ends a command there and goes on with them; one that gave up and starts anew does send them. */
static bool is_function(struct bytes block)
{
    struct tlv_header header;
    return tlv_read_header(block, &header) == TLV_FRONT_OK &&
           header.header_len + header.value_len == block.len &&
           header.tag != ES10_LOAD_BOUND_PROFILE_PACKAGE && es10_find(header.tag) != NULL;
}

static bool is_of_package(const struct isd_r *isd_r, struct bytes block)
{
    return bpp_takes(&isd_r->download, block) &&
           !(bpp_is_in_element(&isd_r->download) && is_function(block));
}

/* A package that another command was cut short in, or that another function comes into, is
 * interrupted. */
static int interrupt(struct isd_r *isd_r, const struct apdu *apdu)
{
    const struct assembly *assembly = &isd_r->assembly;
    const bool cut_short = assembly->open && assembly->to_package;
    if (isd_r->download.package != NULL && (cut_short || !is_of_package(isd_r, apdu->data)))
        return bpp_interrupt(&isd_r->download);
    return assembly->len > 0
               ? es10b_interrupt_rpm(isd_r, bytes_of(assembly->data, assembly->len), apdu->data)
               : 0;
}

/* A first block: whose is it? */
static int begin(struct isd_r *isd_r, const struct apdu *apdu)
{
    struct assembly *assembly = &isd_r->assembly;
    int result = interrupt(isd_r, apdu);
    assembly_drop(assembly);
    if (result != 0)
        return result;
    assembly->to_package = is_of_package(isd_r, apdu->data);
    result = assembly->to_package ? bpp_begin_segment(&isd_r->download) : 0;
    assembly->open = result == 0;
    assembly->channel = apdu->channel;
    assembly->expected = 0;
    return result;
}

/* Wrong blocks end a command; one that fed a package stays open, so that the next one sees that
 * something is missing. */
static int refuse(struct assembly *assembly, int status)
{
    if (!assembly->to_package)
        assembly_drop(assembly);
    else
        assembly->expected = BLOCK_MAX + 1;
    return status;
}

static int check(const struct assembly *assembly, uint32_t limit, const struct apdu *apdu)
{
    if ((apdu->p1 & ~P1_LAST) != P1_FORMAT)
        return SW_WRONG_P1_P2;
    if (apdu->data.len > BLOCK_MAX)
        return SW_WRONG_LENGTH;
    if (limit != 0 && apdu->data.len > limit)
        return SW_WRONG_DATA;
    if (apdu->p2 != 0 &&
        (!assembly->open || assembly->channel != apdu->channel || apdu->p2 != assembly->expected))
        return SW_WRONG_P1_P2;
    return 0;
}

/* What has been installed may be enabled at once, on an IoT eUICC. */
static int end_package(struct isd_r *isd_r, struct writer *response)
{
    const size_t before = isd_r->registry.count;
    struct immediate_download download;
    immediate_download_begin(&download, &isd_r->session);
    const int result = bpp_answer(&isd_r->download, response);
    if (result != 0 || isd_r->registry.count == before)
        return result;
    immediate_download_finish(&download, isd_r->registry.list[before].iccid);
    isd_r->downloaded = download;
    return 0;
}

/* The end of a command with a part of a package. The last one's answer is the function's. */
static int end_segment(struct isd_r *isd_r, struct writer *response)
{
    if (!bpp_is_over(&isd_r->download))
        return 0;
    const struct es10_row *row = es10_find(ES10_LOAD_BOUND_PROFILE_PACKAGE);
    const int order = checkpoint_pass(isd_r->watch, CHECKPOINT_FUNCTION, row->name, row->tag);
    if (checkpoint_is_status(order)) {
        bpp_forget(&isd_r->download);
        return order;
    }
    if (order != CHECKPOINT_PASS)
        bpp_refuse(&isd_r->download, order);
    return end_package(isd_r, response);
}

static int end(struct isd_r *isd_r, struct writer *response)
{
    struct assembly *assembly = &isd_r->assembly;
    const bool to_package = assembly->to_package;
    const int result = to_package
                           ? end_segment(isd_r, response)
                           : es10_execute(isd_r, bytes_of(assembly->data, assembly->len), response);
    assembly_drop(assembly);
    return result;
}

int store_data_handle(void *state, const struct apdu *apdu, struct writer *response)
{
    struct isd_r *isd_r = state;
    struct assembly *assembly = &isd_r->assembly;
    int result = check(assembly, isd_r->settings->block_max, apdu);
    if (result != 0)
        return refuse(assembly, result);
    if (apdu->p2 == 0 && (result = begin(isd_r, apdu)) != 0)
        return result;
    assembly->expected++;
    result = assembly->to_package ? bpp_feed(&isd_r->download, apdu->data)
                                  : assembly_append(assembly, apdu->data);
    if (result > 0)
        return refuse(assembly, result);
    if (result != 0 || !(apdu->p1 & P1_LAST))
        return result;
    return end(isd_r, response);
}
