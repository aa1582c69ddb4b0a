#include "isd-r/download/bpp_stream.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "isd-r/download/bpp_command.h"

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

/* What the proofs need to know of a row: sections are entered from outside and left at their end
 * alone. */
/*@ predicate row_holds(struct row *r) =
        OUTER <= r->kind <= ELEMENT &&
        (r->kind == SECTION ==> is_section(r->next) && !is_section(r->state)) &&
        (r->kind == OUTER ==> !is_section(r->next) && !is_section(r->state)) &&
        (is_section(r->state) ==> r->kind == ELEMENT && r->next == r->state) &&
        (r->kind == ELEMENT && is_section(r->next) ==> r->next == r->state); */

/*@ assigns \nothing;
    ensures \result != \null ==> \valid_read(\result) && row_holds(\result);
    ensures \result != \null ==> \result->state == state && \result->tag == tag; */
static const struct row *find_row(enum bpp_state state, uint32_t tag)
{
    /*@ loop invariant i <= ROWS;
        loop assigns i;
        loop variant ROWS - i; */
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].state == state && rows[i].tag == tag)
            return &rows[i];
    return NULL;
}

/*@ assigns \nothing;
    ensures \result != \null <==> is_section(state);
    ensures \result != \null ==> \valid_read(\result) && !is_section(\result->next); */
static const struct section *find_section(enum bpp_state state)
{
    /*@ loop invariant i <= SECTIONS;
        loop invariant \forall integer k; 0 <= k < i ==> sections[k].state != state;
        loop assigns i;
        loop variant SECTIONS - i; */
    for (size_t i = 0; i < SECTIONS; i++)
        if (sections[i].state == state)
            return &sections[i];
    return NULL;
}

enum bpp_command bpp_stream_command(enum bpp_state state)
{
    /*@ loop invariant i <= ROWS;
        loop assigns i;
        loop variant ROWS - i; */
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].state == state)
            return rows[i].command;
    return BPP_LOAD_PROFILE_ELEMENTS;
}

void bpp_stream_refuse(struct bpp_package *package, enum bpp_reason reason)
{
    package->failed_command = bpp_stream_command(package->state);
    package->failed_reason = reason;
    package->state = BPP_REFUSED;
    trace_detail("bound package refused: bppCommandId %d, errorReason %d",
                 (int)package->failed_command, (int)reason);
}

/* Makes of a handler's answer what the stream goes on with: failures pass, reasons refuse. */
/*@ requires \valid(package);
    assigns package->state, package->failed_command, package->failed_reason;
    ensures package->state == \old(package->state) || package->state == BPP_REFUSED;
    ensures \result <= 0; */
static int judge(struct bpp_package *package, int result)
{
    if (result > 0)
        bpp_stream_refuse(package, (enum bpp_reason)result);
    return result < 0 ? result : 0;
}

/*@ requires \valid_read(section) && \valid(download) && \valid(package);
    requires \separated(package, download) && package->plain_len <= BPP_PACKAGE_COMMAND_MAX;
    assigns *package;
    ensures kept{Pre, Post}(package); */
static int end_with(const struct section *section, struct download *download,
                    struct bpp_package *package)
{
    /*@ calls bpp_configure_isdp, bpp_store_metadata, bpp_replace_session_keys,
              bpp_end_profile_elements; */
    return section->handle(download, package);
}

/*@ requires \valid_read(row) && \valid(download) && \valid(package);
    requires \separated(package, download) && within(package);
    requires \valid_read(element) && readable_tlv(*element);
    assigns *package;
    ensures kept{Pre, Post}(package); */
static int call(const struct row *row, struct download *download, struct bpp_package *package,
                const struct tlv *element)
{
    /*@ calls bpp_initialise_secure_channel, bpp_open_encrypted, bpp_open_plain,
              bpp_load_profile_element; */
    return row->handle(download, package, element);
}

/*@ requires \valid_read(row) && \valid(download) && \valid(package);
    requires \separated(package, download) && within(package);
    requires package->header.header_len == 0 && package->header.value_len <= 0xFFFFFF;
    requires \valid_read(element) && readable_tlv(*element);
    assigns *package;
    ensures within(package) && package->header.header_len == 0;
    ensures package->header.value_len <= 0xFFFFFF;
    ensures package->element_len == \old(package->element_len);
    ensures package->state == \old(package->state) || package->state == BPP_REFUSED; */
static int handle(const struct row *row, struct download *download, struct bpp_package *package,
                  const struct tlv *element)
{
    return judge(package, call(row, download, package, element));
}

