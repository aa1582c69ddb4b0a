#include "fs/domain/domain.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "fs/domain/domain_commands.h"
#include "fs/domain/fci.h"

#define CLASS_SECURED 0x04
#define INS_INITIALIZE_UPDATE 0x50
#define INS_EXTERNAL_AUTHENTICATE 0x82
#define INS_GET_DATA 0xCA
#define ACCESS_DOMAIN_ONLY 0x01 /* of a key: not for the domain's applications */

/* One row an instruction: whether a secure channel (or a message over the air) must be there. */
struct command {
    uint8_t ins;
    bool open; /* to anybody */
    domain_handler *handle;
};
static const struct command commands[] = {
    {INS_INITIALIZE_UPDATE, true, domain_initialize_update},
    {INS_EXTERNAL_AUTHENTICATE, true, domain_external_authenticate},
    {INS_GET_DATA, true, domain_get_data},
    {0xF2, false, domain_get_status},
    {0xF0, false, domain_set_status},
    {0xD8, false, domain_put_key},
    {0xE4, false, domain_delete},
    {0xE6, false, domain_install},
    {0xE8, false, domain_load},
    {0xE2, false, domain_store_data},
};

static const struct command *command_of(uint8_t ins)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (commands[i].ins == ins)
            return &commands[i];
    return NULL;
}

int domain_execute(struct domain_context *context, const struct apdu *apdu, struct writer *response)
{
    const struct command *command = command_of(apdu->ins);
    if (command == NULL)
        return SW_INSTRUCTION;
    if (!command->open && !context->authenticated)
        return SW_SECURITY_STATUS;
    return command->handle(context, apdu, response);
}

void domain_init(struct domains *domains)
{
    memset(domains->channels, 0, sizeof(domains->channels));
    domains->chip_read = domains->profile_read = false;
    domains->chip_registry = domains->profile_registry = (struct domain_registry){0};
    domains->wrapped = 0;
}

static void forget(struct domains *domains)
{
    domain_registry_finish(&domains->chip_registry);
    domain_registry_finish(&domains->profile_registry);
    domains->chip_read = domains->profile_read = false;
}

void domain_deselect(struct domains *domains, uint8_t channel)
{
    struct domain_context *context = domains->channels[channel];
    if (context == NULL)
        return;
    domain_context_end(context);
    free(context);
    domains->channels[channel] = NULL;
}

void domain_reset(struct domains *domains)
{
    for (uint8_t channel = 0; channel < APDU_CHANNELS; channel++)
        domain_deselect(domains, channel);
    domains->wrapped = 0;
}

void domain_finish(struct domains *domains)
{
    domain_reset(domains);
    forget(domains);
}

/* The ISD-R stays selected, which manages another profile's entries from now on. */
static void leave_profile(struct domains *domains, uint8_t channel)
{
    struct domain_context *context = domains->channels[channel];
    if (context != NULL && context->owner == DOMAIN_OWNER_CHIP)
        domain_context_end_work(context);
    else
        domain_deselect(domains, channel);
}

void domain_set_profile(struct domains *domains, uint32_t profile)
{
    for (uint8_t channel = 0; channel < APDU_CHANNELS && profile != domains->profile; channel++)
        leave_profile(domains, channel);
    forget(domains);
    domains->profile = profile;
}

void domain_rest(struct domains *domains)
{
    forget(domains);
}

int domain_channel(struct domains *domains, uint8_t channel, struct domain_context **out)
{
    if (domains->channels[channel] == NULL) {
        domains->channels[channel] = malloc(sizeof(struct domain_context));
        if (domains->channels[channel] == NULL)
            return FAILURE_INTERNAL;
        domain_context_init(domains->channels[channel], domains);
    }
    *out = domains->channels[channel];
    return 0;
}

void domain_open_channel(struct domains *domains, uint8_t channel, uint8_t from)
{
    const struct domain_context *other = domains->channels[from];
    struct domain_context *context;
    domain_deselect(domains, channel);
    if (other == NULL || domain_channel(domains, channel, &context) != 0)
        return;
    context->owner = other->owner;
    context->aid = other->aid;
}

