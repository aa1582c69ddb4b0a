#include "fs/ota/ota.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "crypto/primitives/secret.h"
#include "fs/ota/ota_report.h"
#include "fs/ota/ota_security.h"
#include "fs/ota/rfm.h"

/* One packet on its way. */
struct receipt {
    struct ota *ota;
    const struct sms_delivery *from;
    struct domain_registry *registry;
    struct scp80_command command;
    struct ota_access access;
    uint8_t *plain; /* heap: what was deciphered */
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

/* By the kind of application that has the TAR. */
static int run_in_application(struct receipt *receipt)
{
    const struct domain_entry *application = receipt->access.application;
    struct rfm rfm;
    if (application->kind == DOMAIN_FILE_MANAGEMENT &&
        rfm_begin(&rfm, receipt->ota->uicc, application->parameters)) {
        const struct script_target target = rfm_target(&rfm);
        const int result = run_script(receipt, &target);
        rfm_end(&rfm);
        return result;
    }
    const struct script_target nobody = {.takes_data = takes_data_always,
                                         .execute = refuse_instruction};
    return run_script(receipt, &nobody);
}

/* Up to the script: SCP80_OK, the status to refuse it with, or a failure. */
static int admit(struct receipt *receipt)
{
    struct scp80_command *command = &receipt->command;
    int result = (int)ota_security_find(receipt->registry, &command->header, &receipt->access);
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
    struct domain_registry registry = {0};
    struct receipt *receipt = calloc(1, sizeof(*receipt));
    int result = receipt == NULL ? FAILURE_INTERNAL : 0;
    if (receipt != NULL && scp80_read(packet, &receipt->command)) {
        receipt->ota = ota;
        receipt->from = from;
        receipt->registry = &registry;
        receipt->data = writer_on(receipt->response, sizeof(receipt->response));
        receipt->plain = malloc(receipt->command.secured.len + 1);
        if (receipt->plain == NULL)
            result = FAILURE_INTERNAL;
        if (result == 0 && ota->uicc->profile_id != 0)
            result = domain_registry_load(ota->store, ota->uicc->profile_id, &registry);
        if (result == 0)
            result = carry_out(receipt, out);
        if (receipt->plain != NULL)
            wipe(receipt->plain, receipt->command.secured.len);
        free(receipt->plain);
        domain_registry_finish(&registry);
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

void ota_init(struct ota *ota, struct store *store, struct uicc *uicc)
{
    *ota = (struct ota){.store = store, .uicc = uicc};
    uicc->envelope = receive_envelope;
    uicc->envelope_context = ota;
}

void ota_reset(struct ota *ota)
{
    reassembly_reset(&ota->reassembly);
}

void ota_finish(struct ota *ota)
{
    ota_reset(ota);
}
