#include "tools/ipa/host.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/apdu.h"
#include "apdu/hex.h"
#include "apdu/trace.h"
#include "tools/ipa/host_download.h"
#include "tools/ipa/minimize.h"
#include "tools/lib/transport/direct.h"
#include "tools/lib/transport/pcsc.h"
#include "tools/lib/transport/serial.h"

#define ISD_R_AID "A0000005591010FFFFFFFF8900000100" /* SGP.22 §2.2.3 */
#define AID_MAX 16

static struct transport *place_of(const struct ipa_options *options)
{
    if (options->serial != NULL)
        return serial_create(options->serial, SERIAL_TIMEOUT_MS);
    if (options->direct != NULL)
        return direct_create(options->direct, DIRECT_TIMEOUT_MS);
    return pcsc_create(options->reader);
}

static bool set_block(struct ipa *ipa)
{
    const char *text = ipa->options->block;
    return text == NULL || ipa_options_block(text, &ipa->chip.block) ||
           fault_raise(&ipa->fault, "--block", "'%.40s' is no such number", text);
}

bool host_open_card(struct ipa *ipa)
{
    uint8_t memory[AID_MAX];
    struct writer aid = writer_on(memory, sizeof(memory));
    const char *digits = ipa->options->isd_r != NULL ? ipa->options->isd_r : ISD_R_AID;
    if (!hex_decode(digits, &aid))
        return fault_raise(&ipa->fault, "--isd-r", "'%.40s' is no AID", digits);
    ipa->transport = place_of(ipa->options);
    return ipa->transport != NULL && chip_init(&ipa->chip, ipa->transport, &ipa->fault) &&
           set_block(ipa) && es10_init(&ipa->es10, &ipa->chip, &ipa->fault) &&
           ipa->transport->kind->open(ipa->transport, &ipa->fault) &&
           chip_select(&ipa->chip, writer_bytes(&aid));
}

void host_close_card(struct ipa *ipa)
{
    if (ipa->transport == NULL)
        return;
    /* A device may have closed the channel itself, after a change of profile: no fault of the work.
     */
    const struct fault before = ipa->fault;
    if (ipa->chip.transport != NULL)
        chip_deselect(&ipa->chip);
    ipa->fault = before;
    ipa->transport->kind->close(ipa->transport);
    ipa->transport = NULL;
    es10_finish(&ipa->es10);
    chip_finish(&ipa->chip);
}

/* A status word that is no success is the chip's refusal, and no end of the work. */
static bool call_chip(void *context, struct bytes request, struct blob *answer, bool *refused)
{
    struct ipa *ipa = context;
    struct bytes said;
    const struct fault before = ipa->fault;
    *answer = (struct blob){0};
    *refused = false;
    if (chip_call(&ipa->chip, "ES10b", request, false, &said))
        return blob_copy(said, answer) == 0;
    *refused = ipa->fault.code[0] != '\0';
    trace_detail("the chip refuses: %s %s", ipa->fault.code, ipa->fault.text);
    if (*refused)
        ipa->fault = before;
    return false;
}

static bool send_minimized(struct ipa *ipa, struct bytes message, struct blob *answer)
{
    uint8_t *data = malloc(message.len + 1);
    if (data == NULL)
        return false;
    struct writer shorter = writer_on(data, message.len + 1);
    const struct bytes eid = bytes_of(ipa->engine.eid, sizeof(ipa->engine.eid));
    const bool made = minimize_message(message, eid, &shorter);
    const bool sent =
        esipa_client_call(ipa->client, made ? writer_bytes(&shorter) : message, answer);
    free(data);
    return sent;
}

static bool call_eim(void *context, struct bytes message, struct blob *answer)
{
    struct ipa *ipa = context;
    return ipa->options->minimize ? send_minimized(ipa, message, answer)
                                  : esipa_client_call(ipa->client, message, answer);
}

static bool set_eim(void *context, const char *address)
{
    struct ipa *ipa = context;
    return esipa_client_set_address(ipa->client, address);
}

/* A device does what REFRESH asks for: the card is reset, and its ISD-R selected anew. */
static bool reset_card(void *context)
{
    struct ipa *ipa = context;
    if (ipa->options->no_reset)
        return true;
    host_close_card(ipa);
    return host_open_card(ipa);
}

static void say(void *context, const char *text)
{
    struct ipa *ipa = context;
    progress_end(&ipa->progress);
    fprintf(stderr, "%s: %s\n", ipa_program.name, text);
}

const struct engine_host ipa_host = {
    .chip = call_chip,
    .eim = call_eim,
    .set_eim = set_eim,
    .changed = reset_card,
    .download = host_download,
    .say = say,
};
