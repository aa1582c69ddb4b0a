/* What a file is to become: a template's row, then what the Fcp says instead. */
#include "apdu/hex.h"
#include "fs/saip/saip_file.h"

#define FULL_PIN_STATUS 0xC6 /* tag of the data object of which only the value belongs here */
#define SPECIAL_HIGH_UPDATE 0x80
#define SPECIAL_RESERVED 0x3F
#define VALUE_SHOWN 16 /* bytes of a value that a reason repeats */

/* Fields of Fcp and ProprietaryInfo, by number. */
enum fcp_field { FCP_DESCRIPTOR, FCP_LINK = 9, FCP_FIELDS };
enum proprietary_field {
    PROPRIETARY_SPECIAL,
    PROPRIETARY_FILL,
    PROPRIETARY_REPEAT,
    PROPRIETARY_MAXIMUM,
    PROPRIETARY_DETAILS,
    PROPRIETARY_FIELDS,
};

static bool is_directory(const struct saip_plan *plan)
{
    return plan->type_known && plan->type <= FILE_ADF;
}

struct saip_plan saip_plan_row(const struct template_file *row, unsigned n, struct file *parent)
{
    struct saip_plan plan = {
        .row = row,
        .parent = parent,
        .fid = (uint16_t)(row->fid + (row->fid != 0 ? n : 0)),
        .type = row->type,
        .type_known = (row->parameters & TEMPLATE_TYPE) == 0,
        .shareable = true,
        .sfi = n == 0 ? row->sfi : 0,
        .life_cycle = FILE_ACTIVATED,
        .special = row->high_update ? SPECIAL_HIGH_UPDATE : 0,
        .arr_record = row->arr,
        .records = row->records,
    };
    if (row->type == FILE_LINEAR_FIXED || row->type == FILE_CYCLIC)
        plan.record_len = row->size;
    else
        plan.size = row->size;
    return plan;
}

struct saip_plan saip_plan_blank(struct file *parent)
{
    return (struct saip_plan){.parent = parent, .shareable = true, .life_cycle = FILE_ACTIVATED};
}

/* Readers, one a field: PE_OK, or why not. The lengths have been checked against the schema. */
typedef enum pe_status reader(struct saip_plan *plan, struct bytes value);

static enum pe_status read_type(struct saip_plan *plan, uint8_t descriptor)
{
    static const struct {
        uint8_t code; /* TS 102 221 table 11.5, without the shareable bit */
        enum file_type type;
    } types[] = {{0x01, FILE_TRANSPARENT},
                 {0x02, FILE_LINEAR_FIXED},
                 {0x06, FILE_CYCLIC},
                 {0x38, FILE_DF},
                 {0x39, FILE_BER_TLV}};
    const uint8_t shareable = 0x40;
    size_t i = 0;
    while (i < sizeof types / sizeof types[0] && types[i].code != (descriptor & ~shareable))
        i++;
    if (i == sizeof types / sizeof types[0])
        return PE_BAD_VALUES;
    if (plan->type_known && is_directory(plan) != (types[i].type == FILE_DF))
        return PE_INVALID_PARAMETER;
    if (!is_directory(plan))
        plan->type = types[i].type;
    plan->type_known = true;
    plan->shareable = (descriptor & shareable) != 0;
    return PE_OK;
}

static enum pe_status read_descriptor(struct saip_plan *plan, struct bytes value)
{
    uint8_t descriptor = 0, coding = 0;
    bytes_take_u8(&value, &descriptor);
    bytes_take_u8(&value, &coding);
    const enum pe_status status = read_type(plan, descriptor);
    if (status != PE_OK || value.len == 0)
        return status;
    return bytes_take_u16(&value, &plan->record_len) && plan->record_len != 0 ? PE_OK
                                                                              : PE_BAD_VALUES;
}

static enum pe_status read_file_id(struct saip_plan *plan, struct bytes value)
{
    bytes_take_u16(&value, &plan->fid);
    const bool root = plan->fid == FILE_FID_MF;
    if (root && plan->row == NULL && plan->type == FILE_DF)
        plan->type = FILE_MF;
    return plan->fid != 0 && root == (plan->type_known && plan->type == FILE_MF) ? PE_OK
                                                                                 : PE_BAD_VALUES;
}

static enum pe_status read_df_name(struct saip_plan *plan, struct bytes value)
{
    if (plan->row == NULL && is_directory(plan) && plan->type == FILE_DF)
        plan->type = FILE_ADF;
    if (!plan->type_known || plan->type != FILE_ADF)
        return PE_INVALID_PARAMETER;
    plan->aid = value;
    return PE_OK;
}

static enum pe_status read_life_cycle(struct saip_plan *plan, struct bytes value)
{
    const uint8_t code = value.data[0];
    if (code == FILE_CREATION || code == FILE_INITIALISATION)
        plan->life_cycle = code;
    else if ((code & 0xFC) == FILE_DEACTIVATED)
        plan->life_cycle = (code & 1) != 0 ? FILE_ACTIVATED : FILE_DEACTIVATED;
    else if ((code & 0xFC) == FILE_TERMINATED)
        plan->life_cycle = FILE_TERMINATED;
    else
        return PE_BAD_VALUES;
    return PE_OK;
}