/* Sections whose last byte has come, and the end of the package after the last of them. */
/*@ requires \valid(download) && \valid(package) && \separated(package, download);
    requires coming_in(package);
    assigns *package;
    ensures coming_in(package); */
static int end_section(struct download *download, struct bpp_package *package)
{
    const struct section *section = find_section(package->state);
    if (section == NULL || package->section_left > 0)
        return 0;
    const int result = judge(package, end_with(section, download, package));
    wipe(package->plain, package->plain_len);
    package->plain_len = 0;
    if (result != 0 || package->state == BPP_REFUSED)
        return result;
    if (section->next == BPP_COMPLETE && package->package_left > 0)
        bpp_stream_refuse(package, BPP_SCP03T_STRUCTURE_ERROR);
    else
        package->state = section->next;
    return 0;
}

/* Bytes that an element may take where the stream stands. */
/*@ requires \valid_read(download) && \valid_read(package) && \valid_read(row);
    assigns \nothing;
    ensures row->kind == ELEMENT ==> \result <= download->segment_max;
    ensures row->kind != OUTER && is_section(package->state) ==> \result <= package->section_left;
    ensures row->kind != OUTER && !is_section(package->state) ==>
            \result <= package->package_left; */
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

/*@ requires \valid(download) && \valid(package) && \separated(package, download);
    requires within(package) && package->header.header_len == 0;
    requires package->header.value_len <= 0xFFFFFF;
    requires \valid_read(row) && row_holds(row) && row->state == package->state;
    requires row->kind != ELEMENT;
    requires header.header_len <= TLV_HEADER_MAX && header.value_len <= 0xFFFFFF;
    requires row->kind == SECTION ==>
             header.header_len + header.value_len <= package->package_left;
    assigns *package;
    ensures coming_in(package); */
static int enter(struct download *download, struct bpp_package *package, const struct row *row,
                 struct tlv_header header)
{
    const enum kind kind = row->kind;
    package->state = row->next;
    package->element_len = 0;
    if (kind == OUTER) {
        package->package_left = header.value_len;
        return 0;
    }
    package->package_left -= header.header_len;
    package->section_left = header.value_len;
    return end_section(download, package);
}

/* Counts the element that is there off its section and the package. */
/*@ requires \valid(package) && collected(package) && package->header.header_len > 0;
    requires package->element_len == package->header.header_len + package->header.value_len;
    assigns package->header.header_len, package->package_left, package->section_left;
    ensures within(package) && package->header.header_len == 0; */
static void count_off(struct bpp_package *package)
{
    package->header.header_len = 0;
    package->package_left -= package->element_len;
    if (find_section(package->state) != NULL)
        package->section_left -= package->element_len;
}

/*@ requires \valid(package) && package->element_len <= BPP_SEGMENT_MAX;
    assigns package->element[0 .. BPP_SEGMENT_MAX - 1], package->element_len;
    assigns package->header.header_len;
    ensures package->element_len == 0 && package->header.header_len == 0; */
static void drop_element(struct bpp_package *package)
{
    wipe(package->element, package->element_len);
    package->element_len = 0;
    package->header.header_len = 0;
}

/* The element is there with its last byte. */
/*@ requires \valid(download) && \valid(package) && \separated(package, download);
    requires collected(package) && package->header.header_len > 0;
    requires package->element_len == package->header.header_len + package->header.value_len;
    assigns *package;
    ensures coming_in(package); */
static int process(struct download *download, struct bpp_package *package)
{
    const struct row *row = find_row(package->state, package->header.tag);
    struct bytes rest = bytes_of(package->element, package->element_len);
    struct tlv tlv;
    if (row == NULL || row->kind != ELEMENT || !tlv_take(&rest, &tlv)) {
        drop_element(package);
        return FAILURE_INTERNAL;
    }
    const enum bpp_state next = row->next;
    /*@ assert is_section(next) ==> next == package->state; */
    count_off(package);
    const int result = handle(row, download, package, &tlv);
    drop_element(package);
    if (result != 0 || package->state == BPP_REFUSED)
        return result;
    package->state = next;
    /*@ assert within(package); */
    return end_section(download, package);
}

