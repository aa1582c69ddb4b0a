/* Configuration operations on eIMs (SGP.32 §2.11.1.1.2). They take effect after the package: its
 * result is signed with what its sender was when it came. */
#include "isd-r/iot/operation.h"

#include "apdu/status.h"

#define TAG_LIST 0xA0
#define TAG_ID_TYPE_1_0 0x84 /* of EimIdInfo in v1.0; since then as in EimConfigurationData */
#define TAG_ID_TYPE 0x82
#define ID_TYPE_PROPRIETARY 3
#define LAST_EIM_DELETED 2

static enum euicc_info_iot release_of(const struct operation_run *run)
{
    return euicc_info_iot(run->iot->info);
}

int eco_add_eim(struct operation_run *run, const struct operation *operation, int *answer,
                struct writer *result)
{
    const struct iot *iot = run->iot;
    const struct eim_list_chip chip = {iot->store, iot->credentials, release_of(run)};
    struct eim eim;
    int64_t token = 0;
    enum eim_result added = eim_parse(operation->content, chip.release, &eim);
    if (added == EIM_OK)
        added = eim_check_new(&eim, chip.credentials);
    const int status = added == EIM_OK ? eim_list_add(&chip, &eim, &added, &token) : 0;
    *answer = (int)added;
    if (added == EIM_OK && token != 0)
        der_put_integer(result, EIM_TAG_TOKEN, token);
    else if (added == EIM_OK)
        der_put_integer(result, DER_INTEGER, EIM_OK);
    return status;
}

int eco_delete_eim(struct operation_run *run, const struct operation *operation, int *answer,
                   struct writer *result)
{
    struct eim_entry entry;
    struct bytes content = operation->content;
    struct tlv id;
    size_t left = 0;
    (void)result;
    *answer = EIM_COMMAND_ERROR;
    if (!tlv_take_tag(&content, EIM_TAG_ID, &id))
        return 0;
    int status = eim_list_find(run->iot->store, id.value, &entry);
    *answer = status == SW_REFERENCE_NOT_FOUND ? EIM_NOT_FOUND : EIM_OK;
    if (status == 0)
        status = eim_list_remove(run->iot->store, &entry);
    if (status == 0)
        status = eim_list_count(run->iot->store, &left);
    if (status == 0 && left == 0)
        *answer = LAST_EIM_DELETED;
    return status < 0 ? status : 0;
}

int eco_update_eim(struct operation_run *run, const struct operation *operation, int *answer,
                   struct writer *result)
{
    struct store *store = run->iot->store;
    struct eim_entry entry;
    struct eim update;
    (void)result;
    enum eim_result checked = eim_parse(operation->content, release_of(run), &update);
    if (checked == EIM_OK)
        checked = eim_check_update(&update, run->iot->credentials);
    *answer = (int)checked;
    if (checked != EIM_OK)
        return 0;
    int status = eim_list_find(store, eim_id(&update), &entry);
    *answer = status == SW_REFERENCE_NOT_FOUND ? EIM_NOT_FOUND : EIM_OK;
    if (status == 0) {
        eim_update(&entry.eim, &update);
        status = eim_list_replace(store, &entry);
    }
    if (status == SW_NOT_ENOUGH_MEMORY)
        *answer = EIM_COMMAND_ERROR;
    return status < 0 ? status : 0;
}

struct listing {
    struct writer *out;
    uint32_t type_tag;
};

/* EimIdInfo: the type only where it says something. */
static int put_one(void *context, const struct eim *eim, struct bytes whole)
{
    const struct listing *listing = context;
    const struct tlv *type = &eim->fields[EIM_ID_TYPE];
    uint32_t number;
    (void)whole;
    const size_t mark = tlv_open(listing->out, DER_SEQUENCE);
    writer_put(listing->out, eim->fields[EIM_ID].whole);
    if (type->tag != 0 && der_to_unsigned(type->value, ID_TYPE_PROPRIETARY, &number) &&
        number != ID_TYPE_PROPRIETARY)
        tlv_put(listing->out, listing->type_tag, type->value);
    tlv_close(listing->out, mark);
    return 0;
}

int eco_list_eim(struct operation_run *run, const struct operation *operation, int *answer,
                 struct writer *result)
{
    (void)operation;
    const struct listing listing = {result, release_of(run) == EUICC_INFO_IOT_1_0 ? TAG_ID_TYPE_1_0
                                                                                  : TAG_ID_TYPE};
    *answer = OPERATION_OK;
    const size_t mark = tlv_open(result, TAG_LIST);
    const int status = eim_list_each(run->iot->store, put_one, (void *)&listing);
    tlv_close(result, mark);
    return status;
}
