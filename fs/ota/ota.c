#include "fs/ota/ota.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "crypto/primitives/secret.h"
#include "fs/ota/ota_report.h"
#include "fs/ota/ota_security.h"
#include "fs/ota/ram.h"
#include "fs/ota/rfm.h"

#define OTA_KEY_MAX 32

/* One packet on its way. */
struct receipt {
    struct ota *ota;
    const struct sms_delivery *from;
    struct domain_registry *registry;
    struct scp80_command command;
    struct ota_access access;
    uint8_t kic[OTA_KEY_MAX], kid[OTA_KEY_MAX]; /* what access borrows */
    uint8_t *plain;                             /* heap: what was deciphered */
    uint8_t response[SCRIPT_RESPONSE_MAX];
    struct writer data; /* what the script answers, in the above */
};

static int run_script(struct receipt *receipt, const struct script_target *target)
{
    return script_run(target, receipt->command.data, &receipt->data);
}

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

static struct chain_link link_of(const struct receipt *receipt)
{
    return (struct chain_link){.chain = &receipt->ota->chain,
                               .profile = receipt->ota->domains->profile,
                               .application = receipt->access.application->aid};
}

static int run_in_domain(struct receipt *receipt)
{
    struct ota *ota = receipt->ota;
    struct ram ram = {.update = ota->update_metadata,
                      .update_context = ota->update_context,
                      .proactive = &ota->uicc->proactive,
                      .link = link_of(receipt)};
    const struct domain_aid domain = receipt->access.application->aid;
    ram_begin(&ram, ota->domains, &domain, receipt->access.version);
    const struct script_target target = ram_target(&ram);
    const int result = run_script(receipt, &target);
    ram_end(&ram);
    return result;
}

/* By the kind of application that has the TAR. */
static int run_in_application(struct receipt *receipt)
{
    const struct domain_entry *application = receipt->access.application;
    const struct chain_link link = link_of(receipt);
    struct rfm rfm;
    if (application->kind == DOMAIN_SECURITY_DOMAIN)
        return run_in_domain(receipt);
    if (application->kind == DOMAIN_FILE_MANAGEMENT &&
        rfm_begin(&rfm, receipt->ota->uicc, application->parameters, &link)) {
        const struct script_target target = rfm_target(&rfm);
        const int result = run_script(receipt, &target);
        rfm_end(&rfm);
        return result;
    }
    const struct script_target nobody = {.takes_data = takes_data_always,
                                         .execute = refuse_instruction};
    return run_script(receipt, &nobody);
}

/* A script may replace the keys that its own answer is made with. */
static void keep_key(struct scp80_key *key, uint8_t room[OTA_KEY_MAX])
{
    if (key->value.len > OTA_KEY_MAX)
        *key = (struct scp80_key){0};
    if (key->value.len > 0)
        memcpy(room, key->value.data, key->value.len);
    key->value.data = room;
}

/* Up to the script: SCP80_OK, the status to refuse it with, or a failure. */
static int admit(struct receipt *receipt)
{
    struct scp80_command *command = &receipt->command;
    int result = (int)ota_security_find(receipt->registry, &command->header, &receipt->access);
    keep_key(&receipt->access.keys.kic, receipt->kic);
    keep_key(&receipt->access.keys.kid, receipt->kid);
    if (result == 0)
        result = scp80_open(command, &receipt->access.keys, receipt->plain);
    if (result == 0)
        result = ota_security_count(receipt->registry, &receipt->access, command);
    if (result == 0 &&
        !ota_security_is_enough(command->header.spi[0], receipt->access.application->level))
        result = SCP80_SECURITY_LEVEL;
    return result;
}

static int report(const struct receipt *receipt, int status, struct writer *out)
{
    const struct ota_report report = {.command = &receipt->command,
                                      .keys = &receipt->access.keys,
                                      .status = status,
                                      .data = writer_bytes(&receipt->data),
                                      .from = receipt->from,
                                      .reference = ++receipt->ota->reference};
    return ota_report_send(&report, &receipt->ota->uicc->proactive, out);
}

static int carry_out(struct receipt *receipt, struct writer *out)
{
    int status = admit(receipt);
    if (status < 0)
        return status;
    if (status == SCP80_OK) {
        const int result = run_in_application(receipt);
        if (result < 0)
            return result;
    }
    return report(receipt, status, out);
}

/* TARs exist for the enabled profile only. */
int ota_receive(struct ota *ota, const struct sms_delivery *from, struct bytes packet,
                struct writer *out)
{
    struct domain_registry none = {0}, *registry = &none;
    struct receipt *receipt = calloc(1, sizeof(*receipt));
    int result = receipt == NULL ? FAILURE_INTERNAL : 0;
    if (receipt != NULL && scp80_read(packet, &receipt->command)) {
        receipt->ota = ota;
        receipt->from = from;
        receipt->data = writer_on(receipt->response, sizeof(receipt->response));
        receipt->plain = malloc(receipt->command.secured.len + 1);
        if (receipt->plain == NULL)
            result = FAILURE_INTERNAL;
        if (result == 0 && ota->domains->profile != 0)
            result = domain_context_registry(ota->domains, ota->domains->profile, &registry);
        receipt->registry = registry;
        if (result == 0)
            result = carry_out(receipt, out);
        if (receipt->plain != NULL)
            wipe(receipt->plain, receipt->command.secured.len);
        free(receipt->plain);
    }
    if (receipt != NULL)
        wipe(receipt, sizeof(*receipt));
    free(receipt);
    return result;
}

/* A message that carries no command packet is for nobody on the card (TS 31.115 §4.1). */
static int receive_message(struct ota *ota, const struct tlv *envelope, struct writer *response)
{
    struct sms_delivery delivery;
    struct sms_part part;
    struct bytes message;
    if (!sms_read(envelope, &delivery))
        return SW_WRONG_DATA;
    if (!sms_read_part(&delivery, &part))
        return 0;
    if (part.count == 1)
        return part.command_packet ? ota_receive(ota, &delivery, delivery.text, response) : 0;
    const int result = reassembly_take(&ota->reassembly, &delivery, &part, &message);
    if (result != REASSEMBLY_WHOLE)
        return result < 0 ? result : 0;
    const int received =
        ota->reassembly.command_packet ? ota_receive(ota, &delivery, message, response) : 0;
    reassembly_reset(&ota->reassembly);
    return received;
}

static int receive_envelope(void *context, const struct tlv *envelope, struct writer *response)
{
    return envelope->tag == SMS_ENVELOPE ? receive_message(context, envelope, response) : 0;
}

void ota_init(struct ota *ota, struct domains *domains, struct uicc *uicc)
{
    *ota = (struct ota){.domains = domains, .uicc = uicc};
    ota->listener = (struct uicc_listener){.context = ota, .envelope = receive_envelope};
    uicc_listen(uicc, &ota->listener);
}

void ota_reset(struct ota *ota)
{
    reassembly_reset(&ota->reassembly);
    chain_end(&ota->chain);
}

void ota_finish(struct ota *ota)
{
    ota_reset(ota);
}