/* Appends up to count bytes to the element under way. */
/*@ requires \valid(package) && \valid(from) && readable(*from);
    requires package->element_len + count <= BPP_SEGMENT_MAX;
    requires \separated(package, from) && \separated(package, from->data + (0 .. from->len - 1));
    assigns package->element[0 .. BPP_SEGMENT_MAX - 1], package->element_len, *from;
    ensures readable(*from) && from->len <= \old(from->len);
    ensures from->len + package->element_len == \old(from->len + package->element_len);
    ensures package->element_len <= \old(package->element_len) + count;
    ensures count > 0 && \old(from->len) > 0 ==> from->len < \old(from->len);
    ensures \separated(package, from->data + (0 .. from->len - 1)); */
static void collect(struct bpp_package *package, struct bytes *from, size_t count)
{
    struct bytes part;
    (void)bytes_take(from, count < from->len ? count : from->len, &part);
    memcpy(package->element + package->element_len, part.data, part.len);
    package->element_len += part.len;
}

/* Takes a byte of an element's header. Once that is whole, the table says what the element is. */
/*@ requires \valid(download) && download->segment_max <= BPP_SEGMENT_MAX;
    requires \valid(package) && coming_in(package) && package->state < BPP_COMPLETE;
    requires package->header.header_len == 0;
    requires \valid(from) && readable(*from) && from->len > 0;
    requires \separated(package, download, from);
    requires \separated(package, from->data + (0 .. from->len - 1));
    assigns *package, *from;
    ensures collected(package);
    ensures \result != 0 || package->header.header_len == 0 ==> coming_in(package);
    ensures readable(*from) && from->len < \old(from->len);
    ensures \separated(package, from->data + (0 .. from->len - 1)); */
static int take_header(struct download *download, struct bpp_package *package, struct bytes *from)
{
    struct tlv_header header;
    collect(package, from, 1);
    const enum tlv_front front =
        tlv_read_header(bytes_of(package->element, package->element_len), &header);
    /*@ assert package->element_len <= TLV_HEADER_MAX; */
    if (front == TLV_FRONT_SHORT)
        return 0;
    const struct row *row = front == TLV_FRONT_OK ? find_row(package->state, header.tag) : NULL;
    if (row == NULL || header.header_len + header.value_len > room_for(download, package, row)) {
        bpp_stream_refuse(package, BPP_SCP03T_STRUCTURE_ERROR);
        return 0;
    }
    /*@ assert row->kind != OUTER ==>
            header.header_len + header.value_len <= package->package_left; */
    if (row->kind != ELEMENT)
        return enter(download, package, row, header);
    package->header = header;
    package->element_len = header.header_len; /* as it is: its last byte has just come */
    return 0;
}

/* Takes one step: a byte of a header, or as much of an element's value as there is. */
/*@ requires \valid(download) && download->segment_max <= BPP_SEGMENT_MAX;
    requires \valid(package) && coming_in(package) && package->state < BPP_COMPLETE;
    requires \valid(from) && readable(*from) && from->len > 0;
    requires \separated(package, download, from);
    requires \separated(package, from->data + (0 .. from->len - 1));
    assigns *package, *from;
    ensures coming_in(package);
    ensures readable(*from) && from->len < \old(from->len);
    ensures \separated(package, from->data + (0 .. from->len - 1)); */
static int step(struct download *download, struct bpp_package *package, struct bytes *from)
{
    const int result = package->header.header_len == 0 ? take_header(download, package, from) : 0;
    if (result != 0 || package->header.header_len == 0)
        return result;
    const size_t whole = package->header.header_len + package->header.value_len;
    collect(package, from, whole - package->element_len);
    return package->element_len < whole ? 0 : process(download, package);
}

int bpp_stream_feed(struct download *download, struct bpp_package *package, struct bytes bytes)
{
    int result = 0;
    /*@ loop invariant coming_in(package) && readable(bytes);
        loop invariant \separated(package, bytes.data + (0 .. bytes.len - 1));
        loop assigns result, bytes, *package;
        loop variant bytes.len; */
    while (result == 0 && bytes.len > 0 && package->state < BPP_COMPLETE)
        result = step(download, package, &bytes);
    if (result == 0 && bytes.len > 0 && package->state == BPP_COMPLETE)
        bpp_stream_refuse(package, BPP_SCP03T_STRUCTURE_ERROR);
    return result;
}

bool bpp_stream_starts(struct bytes block, uint32_t tag)
{
    return block.len > 0 && block.data[0] == tag >> 8 &&
           (block.len == 1 || block.data[1] == (tag & 0xFF));
}

bool bpp_stream_expects(const struct bpp_package *package, struct bytes block)
{
    /*@ loop invariant i <= ROWS;
        loop assigns i;
        loop variant ROWS - i; */
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].state == package->state && bpp_stream_starts(block, rows[i].tag))
            return true;
    return false;
}
