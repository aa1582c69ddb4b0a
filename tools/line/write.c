#include "tools/line/write.h"

#include <stdio.h>

#include "apdu/trace.h"
#include "tools/lib/transport/interrupt.h"
#include "tools/line/writing.h"

bool writing_refuse(struct writing *writing, const char *where)
{
    return fault_raise(&writing->fault, where, "%s", writing->call.detail);
}

bool writing_break(struct writing *writing, const char *where)
{
    return fault_raise(&writing->fault, where,
                       "the line itself has failed; the line before says "
                       "why");
}

bool writing_keep(struct writing *writing, struct bytes from, struct blob *out)
{
    blob_finish(out);
    return blob_copy(from, out) == 0 ||
           fault_raise(&writing->fault, "memory", "there is none left");
}

struct step {
    const char *text;
    enum write_clock clock;
    bool once; /* left out where the chip has its result already */
    bool (*run)(struct writing *);
};

/* clang-format off */
static const struct step steps[] = {
    {"asking for the EID",            WRITE_CARD,   false, writing_ask_eid},
    {"claiming the row",              WRITE_STORE,  false, writing_claim},
    {"deriving its keys",             WRITE_CRYPTO, false, writing_open_row},
    {"asking for a challenge",        WRITE_CARD,   false, writing_greet},
    {"signing the challenge",         WRITE_CRYPTO, false, writing_sign_challenge},
    {"the chip authenticates the line", WRITE_CARD, false, writing_authenticate},
    {"the line authenticates the chip", WRITE_CRYPTO, false, writing_believe},
    {"looking for an earlier result", WRITE_CARD,   false, writing_recover},
    {"offering the profile",          WRITE_CRYPTO, true,  writing_offer},
    {"preparing the chip",            WRITE_CARD,   true,  writing_prepare},
    {"binding the profile",           WRITE_CRYPTO, true,  writing_bind},
    {"noting the transaction",        WRITE_STORE,  true,  writing_note_start},
    {"installing",                    WRITE_CARD,   true,  writing_load},
    {"verifying the result",          WRITE_CRYPTO, false, writing_verify},
    {"storing the result",            WRITE_STORE,  false, writing_finish},
    {"taking the result off the chip", WRITE_CARD,  false, writing_clear},
};
/* clang-format on */

static bool run_steps(struct writing *writing)
{
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        const struct step *step = &steps[i];
        if (step->once && writing->result.len > 0)
            continue;
        const int64_t start = timed_now();
        trace_detail("-- %s", step->text);
        const bool good = step->run(writing);
        writing->report->spent[step->clock] += timed_now() - start;
        if (!good)
            return false;
    }
    return true;
}

static bool open_chip(struct writing *writing, struct transport *transport, unsigned hand)
{
    struct fault *fault = &writing->fault;
    const struct line *line = writing->line;
    if (!owner_self(hand, writing->owner))
        return fault_raise(fault, "system", "/proc does not tell who this process is");
    return chip_init(&writing->chip, transport, fault) &&
           es10_init(&writing->es10, &writing->chip, fault) &&
           transport->kind->open(transport, fault) &&
           chip_select(&writing->chip, bytes_of(line->isd_r, line->isd_r_len));
}

/* Nothing more comes (SGP.22 §3.0.2). What fails now is only traced. */
static void cancel(struct writing *writing)
{
    struct bytes answer;
    es10b_cancel_session(
        &writing->es10, bytes_of(writing->transaction_id, sizeof(writing->transaction_id)),
        writing->result.len > 0 ? ES10B_LOAD_BPP_EXECUTION_ERROR : ES10B_UNDEFINED_REASON, &answer);
}

static void describe(const struct fault *fault, char text[BATCH_REASON_SIZE])
{
    const bool code = fault->code[0] != '\0';
    snprintf(text, BATCH_REASON_SIZE, "%s: %s%s%s%s%s%s", fault->where, fault->text,
             code ? " [" : "", fault->code, code ? "]" : "", fault->next[0] != '\0' ? "; " : "",
             fault->next);
}

/* The row's end, and what is said of it. */
static void judge(struct writing *writing)
{
    struct write_report *report = writing->report;
    if (writing->concluded) {
        report->outcome = writing->installed ? WRITE_DONE : WRITE_FAILED;
        memcpy(report->text, writing->reason, sizeof(report->text));
        return;
    }
    report->outcome = writing->refused ? WRITE_REFUSED : WRITE_LEFT;
    report->interrupted = interrupt_is(&writing->fault);
    describe(&writing->fault, report->text);
    if (writing->claimed && batch_release(writing->line->batch, &writing->row, report->text) < 0)
        trace_error("the row of %s is still claimed", report->eid);
}

static void finish(struct writing *writing)
{
    es10_finish(&writing->es10);
    chip_finish(&writing->chip);
    batch_finish_row(&writing->row);
    blob_finish(&writing->info1);
    blob_finish(&writing->authenticated);
    blob_finish(&writing->prepared);
    blob_finish(&writing->package);
    blob_finish(&writing->result);
    binder_wipe_keys(&writing->keys);
}

static void run(struct writing *writing, struct transport *transport, unsigned hand)
{
    const bool good = open_chip(writing, transport, hand) && run_steps(writing);
    if (!good && writing->open && !writing->concluded)
        cancel(writing);
    if (writing->chip.transport != NULL)
        chip_deselect(&writing->chip);
    snprintf(writing->report->reader, sizeof(writing->report->reader), "%s", transport->place);
    transport->kind->close(transport);
}

void write_chip(struct line *line, unsigned hand, struct transport *transport, const char *done,
                struct write_report *out)
{
    struct timed timed;
    *out = (struct write_report){0};
    struct writing writing = {.line = line, .report = out, .start = timed_now(), .done = done};
    random_init(&writing.random);
    timed_init(&timed, transport);
    run(&writing, &timed.transport, hand);
    judge(&writing);
    out->total = timed_now() - writing.start;
    out->spent[WRITE_CARD] = timed.ns;
    out->commands = timed.commands;
    out->way = timed.commands * timed.quickest;
    finish(&writing);
}
