#include "tests/benchmarks/session.h"

#include "tests/benchmarks/boundary.h"
#include "tests/benchmarks/measure.h"

#define RESULT_SUCCESS 0xA0

const char *const session_step_names[SESSION_STEPS] = {
    [SESSION_CHALLENGE] = "GetEUICCChallenge",
    [SESSION_AUTHENTICATE] = "AuthenticateServer",
    [SESSION_PREPARE] = "PrepareDownload",
    [SESSION_CHANNEL] = "InitialiseSecureChannel",
    [SESSION_METADATA] = "ConfigureISDP, StoreMetadata, ReplaceSessionKeys",
    [SESSION_ELEMENTS] = "profile elements without the last segment",
    [SESSION_END] = "last segment, store, result",
};

static struct bytes element(struct bytes rest)
{
    struct tlv tlv;
    MEASURE_NEED(tlv_take(&rest, &tlv));
    return tlv.whole;
}

static size_t header_len(struct bytes rest)
{
    struct tlv_header header;
    MEASURE_NEED(tlv_read_header(rest, &header) == TLV_FRONT_OK);
    return header.header_len;
}

static void account(struct chip *chip, struct session *out, enum session_step step)
{
    const double commit = boundary_spent(BOUNDARY_COMMIT);
    out->commands += chip->commands;
    out->spent[step] += chip_spent(chip) - boundary_clocks();
    out->decode += boundary_spent(BOUNDARY_DECODE);
    out->store += boundary_spent(BOUNDARY_STORE);
    *(step == SESSION_END ? &out->commit : &out->other_commits) += commit;
}

/* The next command's length and step: the package's header with the key agreement, A0 and A2
 * whole, A1 and A3 by their headers, each segment in them by itself. */
static size_t cut(struct bytes whole, struct bytes rest, enum session_step *step)
{
    if (rest.len == whole.len) {
        const size_t header = header_len(rest);
        *step = SESSION_CHANNEL;
        return header + element(bytes_of(rest.data + header, rest.len - header)).len;
    }
    switch (rest.data[0]) {
    case 0xA1:
        *step = SESSION_METADATA;
        return header_len(rest);
    case 0xA3:
        *step = SESSION_ELEMENTS;
        return header_len(rest);
    case 0x86:
        *step = element(rest).len == rest.len ? SESSION_END : SESSION_ELEMENTS;
        return element(rest).len;
    default:
        *step = SESSION_METADATA;
        return element(rest).len;
    }
}

static void need_success(struct bytes answer)
{
    struct tlv result, data, final, choice;
    MEASURE_NEED(tlv_whole(answer, 0xBF37, &result) && tlv_find(result.value, 0xBF27, &data));
    MEASURE_NEED(tlv_find(data.value, 0xA2, &final) && tlv_take(&final.value, &choice));
    MEASURE_NEED(choice.tag == RESULT_SUCCESS);
}

static void load(struct chip *chip, struct bytes whole, struct session *out)
{
    struct bytes rest = whole, command, answer = {0};
    enum session_step step = SESSION_CHANNEL;
    while (rest.len > 0) {
        MEASURE_NEED(bytes_take(&rest, cut(whole, rest, &step), &command));
        answer = chip_ask(chip, command);
        account(chip, out, step);
        MEASURE_NEED(step == SESSION_END || answer.len == 0);
    }
    need_success(answer);
}

void session_run(struct chip *chip, struct server *server, struct bytes package, struct bytes iccid,
                 struct session *out)
{
    account(chip, out, SESSION_CHALLENGE); /* what went before is nobody's */
    *out = (struct session){0};
    struct bytes answer = chip_ask_hex(chip, "BF2E00");
    account(chip, out, SESSION_CHALLENGE);
    answer = chip_ask(chip, server_authenticate(server, answer));
    account(chip, out, SESSION_AUTHENTICATE);
    answer = chip_ask(chip, server_prepare(server, answer));
    account(chip, out, SESSION_PREPARE);
    load(chip, server_bind(server, answer, package, iccid), out);
}

double session_total(const struct session *session)
{
    double total = 0;
    for (int step = 0; step < SESSION_STEPS; step++)
        total += session->spent[step];
    return total;
}

double session_installation(const struct session *session)
{
    return session->decode + session->store + session->commit;
}
