#include "isd-r/rpm/rpm_command.h"

#include "isd-r/info/es10_tag.h"
#include "isd-r/profiles/profile_info.h"
#include "isd-r/info/tag_list.h"
#include "isd-r/profiles/update_metadata.h"

#define TAG_CONTINUE_ON_FAILURE 0x80
#define TAG_RESULT 0x80
#define TAG_CRITERIA 0xA0
#define TAG_OWNER_OID 0x80
#define TAG_PROFILES 0xA0
#define TAG_LIST_ERROR 0x81
#define TAG_UPDATE_RESULT 0x9F2A
#define TAG_CONTACT_RESULT 0xA0
#define TAG_CONTACT_OK 0xA0
#define TAG_CONTACT_ERROR 0x81
#define TAG_CONTACT_ADDRESS 0x80

/* Numbers that RPM adds to those of enum profile_state_result */
#define NOT_FOUND PROFILE_STATE_NOT_FOUND
#define COMMAND_ERROR 7
#define DISALLOWED_FOR_RPM_ENABLE 9
#define DISALLOWED_FOR_RPM_DISABLE 10
/* ProfileInfoListError */
#define LIST_CHANGE_ONGOING 11
/* ContactPcmpResponse */
#define CONTACT_NOT_ENABLED 2
#define CONTACT_NO_LPR_CONFIGURATION 13

static const struct profile_state_order remote_order = {.refresh = true, .remote = true};

/* What the session's server may do with this profile. A test profile is nobody's to manage. */
static bool find_manager(const struct rpm *rpm, const struct registry_profile *profile,
                         struct rpm_configuration *configuration, struct rpm_manager *out)
{
    return profile->metadata.class != METADATA_TEST &&
           rpm_configuration_parse(profile->metadata.rpm_configuration, configuration) &&
           rpm_configuration_find(configuration, rsp_session_oid(rpm->session),
                                  rpm->session->server_ci->ci.subject_key_id, out);
}

static bool is_allowed(const struct rpm *rpm, const struct rpm_command *command,
                       const struct registry_profile *target)
{
    struct rpm_configuration configuration;
    struct rpm_manager manager;
    if (!find_manager(rpm, target, &configuration, &manager))
        return false;
    return command->row->type != 0 ? (manager.types & command->row->type) != 0
                                   : update_metadata_is_within(command->rest, manager.tag_list);
}

/* A test profile that is enabled stays so, too. */
static int enable(struct rpm *rpm, const struct rpm_command *command,
                  const struct registry_profile *target, int *answer)
{
    const struct registry_profile *enabled = registry_enabled(rpm->state->registry);
    *answer = command->row->not_allowed;
    if (enabled != NULL && enabled->metadata.class == METADATA_TEST)
        return 0;
    return profile_state_enable(rpm->state, target, remote_order, answer);
}

static int disable(struct rpm *rpm, const struct rpm_command *command,
                   const struct registry_profile *target, int *answer)
{
    (void)command;
    return profile_state_disable(rpm->state, target, remote_order, answer);
}

static int delete (struct rpm *rpm, const struct rpm_command *command,
                   const struct registry_profile *target, int *answer)
{
    (void)command;
    return profile_state_delete(rpm->state, target, remote_order, answer);
}

static int update(struct rpm *rpm, const struct rpm_command *command,
                  const struct registry_profile *target, int *answer)
{
    const struct update_metadata_support support = {rpm->state->info->rsp_capability,
                                                    rpm->state->terminal->enterprise};
    return update_metadata(rpm->state->registry, target, support, command->rest, answer);
}

static int list(struct rpm *rpm, const struct rpm_command *command,
                const struct registry_profile *target, int *answer)
{
    (void)command;
    (void)target;
    *answer = rpm->state->pending.waiting ? LIST_CHANGE_ONGOING : 0;
    return 0;
}

