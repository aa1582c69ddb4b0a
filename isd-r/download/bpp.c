#include "isd-r/download/bpp.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "isd-r/download/bpp_command.h"
#include "isd-r/download/pir.h"
#include "isd-r/info/es10_tag.h"

#define FUNCTION_TAG 0xBF /* first byte of every ES10 function's tag */

enum kind {
    OUTER,   /* the package: its header is all */
    SECTION, /* a sequence of segments: its header, then they */
    ELEMENT, /* to be collected whole */
};

struct row {
    enum bpp_state state;
    uint32_t tag;
    enum kind kind;
    enum bpp_state next;
    bpp_element_handler *handle; /* of an ELEMENT */
    enum bpp_command command;
};

/* What may come when (SGP.22 §2.5.4). A state without the tag that comes refuses the package. */
/* clang-format off */
static const struct row rows[] = {
    { BPP_PACKAGE,                0xBF36, OUTER,   BPP_CHANNEL,                NULL,                          BPP_INITIALISE_SECURE_CHANNEL },
    { BPP_CHANNEL,                0xBF23, ELEMENT, BPP_CONFIGURATION,          bpp_initialise_secure_channel, BPP_INITIALISE_SECURE_CHANNEL },
    { BPP_CONFIGURATION,          0xA0,   SECTION, BPP_CONFIGURATION_SEGMENTS, NULL,                          BPP_CONFIGURE_ISDP },
    { BPP_CONFIGURATION_SEGMENTS, 0x87,   ELEMENT, BPP_CONFIGURATION_SEGMENTS, bpp_open_encrypted,            BPP_CONFIGURE_ISDP },
    { BPP_METADATA,               0xA1,   SECTION, BPP_METADATA_SEGMENTS,      NULL,                          BPP_STORE_METADATA },
    { BPP_METADATA_SEGMENTS,      0x88,   ELEMENT, BPP_METADATA_SEGMENTS,      bpp_open_plain,                BPP_STORE_METADATA },
    { BPP_KEYS,                   0xA2,   SECTION, BPP_KEYS_SEGMENTS,          NULL,                          BPP_REPLACE_SESSION_KEYS },
    { BPP_KEYS,                   0xA3,   SECTION, BPP_ELEMENTS_SEGMENTS,      NULL,                          BPP_LOAD_PROFILE_ELEMENTS },
    { BPP_KEYS_SEGMENTS,          0x87,   ELEMENT, BPP_KEYS_SEGMENTS,          bpp_open_encrypted,            BPP_REPLACE_SESSION_KEYS },
    { BPP_ELEMENTS,               0xA3,   SECTION, BPP_ELEMENTS_SEGMENTS,      NULL,                          BPP_LOAD_PROFILE_ELEMENTS },
    { BPP_ELEMENTS_SEGMENTS,      0x86,   ELEMENT, BPP_ELEMENTS_SEGMENTS,      bpp_load_profile_element,      BPP_LOAD_PROFILE_ELEMENTS },
};

/* What follows when a section's last byte has come. */
static const struct section {
    enum bpp_state state;
    bpp_section_handler *handle;
    enum bpp_state next;
} sections[] = {
    { BPP_CONFIGURATION_SEGMENTS, bpp_configure_isdp,       BPP_METADATA },
    { BPP_METADATA_SEGMENTS,      bpp_store_metadata,       BPP_KEYS },
    { BPP_KEYS_SEGMENTS,          bpp_replace_session_keys, BPP_ELEMENTS },
    { BPP_ELEMENTS_SEGMENTS,      bpp_end_profile_elements, BPP_COMPLETE },
};
/* clang-format on */
#define ROWS (sizeof(rows) / sizeof(rows[0]))
#define SECTIONS (sizeof(sections) / sizeof(sections[0]))

static const struct row *find_row(enum bpp_state state, uint32_t tag)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].state == state && rows[i].tag == tag)
            return &rows[i];
    return NULL;
}

static const struct section *find_section(enum bpp_state state)
{
    for (size_t i = 0; i < SECTIONS; i++)
        if (sections[i].state == state)
            return &sections[i];
    return NULL;
}

/* The function that a state belongs to; where two may come, the first. */
static enum bpp_command command_of(enum bpp_state state)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].state == state)
            return rows[i].command;
    return BPP_LOAD_PROFILE_ELEMENTS;
}

static void refuse(struct bpp_package *package, enum bpp_reason reason)
{
    package->failed_command = command_of(package->state);
    package->failed_reason = reason;
    package->state = BPP_REFUSED;
    trace_detail("bound package refused: bppCommandId %d, errorReason %d",
                 (int)package->failed_command, (int)reason);
}

/* Makes of a handler's answer what the stream goes on with: failures pass, reasons refuse. */
static int judge(struct bpp_package *package, int result)
{
    if (result > 0)
        refuse(package, (enum bpp_reason)result);
    return result < 0 ? result : 0;
}

