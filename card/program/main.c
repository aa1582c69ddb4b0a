/* emuicc: one process, one chip, one reader. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/memory.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/startup.h"
#include "card/fault/fault_table.h"
#include "card/program/capabilities.h"
#include "card/program/options.h"
#include "card/personality/factory.h"
#include "card/personality/personality_file.h"
#include "card/pcsc/pcsc.h"
#include "card/reader/reader_serve.h"
#include "card/stdio/stdio.h"
#include "card/control/requests.h"
#include "card/trace/outputs.h"

#define START_SIZE 512 /* characters that say what runs */

/* context: the outputs, or NULL. */
static void say(void *context, enum trace_level level, const char *text)
{
    if (level <= TRACE_NOTICE)
        fprintf(stderr, "emuicc: %s\n", text);
    if (context != NULL)
        outputs_note(context, text);
}

static int serve_pcsc(const char *path, struct card *card, const struct stop *stop,
                      struct control *control)
{
    struct pcsc_card_here here;
    struct pcsc_card *const cards[] = {&here.card};
    struct pcsc *pcsc;
    char whole[PATH_MAX];
    pcsc_card_here_init(&here, card);
    if (pcsc_open(path, cards, 1, &pcsc) != 0)
        return FAILURE_INTERNAL;
    card->socket = realpath(path, whole);
    pcsc_run(pcsc, stop, control);
    card->socket = NULL;
    pcsc_close(pcsc);
    return 0;
}

static int plug_in(const struct options *options, const struct reader *reader, struct card *card,
                   struct stop *stop)
{
    const struct control_table table = requests_table(card);
    struct control control;
    control_open(&control, options->state, &table);
    int result;
    if (options->stdio)
        result = stdio_serve(STDIN_FILENO, STDOUT_FILENO, card, stop, &control);
    else if (options->pcsc != NULL)
        result = serve_pcsc(options->pcsc, card, stop, &control);
    else
        result = reader_serve(reader, card, stop, &control);
    control_close(&control);
    return result;
}

/* Which chip it is, and whether chance is seeded; for the line at the start, and for what is
 * written of it: two runs on two states say the same. */
static void describe(const struct options *options, const struct card *card, char *text)
{
    char eid[PKI_EID_DIGITS + 1];
    pki_eid_to_text(isd_r_eid(card->isd_r), eid);
    snprintf(text, START_SIZE, "EID %s%s%s", eid,
             options->seed != NULL ? ", UNSAFE: all chance follows from seed " : "",
             options->seed != NULL ? options->seed : "");
}

/* What is written of it all; its files are opened before a new chip is made. */
static int open_outputs(const struct options *options, struct outputs *outputs)
{
    const struct outputs_plan plan = {.trace = options->trace,
                                      .pcap = options->pcap,
                                      .gsmtap = options->gsmtap,
                                      .record = options->record,
                                      .seeded = options->seed != NULL};
    return outputs_open(outputs, &plan);
}

static int watch_and_run(const struct options *options, const struct reader *reader,
                         struct card *card, struct stop *stop, struct outputs *outputs)
{
    char start[START_SIZE];
    describe(options, card, start);
    trace_notice("%s, state %s, reader %s", start, options->state,
                 options->replay != NULL ? "none"
                 : options->stdio        ? "standard input and output"
                 : options->pcsc != NULL ? options->pcsc
                                         : options->vpcd);
    outputs_observe(outputs, card, start);
    trace_to(say, outputs);
    trace_details(options->trace != NULL);
    const int result = options->replay != NULL ? transcript_replay(options->replay, card)
                                               : plug_in(options, reader, card, stop);
    trace_to(say, NULL);
    return result;
}

/* Whatever can be refused is read before the chip is opened or made. */
static int check(const struct options *options, struct faults *faults, struct outputs *outputs)
{
    if (options->replay != NULL && transcript_check(options->replay) != 0)
        return FAILURE_INTERNAL;
    if (options->faults != NULL && faults_read_file(faults, options->faults) != 0)
        return FAILURE_INTERNAL;
    if (options->pcsc != NULL && pcsc_check(options->pcsc) != 0)
        return FAILURE_INTERNAL;
    return open_outputs(options, outputs);
}

static int start(const struct options *options, struct card *card)
{
    const struct startup_plan plan = {.state = options->state,
                                      .pki = options->pki,
                                      .eid = options->eid,
                                      .seed = options->seed,
                                      .personality = options->personality,
                                      .install = options->install.items,
                                      .install_count = options->install.count,
                                      .eim = options->eim};
    return startup_card(&plan, card);
}

static int serve(const struct options *options, const struct reader *reader, struct stop *stop)
{
    struct card card = {0};
    struct faults faults = {0};
    struct outputs outputs = {0};
    int result = check(options, &faults, &outputs);
    if (result == 0)
        result = start(options, &card);
    if (result == 0) {
        store_shrink(card.store); /* of what reading the chip took, little is needed again */
        memory_give_back();
        card.hardware.faults = faults;
        faults = (struct faults){0};
        card_arm(&card);
        result = watch_and_run(options, reader, &card, stop, &outputs);
    }
    card_close(&card);
    faults_clear(&faults);
    return outputs_close(&outputs) == 0 ? result : FAILURE_INTERNAL;
}

static int run(const struct options *options)
{
    struct reader reader;
    struct stop stop;
    if (reader_init(&reader, options->vpcd) != 0 || ec_start_alone() != 0 || stop_begin(&stop) != 0)
        return 1;
    const int result = serve(options, &reader, &stop);
    stop_finish(&stop);
    return result == 0 ? 0 : 1;
}

/* What an option's value asks for instead of naming something. */
static const struct question {
    size_t option; /* offset in the options */
    const char *word;
    void (*answer)(FILE *out);
} questions[] = {
    {offsetof(struct options, personality), "list", personality_file_list},
    {offsetof(struct options, personality), "keys", personality_file_keys},
    {offsetof(struct options, faults), "list", fault_table_list},
    {offsetof(struct options, faults), "words", fault_table_words},
};

/* True if one was asked, which has been answered. */
static bool answer_questions(const struct options *options)
{
    bool asked = false;
    for (size_t i = 0; i < options->install.count; i++)
        if (strcmp(options->install.items[i], "list") == 0) {
            factory_list(stdout);
            return true;
        }
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        const char *value = *(const char *const *)((const uint8_t *)options + questions[i].option);
        if (value == NULL || strcmp(value, questions[i].word) != 0)
            continue;
        questions[i].answer(stdout);
        asked = true;
    }
    return asked;
}

static int ways_to_card(const struct options *options)
{
    return (options->pcsc != NULL) + options->stdio + (options->replay != NULL);
}

int main(int argc, char **argv)
{
    char state[PATH_MAX];
    struct options options = {.vpcd = READER_DEFAULT};
    int positional;
    trace_to(say, NULL);
    const enum options_result next =
        options_parse(&options_program_emuicc, argc, argv, &options, &positional);
    if (next != OPTIONS_RUN)
        return options_status(next);
    if (positional < argc)
        return options_refuse(&options_program_emuicc, "%s is not an option", argv[positional]);
    if (ways_to_card(&options) > 1)
        return options_refuse(&options_program_emuicc,
                              "--pcsc, --stdio and --replay exclude each other");
    if (options.print_capabilities)
        return capabilities_print(stdout) == 0 ? 0 : 1;
    if (answer_questions(&options))
        return 0;
    if (options.state == NULL && !options_state_folder(state, sizeof(state))) {
        trace_error("no home folder is known; say --state DIR");
        return 1;
    }
    if (options.state == NULL)
        options.state = state;
    return run(&options);
}
