/* The part of fcp that reads: a file as CREATE FILE and RESIZE FILE describe it (TS 102 222 §6.3).
 * */
#include "apdu/status.h"
#include "apdu/tlv.h"
#include "fs/fcp/fcp.h"
#include "fs/fcp/fcp_tags.h"

typedef bool reader(struct bytes value, struct fcp *out);

/*@ requires \valid(type);
    assigns *type; */
static bool type_of(uint8_t descriptor, enum file_type *type)
{
    switch (descriptor & ~FCP_SHAREABLE) {
    case FCP_DIRECTORY:
        *type = FILE_DF;
        return true;
    case FCP_TRANSPARENT:
        *type = FILE_TRANSPARENT;
        return true;
    case FCP_LINEAR:
        *type = FILE_LINEAR_FIXED;
        return true;
    case FCP_CYCLIC:
        *type = FILE_CYCLIC;
        return true;
    case FCP_BER_TLV:
        *type = FILE_BER_TLV;
        return true;
    default:
        return false;
    }
}

/* Record files may give the number of records as well; the size decides. */
/*@ requires readable(value) && \valid(out) && borrows(out);
    assigns *out;
    ensures borrows(out); */
static bool read_descriptor(struct bytes value, struct fcp *out)
{
    uint8_t descriptor, coding;
    if (!bytes_take_u8(&value, &descriptor) || !bytes_take_u8(&value, &coding) ||
        !type_of(descriptor, &out->type))
        return false;
    out->has_descriptor = true;
    out->shareable = (descriptor & FCP_SHAREABLE) != 0;
    const bool records = out->type == FILE_LINEAR_FIXED || out->type == FILE_CYCLIC;
    return !records || (bytes_take_u16(&value, &out->record_len) && out->record_len != 0);
}

/*@ requires readable(value) && \valid(out) && borrows(out);
    assigns *out;
    ensures borrows(out); */
static bool read_fid(struct bytes value, struct fcp *out)
{
    return bytes_take_u16(&value, &out->fid) && value.len == 0;
}

/*@ requires readable(value) && \valid(out) && borrows(out);
    assigns *out;
    ensures borrows(out); */
static bool read_aid(struct bytes value, struct fcp *out)
{
    out->aid = value;
    return value.len > 0 && value.len <= FILE_AID_MAX;
}

/*@ requires readable(value) && \valid(out) && borrows(out);
    assigns *out;
    ensures borrows(out); */
static bool read_size(struct bytes value, struct fcp *out)
{
    out->has_size = true;
    return value.len > 0 && bytes_to_u32(value, &out->size);
}

/*@ requires readable(value) && \valid(out) && borrows(out);
    assigns *out;
    ensures borrows(out); */
static bool read_life_cycle(struct bytes value, struct fcp *out)
{
    return bytes_take_u8(&value, &out->life_cycle) && value.len == 0;
}

/*@ requires readable(value) && \valid(out) && borrows(out);
    assigns *out;
    ensures borrows(out); */
static bool read_rules(struct bytes value, struct fcp *out)
{
    return bytes_take_u16(&value, &out->rules.arr) && bytes_take_u8(&value, &out->rules.record) &&
           value.len == 0;
}

/*@ requires readable(value) && \valid(out) && borrows(out);
    assigns *out;
    ensures borrows(out); */
static bool read_sfi(struct bytes value, struct fcp *out)
{
    out->has_sfi = true;
    if (value.len == 0)
        return true;
    out->sfi = value.data[0] >> FCP_SFI_SHIFT;
    return value.len == 1;
}

/*@ requires readable(value) && \valid(out) && borrows(out);
    assigns *out;
    ensures borrows(out); */
static bool read_pin_status(struct bytes value, struct fcp *out)
{
    out->pin_status = value;
    return true;
}

/*@ requires readable(value) && \valid(out) && borrows(out);
    assigns *out;
    ensures borrows(out); */