static int contact(struct rpm *rpm, const struct rpm_command *command,
                   const struct registry_profile *target, int *answer)
{
    (void)command;
    if (!profile_state_is_enabled(rpm->state, target))
        *answer = CONTACT_NOT_ENABLED;
    else
        *answer =
            target->metadata.lpr_configuration.data == NULL ? CONTACT_NO_LPR_CONFIGURATION : 0;
    return 0;
}

/* EnableProfileResponse, DisableProfileResponse, DeleteProfileResponse */
static void put_state(const struct rpm *rpm, const struct rpm_command *command, int answer,
                      struct writer *out)
{
    (void)rpm;
    const size_t mark = tlv_open(out, command->row->result_tag);
    der_put_integer(out, TAG_RESULT, answer);
    tlv_close(out, mark);
}

static void put_update(const struct rpm *rpm, const struct rpm_command *command, int answer,
                       struct writer *out)
{
    (void)rpm;
    der_put_integer(out, command->row->result_tag, answer);
}

/* ContactPcmpResponse */
static void put_contact(const struct rpm *rpm, const struct rpm_command *command, int answer,
                        struct writer *out)
{
    const struct registry_profile *target = registry_by_iccid(rpm->state->registry, command->iccid);
    const size_t mark = tlv_open(out, command->row->result_tag);
    struct tlv address;
    if (answer == 0 &&
        tlv_find(target->metadata.lpr_configuration, METADATA_TAG_PCMP_ADDRESS, &address)) {
        const size_t choice = tlv_open(out, TAG_CONTACT_OK);
        tlv_put(out, TAG_CONTACT_ADDRESS, address.value);
        tlv_close(out, choice);
    } else {
        der_put_integer(out, TAG_CONTACT_ERROR, answer);
    }
    tlv_close(out, mark);
}

/* ListProfileInfo */
struct search {
    struct tlv criterion; /* ICCID or profileOwnerOid; tag 0: all */
    struct bytes tag_list;
};

static bool parse_search(struct bytes value, struct search *out)
{
    struct tlv criteria, tag_list;
    *out = (struct search){0};
    if (!tlv_take_optional(&value, TAG_CRITERIA, &criteria) ||
        !tlv_take_optional(&value, ES10_TAG_TAG_LIST, &tag_list) ||
        !tag_list_is_one(tag_list.value))
        return false;
    out->tag_list = tag_list.value;
    return criteria.tag == 0 || tlv_whole(criteria.value, ES10_TAG_ICCID, &out->criterion) ||
           tlv_whole(criteria.value, TAG_OWNER_OID, &out->criterion);
}

static bool is_searched(const struct rpm *rpm, const struct search *search,
                        const struct registry_profile *profile)
{
    struct rpm_configuration configuration;
    struct rpm_manager manager;
    if (!find_manager(rpm, profile, &configuration, &manager) || !(manager.types & RPM_TYPE_LIST))
        return false;
    switch (search->criterion.tag) {
    case ES10_TAG_ICCID:
        return bytes_equal(search->criterion.value, bytes_of(profile->iccid, METADATA_ICCID_SIZE));
    case TAG_OWNER_OID:
        return bytes_equal(search->criterion.value, configuration.owner_oid);
    default:
        return true;
    }
}

/* ProfileInfoListResponse. Profiles that the server may not list are as if they were not there. */
static void put_list(const struct rpm *rpm, const struct rpm_command *command, int answer,
                     struct writer *out)
{
    struct search search;
    const size_t mark = tlv_open(out, command->row->result_tag);
    if (answer == 0 && parse_search(command->rest, &search)) {
        const size_t profiles = tlv_open(out, TAG_PROFILES);
        for (size_t i = 0; i < rpm->state->registry->count; i++)
            if (is_searched(rpm, &search, &rpm->state->registry->list[i]))
                profile_info_put(&rpm->state->registry->list[i], search.tag_list,
                                 rpm->state->info->rsp_capability, out);
        tlv_close(out, profiles);
    } else {
        der_put_integer(out, TAG_LIST_ERROR, answer);
    }
    tlv_close(out, mark);
}

