/* PE-GenericFileManagement (TCA §8.3.5): files described in full, as CREATE FILE commands would. */
#include "apdu/der.h"
#include "fs/saip/saip_file.h"

enum command_tag {
    COMMAND_PATH = 0x80,
    COMMAND_CREATE = 0x62,
    COMMAND_FILL_OFFSET = DER_INTEGER,
    COMMAND_FILL_CONTENT = 0x81,
};

enum pe_field { PE_HEADER, PE_COMMANDS };

/* What is selected. */
struct selection {
    struct file *directory; /* NULL: there is no MF yet */
    struct saip_cursor cursor;
};

static int select_path(struct saip *saip, struct selection *selection, const struct tlv *command)
{
    int result = saip_content_end(saip, &selection->cursor, command->whole.data);
    struct file *file = profile_file_by_path(saip->profile, command->value);
    if (result != PE_OK)
        return result;
    if (file == NULL)
        return saip_refuse_because(saip, PE_BAD_VALUES, command->whole.data,
                                   "its filePath leads to no file");
    const bool is_directory = file_is_directory(file);
    saip->file = (struct saip_place){file->fid, NULL};
    selection->directory = is_directory ? file : file->parent;
    selection->cursor = (struct saip_cursor){is_directory ? NULL : file, 0};
    return PE_OK;
}

static int create(struct saip *saip, struct selection *selection, const struct tlv *command)
{
    struct saip_plan plan = saip_plan_blank(selection->directory);
    struct file *file = NULL;
    int result = saip_content_end(saip, &selection->cursor, command->whole.data);
    saip->file = (struct saip_place){0};
    if (result == PE_OK)
        result = saip_plan_read(saip, &plan, command->value);
    if (result == PE_OK)
        result = saip_plan_create(saip, &plan, command->whole.data, &file);
    if (result != PE_OK)
        return result;
    if (file->type == FILE_MF)
        saip->now.seen |= SAIP_SEEN_MF;
    if (file->type == FILE_ADF)
        saip->now.seen |= SAIP_SEEN_ADF;
    if (file_is_directory(file))
        selection->directory = file;
    else
        selection->cursor = (struct saip_cursor){file, 0};
    return PE_OK;
}

static int run_command(struct saip *saip, struct selection *selection, const struct tlv *command)
{
    switch (command->tag) {
    case COMMAND_PATH:
        return select_path(saip, selection, command);
    case COMMAND_CREATE:
        return create(saip, selection, command);
    case COMMAND_FILL_OFFSET:
        return saip_content_skip(saip, &selection->cursor, command->value);
    case COMMAND_FILL_CONTENT:
        return saip_content_put(saip, &selection->cursor, command->value);
    default: /* not known: reported by the check of the form */
        return PE_OK;
    }
}

int saip_generic(struct saip *saip, const struct saip_pe *pe)
{
    struct selection selection = {.directory = saip->profile->mf};
    struct bytes lists = pe->fields[PE_COMMANDS].value;
    struct tlv list, command;
    int result = PE_OK;
    while (result == PE_OK && tlv_take(&lists, &list))
        while (result == PE_OK && tlv_take(&list.value, &command))
            result = run_command(saip, &selection, &command);
    if (result == PE_OK)
        result = saip_content_end(saip, &selection.cursor, pe->whole.data);
    if (result == PE_OK && saip->profile->mf == NULL)
        return saip_refuse_because(saip, PE_INVALID_REQUEST_FORMAT, pe->whole.data,
                                   "the first file is the MF");
    return result;
}