static bool read_special(struct bytes value, struct fcp *out)
{
    return bytes_take_u8(&value, &out->special) && value.len == 0;
}

/*@ requires readable(value) && \valid(out) && borrows(out);
    assigns *out;
    ensures borrows(out); */
static bool read_fill(struct bytes value, struct fcp *out)
{
    out->fill = value;
    return value.len > 0;
}

/*@ requires readable(value) && \valid(out) && borrows(out);
    assigns *out;
    ensures borrows(out); */
static bool read_repeat(struct bytes value, struct fcp *out)
{
    out->repeat = value;
    return value.len > 0;
}

/*@ requires readable(value) && \valid(out) && borrows(out);
    assigns *out;
    ensures borrows(out); */
static bool read_reserved(struct bytes value, struct fcp *out)
{
    return value.len > 0 && bytes_to_u32(value, &out->reserved);
}

/*@ requires readable(value) && \valid(out) && borrows(out);
    assigns *out;
    ensures borrows(out); */
static bool read_maximum(struct bytes value, struct fcp *out)
{
    return value.len > 0 && bytes_to_u32(value, &out->maximum);
}

/* What is not listed there is accepted and not acted upon. */
/*@ requires readable(value) && \valid(out) && borrows(out);
    assigns *out;
    ensures borrows(out); */
static bool read_proprietary(struct bytes value, struct fcp *out)
{
    out->proprietary = value;
    return true;
}

struct row {
    uint32_t tag;
    reader *read;
};

static const struct row rows[] = {
    {FCP_DESCRIPTOR, read_descriptor},
    {FCP_FID, read_fid},
    {FCP_AID, read_aid},
    {FCP_PROPRIETARY, read_proprietary},
    {FCP_LIFE_CYCLE, read_life_cycle},
    {FCP_RULES_REFERENCED, read_rules},
    {FCP_SIZE, read_size},
    {FCP_SFI, read_sfi},
    {FCP_PIN_STATUS, read_pin_status},
};

static const struct row properties[] = {
    {FCP_SPECIAL, read_special},   {FCP_FILL, read_fill},       {FCP_REPEAT, read_repeat},
    {FCP_RESERVED, read_reserved}, {FCP_MAXIMUM, read_maximum},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*@ requires \valid_read(row);
    requires readable(value) && \valid(out) && borrows(out);
    assigns *out;
    ensures borrows(out); */
static bool read_row(const struct row *row, struct bytes value, struct fcp *out)
{
    /*@ calls read_descriptor, read_fid, read_aid, read_proprietary, read_life_cycle, read_rules,
              read_size, read_sfi, read_pin_status, read_special, read_fill, read_repeat,
              read_reserved, read_maximum; */
    return row->read(value, out);
}

/*@ requires \valid_read(table + (0 .. count - 1)) && readable(in) && \valid(out) && borrows(out);
    assigns *out;
    ensures borrows(out); */
static bool read_all(const struct row *table, size_t count, struct bytes in, struct fcp *out)
{
    struct tlv tlv;
    /*@ loop invariant readable(in) && borrows(out);
        loop assigns in, tlv, *out;
        loop variant in.len; */
    while (tlv_take(&in, &tlv)) {
        size_t i = 0;
        /*@ loop invariant i <= count;
            loop assigns i;
            loop variant count - i; */
        while (i < count && table[i].tag != tlv.tag)
            i++;
        if (i < count && !read_row(&table[i], tlv.value, out))
            return false;
    }
    return in.len == 0;
}

int fcp_read(struct bytes data, struct fcp *out)
{
    struct tlv template;
    *out = (struct fcp){0};
    if (!tlv_whole(data, FCP_TEMPLATE, &template) ||
        !read_all(rows, COUNT(rows), template.value, out) ||
        !read_all(properties, COUNT(properties), out->proprietary, out))
        return SW_WRONG_DATA;
    return 0;
}
