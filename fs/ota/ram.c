#include "fs/ota/ram.h"

#include "apdu/status.h"
#include "fs/domain/domain.h"
#include "fs/ota/action.h"

#define FAMILY_GLOBAL_PLATFORM 0x80
#define INS_GET_DATA 0xCA
#define INS_GET_RESPONSE 0xC0
#define INS_STORE_DATA 0xE2
#define INS_INITIALIZE_UPDATE 0x50 /* nothing opens a secure channel inside a packet */
#define INS_EXTERNAL_AUTHENTICATE 0x82

#define TAG_UPDATE_METADATA 0xBF2A

static void set_dek(struct ram *ram, struct domains *domains, uint8_t version, uint8_t dek)
{
    struct domain_registry *registry;
    if (version == 0 || domain_context_registry(domains, ram->context.owner, &registry) != 0)
        return;
    const struct domain_key *key = domain_list_key(registry, &ram->context.aid, version, dek);
    if (key == NULL)
        return;
    const struct domain_key_component component = domain_list_first_component(key);
    if (secret_set(&ram->context.dek.key, component.value))
        ram->context.dek.type = component.type;
}

void ram_begin(struct ram *ram, struct domains *domains, const struct domain_aid *domain,
               uint8_t version, uint8_t dek)
{
    domain_context_init(&ram->context, domains);
    ram->context.owner =
        domain_aid_equal(domain, &domains->chip_aid) ? DOMAIN_OWNER_CHIP : domains->profile;
    ram->context.aid = *domain;
    ram->context.authenticated = true;
    ram->context.key_version = version;
    set_dek(ram, domains, version, dek);
}

static int enter_chain(void *state, uint8_t position)
{
    struct ram *ram = state;
    const int error = chain_enter(&ram->link, position);
    if (error == CHAIN_OK && ram->link.resumed)
        domain_context_move_work(&ram->link.chain->work, &ram->context);
    return error;
}

int ram_end(struct ram *ram)
{
    if (ram->link.goes_on)
        domain_context_move_work(&ram->context, &ram->link.chain->work);
    domain_context_end(&ram->context);
    return chain_leave(&ram->link);
}

static bool takes_data(void *state, uint8_t cla, uint8_t ins)
{
    (void)state;
    (void)cla;
    return ins != INS_GET_DATA && ins != INS_GET_RESPONSE;
}

/* Metadata may come in any block form: it is one block (SGP.22 §5.4.1). */
static bool is_metadata(const struct apdu *apdu, struct tlv *request)
{
    return apdu->ins == INS_STORE_DATA && tlv_whole(apdu->data, TAG_UPDATE_METADATA, request);
}

static int execute(void *state, const struct apdu *apdu, struct writer *response)
{
    struct ram *ram = state;
    struct tlv request;
    if (apdu->family != FAMILY_GLOBAL_PLATFORM || apdu->ins == INS_INITIALIZE_UPDATE ||
        apdu->ins == INS_EXTERNAL_AUTHENTICATE)
        return SW_INSTRUCTION;
    if (apdu->secured || apdu->channel != 0)
        return SW_CLASS;
    if (is_metadata(apdu, &request))
        return ram->update != NULL ? ram->update(ram->update_context, request.value)
                                   : SW_CONDITIONS_NOT_SATISFIED;
    return domain_execute(&ram->context, apdu, response);
}

static bool act(void *state, struct bytes command)
{
    struct ram *ram = state;
    return action_ask(ram->proactive, command);
}

struct script_target ram_target(struct ram *ram)
{
    return (struct script_target){.state = ram,
                                  .names = &domain_commands,
                                  .takes_data = takes_data,
                                  .execute = execute,
                                  .act = act,
                                  .chain = enter_chain};
}
