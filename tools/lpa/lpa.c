#include "tools/lpa/lpa.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "tools/lib/es10/profile_id.h"

#define ISD_R_AID "A0000005591010FFFFFFFF8900000100" /* SGP.22 §2.2.3 */
#define AID_MIN 5
#define NUMBER_BASE 10

static bool read_aid(struct lpa *lpa, struct writer *aid)
{
    const char *text = lpa->options.isd_r != NULL ? lpa->options.isd_r : ISD_R_AID;
    if (hex_decode(text, aid) && aid->len >= AID_MIN)
        return true;
    fault_raise(&lpa->fault, "--isd-r", "'%.40s' is not 10 to 32 hexadecimal digits", text);
    return fault_usage(&lpa->fault);
}

static bool read_block(struct lpa *lpa)
{
    char *end;
    const char *text = lpa->options.block;
    if (text == NULL)
        return true;
    const unsigned long block = strtoul(text, &end, NUMBER_BASE);
    if (*text < '0' || *text > '9' || *end != '\0' || block < 1 || block > APDU_DATA_SHORT_MAX) {
        fault_raise(&lpa->fault, "--block", "'%.40s' is not a number from 1 to %d", text,
                    APDU_DATA_SHORT_MAX);
        return fault_usage(&lpa->fault);
    }
    lpa->chip.block = block;
    return true;
}

/* Once chip and HTTP are there. */
static bool start_record(struct lpa *lpa)
{
    const bool open = record_open(lpa->options.record, &lpa->record, &lpa->fault);
    lpa->chip.record = lpa->http.record = lpa->record;
    return open;
}

bool lpa_device(struct lpa *lpa, struct es10b_device *out)
{
    return es10b_device_from_imei(lpa->options.imei, out) ||
           fault_raise(&lpa->fault, "--imei", "'%.40s' is not 15 digits", lpa->options.imei);
}

bool lpa_open(struct lpa *lpa, bool server)
{
    uint8_t memory[PROFILE_ID_AID_MAX];
    struct writer aid = writer_on(memory, sizeof(memory));
    struct fault *fault = &lpa->fault;
    return chip_init(&lpa->chip, lpa->transport, fault) && read_block(lpa) && read_aid(lpa, &aid) &&
           es10_init(&lpa->es10, &lpa->chip, fault) &&
           (!server || http_init(&lpa->http, lpa->options.ca, &lpa->options.connect_to, fault)) &&
           start_record(lpa) && lpa->transport->kind->open(lpa->transport, fault) &&
           chip_select(&lpa->chip, writer_bytes(&aid));
}

void lpa_close(struct lpa *lpa)
{
    chip_deselect(&lpa->chip);
    lpa->transport->kind->close(lpa->transport);
    es10_finish(&lpa->es10);
    chip_finish(&lpa->chip);
    http_finish(&lpa->http);
    record_close(lpa->record);
    progress_end(&lpa->progress);
}

static void print_json(json_t *document, const struct fault *fault)
{
    if (fault->raised)
        json_object_set_new(document, "error", fault_json(fault));
    json_dumpf(document, stdout, JSON_INDENT(2));
    putchar('\n');
}

static bool run(struct lpa *lpa, const struct lpa_command *command, int count, char **arguments,
                json_t *document)
{
    const bool good =
        lpa_open(lpa, command->server) && command->run(lpa, count, arguments, document);
    lpa_close(lpa);
    return good;
}

int lpa_run(struct lpa *lpa, struct transport *transport, int count, char **words)
{
    json_t *document = json_object();
    const struct lpa_command *command = lpa_command_find(words[0], count - 1, &lpa->fault);
    lpa->transport = transport;
    bool good = false;
    if (command != NULL)
        good = run(lpa, command, count - 1, words + 1, document);
    else
        transport->kind->close(transport);
    if (lpa->options.json)
        print_json(document, &lpa->fault);
    else if (good)
        command->show(document);
    else
        fault_print(&lpa->fault, lpa_program.name);
    json_decref(document);
    return fault_status(&lpa->fault, good && fflush(stdout) == 0 && !ferror(stdout));
}
