#include "tools/line/write.h"

#include <stdio.h>

#include "apdu/trace.h"
#include "tools/lib/transport/interrupt.h"
#include "tools/line/write_job.h"

bool write_job_refuse(struct write_job *job, const char *where)
{
    return fault_raise(&job->fault, where, "%s", job->call.detail);
}

bool write_job_fail(struct write_job *job, const char *where)
{
    return fault_raise(&job->fault, where,
                       "the line itself has failed; the line before says "
                       "why");
}

bool write_job_keep(struct write_job *job, struct bytes from, struct blob *out)
{
    blob_finish(out);
    return blob_copy(from, out) == 0 || fault_raise(&job->fault, "memory", "there is none left");
}

struct step {
    const char *text;
    enum write_clock clock;
    bool once; /* left out where the chip has its result already */
    bool (*run)(struct write_job *);
};

/* clang-format off */
static const struct step steps[] = {
    {"asking for the EID",            WRITE_CARD,   false, write_job_ask_eid},
    {"claiming the row",              WRITE_STORE,  false, write_job_claim},
    {"deriving its keys",             WRITE_CRYPTO, false, write_job_open_row},
    {"asking for a challenge",        WRITE_CARD,   false, write_job_open_session},
    {"signing the challenge",         WRITE_CRYPTO, false, write_job_sign_challenge},
    {"the chip authenticates the line", WRITE_CARD, false, write_job_authenticate},
    {"the line authenticates the chip", WRITE_CRYPTO, false, write_job_verify_chip},
    {"looking for an earlier result", WRITE_CARD,   false, write_job_recover},
    {"offering the profile",          WRITE_CRYPTO, true,  write_job_sign_offer},
    {"preparing the chip",            WRITE_CARD,   true,  write_job_prepare},
    {"binding the profile",           WRITE_CRYPTO, true,  write_job_bind},
    {"noting the transaction",        WRITE_STORE,  true,  write_job_note_start},
    {"installing",                    WRITE_CARD,   true,  write_job_load},
    {"verifying the result",          WRITE_CRYPTO, false, write_job_verify},
    {"storing the result",            WRITE_STORE,  false, write_job_finish},
    {"taking the result off the chip", WRITE_CARD,  false, write_job_clear},
};
/* clang-format on */

static bool run_steps(struct write_job *job)
{
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        const struct step *step = &steps[i];
        if (step->once && job->result.len > 0)
            continue;
        const int64_t start = timed_now();
        trace_detail("-- %s", step->text);
        const bool good = step->run(job);
        job->report->spent[step->clock] += timed_now() - start;
        if (!good)
            return false;
    }
    return true;
}

static bool open_chip(struct write_job *job, struct transport *transport, unsigned thread)
{
    struct fault *fault = &job->fault;
    const struct line *line = job->line;
    if (!owner_self(thread, job->owner))
        return fault_raise(fault, "system", "/proc does not tell who this process is");
    return chip_init(&job->chip, transport, fault) && es10_init(&job->es10, &job->chip, fault) &&
           transport->kind->open(transport, fault) &&
           chip_select(&job->chip, bytes_of(line->isd_r, line->isd_r_len));
}

/* Nothing more comes (SGP.22 §3.0.2). What fails now is only traced. */
static void cancel(struct write_job *job)
{
    struct bytes answer;
    es10b_cancel_session(
        &job->es10, bytes_of(job->transaction_id, sizeof(job->transaction_id)),
        job->result.len > 0 ? ES10B_LOAD_BPP_EXECUTION_ERROR : ES10B_UNDEFINED_REASON, &answer);
}

static void describe(const struct fault *fault, char text[BATCH_REASON_SIZE])
{
    const bool code = fault->code[0] != '\0';
    snprintf(text, BATCH_REASON_SIZE, "%s: %s%s%s%s%s%s", fault->where, fault->text,
             code ? " [" : "", fault->code, code ? "]" : "", fault->next[0] != '\0' ? "; " : "",
             fault->next);
}

/* The row's end, and what is said of it. */
static void judge(struct write_job *job)
{
    struct write_report *report = job->report;
    if (job->concluded) {
        report->outcome = job->installed ? WRITE_DONE : WRITE_FAILED;
        memcpy(report->text, job->reason, sizeof(report->text));
        return;
    }
    report->outcome = job->refused ? WRITE_REFUSED : WRITE_LEFT;
    report->interrupted = interrupt_is(&job->fault);
    describe(&job->fault, report->text);
    if (job->claimed && batch_release(job->line->batch, &job->row, report->text) < 0)
        trace_error("the row of %s is still claimed", report->eid);
}

static void finish(struct write_job *job)
{
    es10_finish(&job->es10);
    chip_finish(&job->chip);
    batch_finish_row(&job->row);
    blob_finish(&job->info1);
    blob_finish(&job->authenticated);
    blob_finish(&job->prepared);
    blob_finish(&job->package);
    blob_finish(&job->result);
    binder_wipe_keys(&job->keys);
}

static void run(struct write_job *job, struct transport *transport, unsigned thread)
{
    const bool good = open_chip(job, transport, thread) && run_steps(job);
    if (!good && job->open && !job->concluded)
        cancel(job);
    if (job->chip.transport != NULL)
        chip_deselect(&job->chip);
    snprintf(job->report->reader, sizeof(job->report->reader), "%s", transport->place);
    transport->kind->close(transport);
}

void write_chip(struct line *line, unsigned thread, struct transport *transport, const char *done,
                struct write_report *out)
{
    struct timed timed;
    *out = (struct write_report){0};
    struct write_job job = {.line = line, .report = out, .start = timed_now(), .done = done};
    random_init(&job.random);
    timed_init(&timed, transport);
    run(&job, &timed.transport, thread);
    judge(&job);
    out->total = timed_now() - job.start;
    out->spent[WRITE_CARD] = timed.ns;
    out->commands = timed.commands;
    out->transport = timed.commands * timed.quickest;
    finish(&job);
}
