#include "fs/ota/rfm.h"

#include "apdu/status.h"
#include "fs/ota/action.h"
#include "fs/saip/pe_schema.h"
#include "fs/uicc/uicc_commands.h"
#include "fs/uicc/uicc_gsm.h"
#include "fs/uicc/uicc_keep.h"
#include "fs/uicc/uicc_select.h"

/* Fields of PE-RFM and of ADFRFMAccess, in the order of the module. */
enum { RFM_UICC = 5, RFM_UICC_ADMIN, RFM_ADF };
enum { ADF_AID, ADF_ACCESS, ADF_ADMIN };

/* What may be sent from afar (TS 102 226 §7.2, TS 31.116 §6). The rows of uicc's own table carry
 * them out. */
/* clang-format off */
static const struct {
    uint8_t family, ins;
} allowed[] = {
    {0x00, 0xA4}, {0x00, 0xB0}, {0x00, 0xB2}, {0x80, 0xF2}, {0x00, 0xD6}, {0x00, 0xDC},
    {0x00, 0xA2}, {0x80, 0x32}, {0x00, 0x20}, {0x00, 0x24}, {0x00, 0x26}, {0x00, 0x28},
    {0x00, 0x2C}, {0x80, 0xCB}, {0x80, 0xDB}, {0x00, 0x04}, {0x00, 0x44}, {0x00, 0xE0},
    {0x00, 0xE4}, {0x00, 0xE6}, {0x00, 0xE8}, {0x80, 0xD4},
    {0xA0, 0xA4}, {0xA0, 0xC0}, {0xA0, 0xF2}, {0xA0, 0xB0}, {0xA0, 0xD6}, {0xA0, 0xB2},
    {0xA0, 0xDC}, {0xA0, 0x20},
};
/* clang-format on */

static bool is_allowed(const struct command_row *row)
{
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
        if (allowed[i].family == row->family && allowed[i].ins == row->ins)
            return true;
    return false;
}

static struct file *find_adf(struct profile *profile, struct bytes aid)
{
    struct file *adf = profile_adf_by_aid(profile, aid, NULL);
    while (adf != NULL && adf->aid_len != aid.len)
        adf = profile_adf_by_aid(profile, aid, adf);
    return adf;
}

static bool read_adf(struct rfm *rfm, const struct pe_schema_type *type, const struct tlv *field)
{
    struct tlv parts[PE_SCHEMA_FIELDS_MAX];
    struct uicc_channel *channel = &rfm->uicc->channels[UICC_CHANNEL_REMOTE];
    if (field->tag == 0)
        return true;
    pe_schema_split(type, field->value, parts);
    struct file *adf = find_adf(rfm->uicc->profile, parts[ADF_AID].value);
    if (adf == NULL)
        return false;
    rfm->remote.adf = access_domain_read(parts[ADF_ACCESS].value);
    rfm->remote.adf_admin = access_domain_read(parts[ADF_ADMIN].value);
    rfm->remote.only_adf = adf;
    channel->directory = channel->adf = adf;
    return true;
}

static const struct pe_schema_type *rfm_type(void)
{
    const struct pe_schema_type *element = &pe_schema_profile_element;
    for (size_t i = 0; i < element->count; i++)
        if (strcmp(element->fields[i].name, "rfm") == 0)
            return element->fields[i].type;
    return NULL;
}

bool rfm_begin(struct rfm *rfm, struct uicc *uicc, struct bytes parameters,
               const struct chain_link *link)
{
    const struct pe_schema_type *type = rfm_type();
    struct pe_schema_fault fault;
    struct tlv fields[PE_SCHEMA_FIELDS_MAX];
    if (type == NULL ||
        (!pe_schema_check(type, parameters, &fault) && fault.kind != PE_SCHEMA_UNKNOWN))
        return false;
    *rfm = (struct rfm){.uicc = uicc, .terminal = uicc->gsm, .link = *link};
    rfm->link.keepable = true;
    pe_schema_split(type, parameters, fields);
    rfm->remote.uicc = access_domain_read(fields[RFM_UICC].value);
    rfm->remote.uicc_admin = access_domain_read(fields[RFM_UICC_ADMIN].value);
    uicc->channels[UICC_CHANNEL_REMOTE] =
        (struct uicc_channel){.directory = uicc->profile->mf, .remote = &rfm->remote};
    if (!read_adf(rfm, type->fields[RFM_ADF].type, &fields[RFM_ADF]))
        return false;
    uicc_keep_gather(uicc);
    return true;
}