/* Within a secure channel a command must come wrapped, unless it begins another. */
static bool must_be_wrapped(const struct domain_context *context, const struct apdu *apdu)
{
    return context->authenticated && context->domains->wrapped == 0 &&
           apdu->ins != INS_INITIALIZE_UPDATE;
}

int domain_handle(struct domains *domains, bool chip, const struct apdu *apdu,
                  struct writer *response)
{
    struct domain_context *context;
    const int result = domain_channel(domains, apdu->channel, &context);
    if (result != 0)
        return result;
    if (chip) {
        context->owner = DOMAIN_OWNER_CHIP;
        context->aid = domains->chip_aid;
    }
    if (must_be_wrapped(context, apdu))
        return SW_SECURITY_STATUS;
    return domain_execute(context, apdu, response);
}

int domain_by_tar(struct domains *domains, const uint8_t tar[DOMAIN_TAR_SIZE],
                  struct domain_registry **registry, struct domain_entry **out)
{
    *out = NULL;
    if (domains->profile == 0)
        return 0;
    const int result = domain_context_registry(domains, domains->profile, registry);
    if (result == 0)
        *out = domain_list_by_tar(*registry, tar);
    return result;
}

struct domain_key *domain_key_of(const struct domain_registry *registry,
                                 const struct domain_entry *domain, uint8_t version,
                                 uint8_t identifier)
{
    struct domain_key *key = domain_list_key(registry, &domain->aid, version, identifier);
    return key != NULL && key->access != ACCESS_DOMAIN_ONLY ? key : NULL;
}

static struct domain_session *session_on(struct domains *domains, const struct apdu *apdu)
{
    struct domain_context *context = domains->channels[apdu->channel];
    return context != NULL ? context->session : NULL;
}

/* What comes out of its wrapping is as if it had been sent without. */
static void make_plain(struct apdu *apdu, struct bytes plain)
{
    const bool le = apdu->shape == APDU_CASE_4;
    apdu->secured = false;
    apdu->data = plain;
    if (plain.len == 0) /* with its MAC it had data */
        apdu->shape = le ? APDU_CASE_2 : APDU_CASE_1;
}

int domain_unwrap(struct domains *domains, bool domain_selected, struct apdu *apdu)
{
    struct domain_session *session = domain_selected ? session_on(domains, apdu) : NULL;
    const uint8_t header[] = {apdu->family | CLASS_SECURED, apdu->ins, apdu->p1, apdu->p2};
    struct bytes plain;
    domains->wrapped = 0;
    if (apdu->ins == INS_EXTERNAL_AUTHENTICATE && apdu->family == 0x80 && domain_selected)
        return 0; /* it checks its own */
    if (session == NULL || session->scp.level == 0)
        return domain_selected ? SW_SECURITY_STATUS : SW_SECURE_MESSAGING_NOT_SUPPORTED;
    if (apdu->extended)
        return SW_WRONG_LENGTH;
    const int result =
        scp_unwrap(&session->scp, session->scp.level, header, apdu->data, session->buffer, &plain);
    if (result != 0) {
        domain_context_end_session(domains->channels[apdu->channel]);
        return result < 0 ? result : SW_SECURITY_STATUS;
    }
    make_plain(apdu, plain);
    domains->wrapped = (uint8_t)(apdu->channel + 1);
    return 0;
}

int domain_wrap(struct domains *domains, uint16_t status, struct writer *response)
{
    const uint8_t wrapped = domains->wrapped;
    domains->wrapped = 0;
    struct domain_context *context = wrapped != 0 ? domains->channels[wrapped - 1] : NULL;
    if (context == NULL || context->session == NULL || context->session->scp.level == 0)
        return 0;
    if (response->capacity - response->len < SCP_OVERHEAD_MAX)
        return FAILURE_INTERNAL;
    return scp_wrap(&context->session->scp, status, response->data, &response->len);
}

/* What of an AID can be selected: neither load files nor what is reached over the air alone, no
 * application without an engine to run it, nothing that is only installed. */
