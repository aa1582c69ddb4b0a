#include "fs/ota/ota.h"

#include <stdlib.h>

#include "apdu/checkpoint.h"
#include "apdu/status.h"
#include "crypto/primitives/secret.h"
#include "fs/ota/ota_report.h"
#include "fs/ota/ota_security.h"
#include "fs/ota/ota_run.h"
#include "fs/ota/ota_trace.h"

#define OTA_KEY_MAX 32
#define OTA_KIK 3 /* of a key set: keys are ciphered with it */
#define OTA_TRIGGER_TAG 0x81

/* One packet on its way. */
struct receipt {
    struct ota *ota;
    const struct sms_delivery *from;
    struct domain_registry *registry;
    struct scp80_command command;
    struct ota_access access;
    uint8_t kic[OTA_KEY_MAX], kid[OTA_KEY_MAX]; /* what access borrows */
    uint8_t *plain;                             /* heap: what was deciphered */
    struct writer data;                         /* what the script answers, in what follows */
    uint8_t response[SCRIPT_RESPONSE_MAX];      /* last: what is not used is not wiped */
};

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
    if (result == 0 && !ota_security_is_enough(command->header.spi[0], receipt->access.level))
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

/* What opens an administration over HTTP is told of as if it were one command. */
static int start_session(struct receipt *receipt)
{
    const struct ota *ota = receipt->ota;
    const int status = ota->trigger(ota->trigger_context, &receipt->access.application->aid,
                                    receipt->command.data);
    if (status < 0)
        return status;
    writer_put_u8(&receipt->data, 1);
    writer_put_u16(&receipt->data, status == 0 ? SW_OK : (uint16_t)status);
    return 0;
}

static int run(struct receipt *receipt)
{
    const struct ota_script script = {.application = receipt->access.application,
                                      .version = receipt->access.version,
                                      .dek = OTA_KIK,
                                      .commands = receipt->command.data};
    struct tlv trigger;
    if (receipt->ota->trigger != NULL && script.application->kind == DOMAIN_SECURITY_DOMAIN &&
        tlv_whole(script.commands, OTA_TRIGGER_TAG, &trigger))
        return start_session(receipt);
    return ota_run(receipt->ota, &script, &receipt->data);
}

static int carry_out(struct receipt *receipt, struct writer *out)
{
    const int order =
        checkpoint_pass(receipt->ota->watch, CHECKPOINT_OTA, CHECKPOINT_OTA_PACKET, 0);
    if (checkpoint_is_status(order))
        return order;
    int status = admit(receipt);
    if (status < 0)
        return status;
    if (order != CHECKPOINT_PASS) {
        status = order;
    } else if (status == SCP80_OK) {
        const int result = run(receipt);
        if (result < 0)
            return result;
    }
    return report(receipt, status, out);
}

/* TARs exist for the enabled profile, and for the chip's own domain. */
static int find_and_carry_out(struct receipt *receipt, struct writer *out)
{
    struct domain_registry none = {0};
    struct domains *domains = receipt->ota->domains;
    const bool for_chip = ota_security_is_for_chip(domains, &receipt->command.header);
    int result = 0;
    receipt->registry = &none;
    if (for_chip || domains->profile != 0)
        result = domain_context_registry(domains, for_chip ? DOMAIN_OWNER_CHIP : domains->profile,
                                         &receipt->registry);
    if (result == 0)
        result = carry_out(receipt, out);
    receipt->registry = NULL;
    return result;
}

int ota_receive(struct ota *ota, const struct sms_delivery *from, struct bytes packet,
                struct writer *out)
{
    struct scp80_command command;
    if (!scp80_read(packet, &command))
        return 0;
    ota_trace_packet(&command.header);
    struct receipt *receipt = malloc(sizeof(*receipt));
    uint8_t *plain = malloc(command.secured.len + 1);
    int result = FAILURE_INTERNAL;
    if (receipt != NULL && plain != NULL) {
        memset(receipt, 0, offsetof(struct receipt, response));
        receipt->ota = ota;
        receipt->from = from;
        receipt->command = command;
        receipt->plain = plain;
        receipt->data = writer_on(receipt->response, sizeof(receipt->response));
        result = find_and_carry_out(receipt, out);
        wipe(plain, command.secured.len);
        wipe(receipt, offsetof(struct receipt, response) + receipt->data.len);
    }
    free(plain);
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
    *ota = (struct ota){.domains = domains, .uicc = uicc, .chain = {.store = domains->store}};
    ota->listener = (struct uicc_listener){.context = ota, .envelope = receive_envelope};
    uicc_listen(uicc, &ota->listener);
}

void ota_reset(struct ota *ota)
{
    reassembly_reset(&ota->reassembly);
    chain_reset(&ota->chain);
}

void ota_finish(struct ota *ota)
{
    ota_reset(ota);
}