static uint32_t id_of(const struct file *file)
{
    return file != NULL ? file->id : 0;
}

/* Files may have gone meanwhile: their ids say which they were. */
static void leave_place(const struct uicc_channel *channel, struct chain *chain)
{
    chain->place =
        (struct uicc_place){id_of(channel->directory), id_of(channel->adf), id_of(channel->file)};
    chain->record = channel->record;
    chain->verified = channel->verified;
}

static bool find_again(const struct rfm *rfm, uint32_t id, struct file **out)
{
    *out = profile_file_by_id(rfm->uicc->profile, id);
    return *out != NULL || id == 0;
}

static int enter_chain(void *state, uint8_t position)
{
    struct rfm *rfm = state;
    struct uicc_channel *channel = &rfm->uicc->channels[UICC_CHANNEL_REMOTE];
    const int error = chain_enter(&rfm->link, position);
    if (error != CHAIN_OK || !rfm->link.resumed)
        return error;
    const struct chain *chain = rfm->link.chain;
    struct file *directory, *adf, *file;
    if (!find_again(rfm, chain->place.directory, &directory) ||
        !find_again(rfm, chain->place.adf, &adf) || !find_again(rfm, chain->place.file, &file))
        return CHAIN_LOST;
    channel->directory = directory;
    channel->adf = adf;
    channel->file = file;
    channel->record = chain->record;
    channel->verified = chain->verified;
    return CHAIN_OK;
}

int rfm_end(struct rfm *rfm)
{
    struct uicc_channel *channel = &rfm->uicc->channels[UICC_CHANNEL_REMOTE];
    if (rfm->link.goes_on)
        leave_place(channel, rfm->link.chain);
    uicc_state_end_transfer(&channel->transfer);
    *channel = (struct uicc_channel){0};
    rfm->uicc->gsm = rfm->terminal;
    const int result = uicc_keep_gathered(rfm->uicc);
    return result == 0 ? chain_leave(&rfm->link) : result;
}

static const struct command_row *find_row(uint8_t family, uint8_t ins)
{
    const struct command_table *table = &uicc_application.commands;
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].family == family && table->rows[i].ins == ins)
            return &table->rows[i];
    return NULL;
}

static bool takes_data(void *state, uint8_t cla, uint8_t ins)
{
    const struct command_row *row = find_row(cla, ins);
    (void)state;
    return row != NULL && (row->cases & (APDU_CASE_3 | APDU_CASE_4)) != 0;
}

/* By its AID only the instance's own application is in reach. */
static int select_adf(struct rfm *rfm, const struct apdu *apdu, struct writer *response)
{
    const struct file *adf = rfm->remote.only_adf;
    if (adf == NULL || apdu->data.len == 0 ||
        !bytes_start_with(bytes_of(adf->aid, adf->aid_len), apdu->data))
        return SW_FILE_NOT_FOUND;
    return uicc_select_application(rfm->uicc, apdu, bytes_of(adf->aid, adf->aid_len), response);
}

static int execute(void *state, const struct apdu *apdu, struct writer *response)
{
    struct rfm *rfm = state;
    struct apdu remote = *apdu;
    const struct command_row *row = find_row(apdu->family, apdu->ins);
    if (apdu->channel != 0 || apdu->secured)
        return SW_CLASS;
    if (row != NULL && !is_allowed(row))
        return SW_INSTRUCTION;
    remote.channel = UICC_CHANNEL_REMOTE;
    const int status = command_match(&uicc_application.commands, &remote, &row);
    if (status != 0)
        return status;
    if (row->handle == uicc_select && apdu->p1 == UICC_SELECT_AID)
        return select_adf(rfm, &remote, response);
    return row->handle(rfm->uicc, &remote, response);
}

static bool act(void *state, struct bytes command)
{
    struct rfm *rfm = state;
    return action_ask(&rfm->uicc->proactive, command);
}

struct script_target rfm_target(struct rfm *rfm)
{
    return (struct script_target){.state = rfm,
                                  .names = &uicc_application.commands,
                                  .takes_data = takes_data,
                                  .execute = execute,
                                  .act = act,
                                  .chain = enter_chain};
}