static bool is_selectable(const struct domain_entry *entry)
{
    return entry->kind == DOMAIN_SECURITY_DOMAIN && entry->state != DOMAIN_INSTALLED;
}

static struct domain_entry *find_selectable(struct domains *domains, struct bytes aid)
{
    struct domain_registry *registry;
    if (domains->profile == 0 || aid.len < DOMAIN_AID_MIN ||
        domain_context_registry(domains, domains->profile, &registry) != 0)
        return NULL;
    struct domain_entry *at = domain_list_match(registry, aid, NULL);
    while (at != NULL && !is_selectable(at))
        at = domain_list_match(registry, aid, at);
    return at;
}

static struct domain_entry *find_root(struct domains *domains)
{
    struct domain_registry *registry;
    if (domains->profile == 0 || domain_context_registry(domains, domains->profile, &registry) != 0)
        return NULL;
    return domain_list_root(registry);
}

/* SELECT without an AID is for the profile's own issuer security domain. */
static struct domain_entry *find_selected(struct domains *domains, struct bytes aid)
{
    return aid.len == 0 ? find_root(domains) : find_selectable(domains, aid);
}

static bool matches(void *state, const struct apdu *select, struct bytes aid)
{
    (void)select;
    return find_selected(state, aid) != NULL;
}

static int select_domain(void *state, const struct apdu *select, struct bytes aid,
                         struct writer *response)
{
    struct domains *domains = state;
    const struct domain_entry *entry = find_selected(domains, aid);
    struct domain_context *context;
    if (entry == NULL)
        return SW_FILE_NOT_FOUND;
    const struct fci fci = {.aid = domain_aid_bytes(&entry->aid)};
    int result = fci_answer(&fci, select, response);
    if (result != 0)
        return result;
    domain_deselect(domains, select->channel);
    result = domain_channel(domains, select->channel, &context);
    if (result != 0)
        return result;
    context->owner = domains->profile;
    context->aid = entry->aid;
    return (entry->state & DOMAIN_LOCKED) != 0 ? SW_SELECTED_DEACTIVATED : 0;
}

static int handle(void *state, const struct apdu *apdu, struct writer *response)
{
    return domain_handle(state, false, apdu, response);
}

/* clang-format off */
#define WITH_DATA (APDU_CASE_3 | APDU_CASE_4)
static const struct command_row rows[] = {
    {"INITIALIZE UPDATE", 0x80, 0x50, WITH_DATA, handle, "GlobalPlatform Amendment D §7.1.1"},
    {"EXTERNAL AUTHENTICATE", 0x80, 0x82, WITH_DATA, handle, "GlobalPlatform Amendment D §7.1.2"},
    {"GET DATA", 0x80, 0xCA, APDU_CASE_ANY, handle, "GlobalPlatform §11.3"},
    {"GET DATA", 0x00, 0xCA, APDU_CASE_ANY, handle, "GlobalPlatform §11.3"},
    {"GET STATUS", 0x80, 0xF2, APDU_CASE_ANY, handle, "GlobalPlatform §11.4"},
    {"SET STATUS", 0x80, 0xF0, APDU_CASE_ANY, handle, "GlobalPlatform §11.10"},
    {"PUT KEY", 0x80, 0xD8, APDU_CASE_ANY, handle, "GlobalPlatform §11.8"},
    {"DELETE", 0x80, 0xE4, APDU_CASE_ANY, handle, "GlobalPlatform §11.2"},
    {"INSTALL", 0x80, 0xE6, APDU_CASE_ANY, handle, "GlobalPlatform §11.5"},
    {"LOAD", 0x80, 0xE8, APDU_CASE_ANY, handle, "GlobalPlatform §11.6"},
    {"STORE DATA", 0x80, 0xE2, APDU_CASE_ANY, handle, "GlobalPlatform §11.11"},
};
/* clang-format on */

const struct command_table domain_commands = {rows, sizeof(rows) / sizeof(rows[0])};

const struct application domain_application = {
    .name = "security domain",
    .commands = {rows, sizeof(rows) / sizeof(rows[0])},
    .matches = matches,
    .select = select_domain,
};