/* Sections whose last byte has come, and the end of the package after the last of them. */
static int end_section(struct download *download, struct bpp_package *package)
{
    const struct section *section = find_section(package->state);
    if (section == NULL || package->section_left > 0)
        return 0;
    const int result = judge(package, section->handle(download, package));
    wipe(package->plain, package->plain_len);
    package->plain_len = 0;
    if (result != 0 || package->state == BPP_REFUSED)
        return result;
    if (section->next == BPP_COMPLETE && package->package_left > 0)
        refuse(package, BPP_SCP03T_STRUCTURE_ERROR);
    else
        package->state = section->next;
    return 0;
}

/* Bytes that an element may take where the stream stands. */
static size_t room_for(const struct download *download, const struct bpp_package *package,
                       const struct row *row)
{
    if (row->kind == OUTER)
        return SIZE_MAX;
    const size_t limit = row->kind == ELEMENT ? download->segment_max : SIZE_MAX;
    const size_t left =
        find_section(package->state) != NULL ? package->section_left : package->package_left;
    return left < limit ? left : limit;
}

static int enter(struct download *download, struct bpp_package *package, const struct row *row,
                 const struct tlv_header *header)
{
    package->element_len = 0;
    package->state = row->next;
    if (row->kind == OUTER) {
        package->package_left = header->value_len;
        return 0;
    }
    package->package_left -= header->header_len;
    package->section_left = header->value_len;
    return end_section(download, package);
}

/* The element is there with its last byte. */
static int process(struct download *download, struct bpp_package *package, const struct row *row)
{
    struct bytes rest = bytes_of(package->element, package->element_len);
    struct tlv tlv;
    if (!tlv_take(&rest, &tlv))
        return FAILURE_INTERNAL;
    package->package_left -= package->element_len;
    if (find_section(package->state) != NULL)
        package->section_left -= package->element_len;
    const int result = judge(package, row->handle(download, package, &tlv));
    wipe(package->element, package->element_len);
    package->element_len = 0;
    if (result != 0 || package->state == BPP_REFUSED)
        return result;
    package->state = row->next;
    return end_section(download, package);
}

/* Appends up to count bytes to the element under way. */
static void collect(struct bpp_package *package, struct bytes *from, size_t count)
{
    struct bytes part;
    (void)bytes_take(from, count < from->len ? count : from->len, &part);
    memcpy(package->element + package->element_len, part.data, part.len);
    package->element_len += part.len;
}

/* Takes one step: a byte of a header, or as much of an element's value as there is. */
static int step(struct download *download, struct bpp_package *package, struct bytes *from)
{
    struct tlv_header header;
    const struct bytes have = bytes_of(package->element, package->element_len);
    enum tlv_front front = tlv_read_header(have, &header);
    if (front == TLV_FRONT_SHORT) {
        collect(package, from, 1);
        front = tlv_read_header(bytes_of(package->element, package->element_len), &header);
    }
    if (front == TLV_FRONT_SHORT)
        return 0;
    const struct row *row = front == TLV_FRONT_OK ? find_row(package->state, header.tag) : NULL;
    if (row == NULL || header.header_len + header.value_len > room_for(download, package, row)) {
        refuse(package, BPP_SCP03T_STRUCTURE_ERROR);
        return 0;
    }
    if (row->kind != ELEMENT)
        return enter(download, package, row, &header);
    collect(package, from, header.header_len + header.value_len - package->element_len);
    if (package->element_len < header.header_len + header.value_len)
        return 0;
    return process(download, package, row);
}

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
    refuse(package, (enum bpp_reason)reason);
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
    struct bpp_package *package = download->package;
    int result = 0;
    while (result == 0 && bytes.len > 0 && package->state < BPP_COMPLETE)
        result = step(download, package, &bytes);
    if (result == 0 && bytes.len > 0 && package->state == BPP_COMPLETE)
        refuse(package, BPP_SCP03T_STRUCTURE_ERROR);
    return result;
}

/* The block starts with this two-byte tag, or with its first byte and ends there. */
static bool starts_with_tag(struct bytes block, uint32_t tag)
{
    return block.len > 0 && block.data[0] == tag >> 8 &&
           (block.len == 1 || block.data[1] == (tag & 0xFF));
}

bool bpp_is_in_element(const struct download *download)
{
    return download->package != NULL && download->package->element_len > 0;
}

bool bpp_takes(const struct download *download, struct bytes block)
{
    const struct bpp_package *package = download->package;
    if (package == NULL)
        return starts_with_tag(block, ES10_LOAD_BOUND_PROFILE_PACKAGE) &&
               rsp_session_allows(download->session, ES10_LOAD_BOUND_PROFILE_PACKAGE);
    if (package->element_len > 0 || block.len == 0 || block.data[0] != FUNCTION_TAG)
        return true;
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].state == package->state && starts_with_tag(block, rows[i].tag))
            return true;
    return false;
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
    return conclude(download, command_of(package->state), BPP_INTERRUPTION, NULL);
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
