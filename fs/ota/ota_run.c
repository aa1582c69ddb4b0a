#include "fs/ota/ota_run.h"

#include "apdu/status.h"
#include "fs/ota/ram.h"
#include "fs/ota/rfm.h"

static bool takes_data_always(void *state, uint8_t cla, uint8_t ins)
{
    (void)state;
    (void)cla;
    (void)ins;
    return true;
}

static int refuse_instruction(void *state, const struct apdu *apdu, struct writer *response)
{
    (void)state;
    (void)apdu;
    (void)response;
    return SW_INSTRUCTION;
}

static struct chain_link link_of(struct ota *ota, const struct domain_entry *application)
{
    return (struct chain_link){
        .chain = &ota->chain, .profile = ota->domains->profile, .application = application->aid};
}

static int run_in_domain(struct ota *ota, const struct ota_script *script, struct writer *out)
{
    struct ram ram = {.update = ota->update_metadata,
                      .update_context = ota->update_context,
                      .proactive = &ota->uicc->proactive,
                      .link = link_of(ota, script->application)};
    const struct domain_aid domain = script->application->aid;
    ram_begin(&ram, ota->domains, &domain, script->version, script->dek);
    struct script_target target = ram_target(&ram);
    target.watch = ota->watch;
    const int result = script_run(&target, script->commands, out), ended = ram_end(&ram);
    return result != 0 ? result : ended;
}

int ota_run(struct ota *ota, const struct ota_script *script, struct writer *out)
{
    const struct domain_entry *application = script->application;
    const struct chain_link link = link_of(ota, application);
    struct rfm rfm;
    if (application->kind == DOMAIN_SECURITY_DOMAIN)
        return run_in_domain(ota, script, out);
    if (application->kind == DOMAIN_FILE_MANAGEMENT &&
        rfm_begin(&rfm, ota->uicc, application->parameters, &link)) {
        struct script_target target = rfm_target(&rfm);
        target.watch = ota->watch;
        const int result = script_run(&target, script->commands, out), ended = rfm_end(&rfm);
        return result != 0 ? result : ended;
    }
    const struct script_target nobody = {.takes_data = takes_data_always,
                                         .execute = refuse_instruction};
    return script_run(&nobody, script->commands, out);
}