/* One byte: a record of the EF.ARR that the place implies; three: its file id before it. */
static enum pe_status read_rules(struct saip_plan *plan, struct bytes value)
{
    if (value.len == 2)
        return PE_BAD_VALUES;
    plan->arr = 0;
    if (value.len == 3 && (!bytes_take_u16(&value, &plan->arr) || plan->arr == 0))
        return PE_BAD_VALUES;
    bytes_take_u8(&value, &plan->arr_record);
    return plan->arr_record != 0 ? PE_OK : PE_BAD_VALUES;
}

static enum pe_status read_size(struct saip_plan *plan, struct bytes value)
{
    if (is_directory(plan))
        return PE_INVALID_PARAMETER;
    plan->size_given = true;
    return value.len > 0 && bytes_to_u32(value, &plan->size) ? PE_OK : PE_BAD_VALUES;
}

static enum pe_status read_pin_status(struct saip_plan *plan, struct bytes value)
{
    if (plan->type_known && !is_directory(plan))
        return PE_INVALID_PARAMETER;
    plan->pin_status = value;
    return value.len > 0 && value.data[0] != FULL_PIN_STATUS ? PE_OK : PE_BAD_VALUES;
}

static enum pe_status read_sfi(struct saip_plan *plan, struct bytes value)
{
    const uint8_t low_bits = 0x07, last = 30;
    if (is_directory(plan))
        return PE_INVALID_PARAMETER;
    plan->sfi_given = true;
    plan->sfi = value.len > 0 ? value.data[0] >> 3 : 0;
    if (value.len > 0 && ((value.data[0] & low_bits) != 0 || plan->sfi == 0 || plan->sfi > last))
        return PE_BAD_VALUES;
    return PE_OK;
}

static enum pe_status read_pattern(struct saip_plan *plan, const struct tlv *fields)
{
    const struct bytes fill = fields[PROPRIETARY_FILL].value;
    const struct bytes repeat = fields[PROPRIETARY_REPEAT].value;
    if (fill.len > 0 && repeat.len > 0)
        return PE_BAD_VALUES;
    plan->repeats = repeat.len > 0;
    plan->pattern = plan->repeats ? repeat : fill;
    return PE_OK;
}

static enum pe_status read_proprietary(struct saip_plan *plan, struct bytes value)
{
    struct tlv fields[PROPRIETARY_FIELDS];
    if (is_directory(plan))
        return PE_INVALID_PARAMETER;
    pe_schema_split(&pe_schema_proprietary_info, value, fields);
    plan->proprietary = value;
    const struct bytes special = fields[PROPRIETARY_SPECIAL].value;
    plan->special = special.len > 0 ? special.data[0] : 0;
    if ((plan->special & SPECIAL_RESERVED) != 0)
        return PE_BAD_VALUES;
    const struct tlv *maximum = &fields[PROPRIETARY_MAXIMUM];
    if (maximum->tag != 0 && !bytes_to_u32(maximum->value, &plan->maximum))
        return PE_BAD_VALUES;
    return read_pattern(plan, fields);
}

/* An empty path turns a template's link into a file of its own. */
static enum pe_status read_link(struct saip_plan *plan, struct bytes value)
{
    plan->link = value;
    return value.len % 2 == 0 && (value.len > 0 || plan->row != NULL) ? PE_OK : PE_BAD_VALUES;
}

static int refuse_field(struct saip *saip, enum pe_status status,
                        const struct pe_schema_field *field, const struct tlv *tlv)
{
    char digits[HEX_SIZE(VALUE_SHOWN)];
    const bool whole = tlv->value.len <= VALUE_SHOWN;
    hex_encode(bytes_of(tlv->value.data, whole ? tlv->value.len : VALUE_SHOWN), digits);
    return saip_refuse_because(saip, status, tlv->whole.data, "its %s cannot be '%s%s'H",
                               field->name, digits, whole ? "" : "...");
}

int saip_plan_read(struct saip *saip, struct saip_plan *plan, struct bytes fcp)
{
    static reader *const readers[FCP_FIELDS] = {
        read_descriptor, read_file_id,    read_df_name, read_life_cycle,  read_rules,
        read_size,       read_pin_status, read_sfi,     read_proprietary, read_link,
    };
    struct tlv fields[FCP_FIELDS];
    pe_schema_split(&pe_schema_fcp, fcp, fields);
    for (size_t i = 0; i < FCP_FIELDS; i++) {
        if (fields[i].tag == 0)
            continue;
        const enum pe_status status = readers[i](plan, fields[i].value);
        if (plan->fid != 0)
            saip->file.fid = plan->fid;
        if (status != PE_OK)
            return refuse_field(saip, status, &pe_schema_fcp.fields[i], &fields[i]);
    }
    return PE_OK;
}