/* clang-format off */
static const struct rpm_command_row rows[] = {
    /* tag   name               type              iccid  refresh ends   unknown        not_allowed                 result_tag          handle   put */
    { 0xA1, "enable",          RPM_TYPE_ENABLE,  true,  true,  false, NOT_FOUND,     DISALLOWED_FOR_RPM_ENABLE,  ES10_ENABLE_PROFILE,    enable,  put_state },
    { 0xA2, "disable",         RPM_TYPE_DISABLE, true,  true,  false, NOT_FOUND,     DISALLOWED_FOR_RPM_DISABLE, ES10_DISABLE_PROFILE,   disable, put_state },
    { 0xA3, "delete",          RPM_TYPE_DELETE,  true,  false, false, NOT_FOUND,     COMMAND_ERROR,              ES10_DELETE_PROFILE,    delete,  put_state },
    { 0xA4, "listProfileInfo", RPM_TYPE_LIST,    false, false, false, 0,             0,                          ES10_GET_PROFILES_INFO, list,    put_list },
    { 0xA5, "updateMetadata",  0,                true,  false, false, COMMAND_ERROR, COMMAND_ERROR,              TAG_UPDATE_RESULT,      update,  put_update },
    { 0xA6, "contactPcmp",     RPM_TYPE_CONTACT, true,  false, true,  COMMAND_ERROR, COMMAND_ERROR,              TAG_CONTACT_RESULT,     contact, put_contact },
};
/* clang-format on */

const struct rpm_command_table rpm_commands = {rows, sizeof(rows) / sizeof(rows[0])};

static const struct rpm_command_row *find_row(uint32_t tag)
{
    for (size_t i = 0; i < rpm_commands.count; i++)
        if (rows[i].tag == tag)
            return &rows[i];
    return NULL;
}

/* What follows the ICCID: of a list, what is searched for; of an update, the request's value. */
static bool take_rest(struct rpm_command *command, struct bytes rest)
{
    struct search search;
    struct tlv request;
    command->rest = rest;
    if (!command->row->has_iccid)
        return parse_search(rest, &search);
    if (command->row->type == 0 && !tlv_whole(rest, UPDATE_METADATA_TAG, &request))
        return false;
    if (command->row->type == 0)
        command->rest = request.value;
    return true;
}

bool rpm_command_take(struct bytes *package, struct rpm_command *out)
{
    struct bytes rest = *package;
    struct tlv whole, flag, details, iccid = {0};
    if (!tlv_take_tag(&rest, DER_SEQUENCE, &whole) ||
        !tlv_take_optional(&whole.value, TAG_CONTINUE_ON_FAILURE, &flag) ||
        !tlv_take(&whole.value, &details))
        return false;
    struct rpm_command command = {.continues = flag.tag != 0, .row = find_row(details.tag)};
    if (command.row == NULL ||
        (command.row->has_iccid && (!tlv_take_tag(&details.value, ES10_TAG_ICCID, &iccid) ||
                                    iccid.value.len != METADATA_ICCID_SIZE)) ||
        !take_rest(&command, details.value))
        return false;
    command.iccid = iccid.value;
    *package = rest;
    *out = command;
    return true;
}

static int carry_out(struct rpm *rpm, const struct rpm_command *command, int *answer)
{
    const struct rpm_command_row *row = command->row;
    const struct registry_profile *target = NULL;
    if (row->has_iccid) {
        target = registry_by_iccid(rpm->state->registry, command->iccid);
        *answer = target == NULL ? row->unknown : row->not_allowed;
        if (target == NULL || !is_allowed(rpm, command, target))
            return 0;
    }
    return row->handle(rpm, command, target, answer);
}

int rpm_command_run(struct rpm *rpm, const struct rpm_command *command, struct writer *results,
                    int *answer)
{
    const int result = carry_out(rpm, command, answer);
    if (result != 0)
        return result;
    const size_t mark = tlv_open(results, DER_SEQUENCE);
    if (command->iccid.len > 0)
        tlv_put(results, ES10_TAG_ICCID, command->iccid);
    command->row->put(rpm, command, *answer, results);
    tlv_close(results, mark);
    return 0;
}
