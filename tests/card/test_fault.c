/* Faults: the lines of a text, and each kind of action at each kind of place of a whole card: what
 * is answered, what is kept, what becomes of the link. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/peer_card.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "isd-r/es10.h"

static struct peer peer;
static struct card card;
static struct faults faults;
static char said[4096];

static void note(void *context, enum trace_level level, const char *text)
{
    (void)context;
    const size_t len = strlen(said);
    if (level <= TRACE_NOTICE)
        snprintf(said + len, sizeof(said) - len, "%s\n", text);
}

static void listen(void)
{
    said[0] = '\0';
    trace_to(note, NULL);
}

static void forget(void)
{
    faults_clear(&faults);
}

TestSuite(fault_text, .init = listen, .fini = forget, .timeout = 60);

static int read_text(const char *text)
{
    return faults_read(&faults, "t", bytes_of_text(text));
}

Test(fault_text, a_line_is_written_as_it_is_read)
{
    const char *const lines[] = {
        "apdu = status 6F00",
        "apdu 12 = delay 500, always",
        "function EnableProfile = result 5, 3 times",
        "function LoadBoundProfilePackage 2 = result 12",
        "function AuthenticateServer = mute",
        "segment = drop",
        "segment 3 = cut-before-commit",
        "element = result 4, always",
        "element 7 = status 6581",
        "element usim 2 = cut-after-commit",
        "ota packet 2 = result 6",
        "ota command 3 = status 6F00, always",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char text[FAULT_TEXT_MAX];
        cr_assert_eq(read_text(lines[i]), 0, "%s: %s", lines[i], said);
        cr_assert_eq(faults.count, i + 1);
        fault_format(&faults.list[i], text);
        cr_assert_str_eq(text, lines[i]);
    }
}

Test(fault_text, blanks_comments_and_words_are_as_in_a_personality)
{
    cr_assert_eq(read_text("# nothing\n\n\tapdu  2=status 6A80 ,  once # why\r\n"), 0, "%s", said);
    cr_assert_eq(faults.count, 1);
    cr_assert_eq(faults.list[0].first, 2);
    cr_assert_eq(faults.list[0].times, 1);
    cr_assert_eq(faults.list[0].value, 0x6A80);
}

Test(fault_text, what_is_no_fault_is_refused_with_its_place_and_nothing_is_kept)
{
    static const struct {
        const char *line, *why;
    } rows[] = {
        {"apdu", "a fault is 'PLACE = ACTION"},
        {"= mute", "a place is apdu,"},
        {"command 1 = mute", "a place is apdu, function, segment, element, psmo, eco or ota\n"},
        {"apdu 0 = mute", "a number is 1 or more"},
        {"apdu x = mute", "a number is 1 or more"},
        {"apdu 99999999999 = mute", "a number is 1 or more"},
        {"apdu 1 2 = mute", "a fault is 'PLACE = ACTION"},
        {"function = mute", "a function is named as SGP.22 names it"},
        {"function 3 = mute", "a function is named as SGP.22 names it"},
        {"function enableprofile = mute", "a function is named as SGP.22 names it"},
        {"element usb = mute", "no profile element has this name"},
        {"apdu = explode", "an action is status,"},
        {"apdu = status", "a status word has four hexadecimal digits"},
        {"apdu = status 6A8", "a status word has four hexadecimal digits"},
        {"apdu = status 5A80", "a status word starts with 6 or 9"},
        {"apdu = status 6A80 now", "a fault is 'PLACE = ACTION"},
        {"apdu = mute 3", "nothing may follow this action"},
        {"apdu = result 1", "a command has no result code"},
        {"function GetEUICCInfo1 = result 1", "this function has no result code"},
        {"function EnableProfile = result 128", "a result code is a number up to 127"},
        {"function LoadBoundProfilePackage = result 0", "a package that is refused has a reason"},
        {"segment 1 = result 0", "a package that is refused has a reason"},
        {"apdu = delay 3600001", "a delay is a number of milliseconds"},
        {"apdu = delay -1", "a delay is a number of milliseconds"},
        {"apdu = mute, twice", "how often is once"},
        {"apdu = mute, 0 times", "how often is once"},
        {"apdu = mute, 3", "how often is once"},
        {"apdu = mute, always or once", "a fault is 'PLACE = ACTION"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[256], expected[256];
        snprintf(text, sizeof(text), "apdu = mute\n# second\n%s\n", rows[i].line);
        snprintf(expected, sizeof(expected), "t:3: %s", rows[i].why);
        said[0] = '\0';
        cr_assert_neq(read_text(text), 0, "taken: %s", rows[i].line);
        cr_assert_eq(strncmp(said, expected, strlen(expected)), 0, "%s: %s", rows[i].line, said);
        cr_assert_eq(strchr(said, '\n'), said + strlen(said) - 1);
        cr_assert_eq(faults.count, 0);
    }
}

Test(fault_text, there_is_an_end_to_them)
{
    unsigned id;
    const struct fault fault = {.first = 1};
    for (int i = 0; i < FAULTS_MAX; i++)
        cr_assert_null(faults_add(&faults, &fault, &id));
    cr_assert_not_null(faults_add(&faults, &fault, &id));
    cr_assert_not(faults_remove(&faults, 0));
    cr_assert(faults_remove(&faults, 1));
    cr_assert_not(faults_remove(&faults, 1));
    cr_assert_null(faults_add(&faults, &fault, &id));
    cr_assert_eq(id, FAULTS_MAX + 1);
}

static void start(void)
{
    peer_card_start(&peer, &card);
    listen();
}

static void stop(void)
{
    peer_card_stop(&peer, &card);
}

TestSuite(fault, .init = start, .fini = stop, .timeout = 120);

static void plan(const char *text)
{
    cr_assert_eq(faults_read(&card.hardware.faults, "t", bytes_of_text(text)), 0, "%s", said);
    card_arm(&card);
}

static void clear(void)
{
    faults_clear(&card.hardware.faults);
    card_arm(&card);
}

static bool is_enabled(void)
{
    return isd_r_enabled_profile(card.isd_r) != 0;
}

static void install(void)
{
    const struct package package = package_with_usim(1);
    cr_assert(peer_download(&peer, &(struct peer_binding){.content = &package}).installed);
}

/* What comes of a command on which a fault lies. */
struct effect {
    const char *action;
    uint16_t status; /* that is made for the reader, whether it gets it or not */
    int result;      /* of the function; -1: there is no answer of it */
    bool done;       /* the profile is enabled, or installed, after a power cut */
    enum hardware_link link;
    uint64_t delay_us;
};

static const struct effect effects[] = {
    {"status 6985", 0x6985, -1, false, HARDWARE_ANSWERS, 0},
    {"result 5", SW_OK, 5, false, HARDWARE_ANSWERS, 0},
    {"result 0", SW_OK, 0, false, HARDWARE_ANSWERS, 0},
    {"delay 1500", SW_OK, 0, true, HARDWARE_ANSWERS, 1500000},
    {"mute", SW_OK, 0, true, HARDWARE_MUTE, 0},
    {"drop", SW_TECHNICAL_PROBLEM, -1, false, HARDWARE_GONE, 0},
    {"cut-before-commit", SW_TECHNICAL_PROBLEM, -1, false, HARDWARE_GONE, 0},
    {"cut-after-commit", SW_OK, 0, true, HARDWARE_GONE, 0},
};

/* Nothing is fetched: the outcome is that of the function's own command. */
static uint16_t enable(void)
{
    uint8_t room[CARD_RESPONSE_CAPACITY];
    struct writer response = writer_on(room, sizeof(room));
    const struct bytes request = PEER_CARD_CHANGE(0x31);
    uint8_t command[64] = {0x80, 0xE2, 0x91, 0x00, (uint8_t)request.len};
    memcpy(command + 5, request.data, request.len);
    card_transmit(&card, bytes_of(command, 5 + request.len), &response);
    peer.response.len = 0;
    cr_assert_eq(response.len, 2);
    return (uint16_t)(room[0] << 8 | room[1]);
}

/* The result that waits to be fetched, or -1. */
static int fetch_result(uint16_t status)
{
    uint8_t room[CARD_RESPONSE_CAPACITY];
    struct writer response = writer_on(room, sizeof(room));
    if (status >> 8 != SW_BYTES_AVAILABLE >> 8)
        return -1;
    card_transmit(&card, BYTES(0x80, 0xC0, 0, 0, (uint8_t)status), &response);
    cr_assert_eq(memcmp(room, (uint8_t[]){0xBF, 0x31, 0x03, 0x80, 0x01}, 5), 0);
    return room[5];
}

static void check_enable(const char *place, const struct effect *effect)
{
    char text[128];
    snprintf(text, sizeof(text), "%s = %s", place, effect->action);
    plan(text);
    const uint16_t status = enable();
    const struct hardware_outcome outcome = card_outcome(&card);
    cr_assert_eq(outcome.link, effect->link, "%s", text);
    cr_assert_eq(outcome.delay_us, effect->delay_us, "%s", text);
    if (effect->status != SW_OK)
        cr_assert_eq(status, effect->status, "%s: %04X", text, status);
    cr_assert_eq(fetch_result(status), effect->result, "%s", text);
    cr_assert_not_null(strstr(said, text), "not in the trace: %s", text);
    peer_card_power_cycle(&card);
    cr_assert_eq(is_enabled(), effect->done, "%s", text);
    clear();
    if (is_enabled())
        cr_assert_eq(peer_result(&peer, PEER_CARD_CHANGE(0x32), 0xBF32), 0);
}

Test(fault, each_action_at_a_function)
{
    install();
    for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++)
        check_enable("function EnableProfile", &effects[i]);
}

Test(fault, each_action_at_a_command)
{
    install();
    for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++)
        if (strncmp(effects[i].action, "result", 6) != 0)
            check_enable("apdu", &effects[i]);
}

/* How a load ends on which a fault lies. */
struct load {
    const char *text;
    uint16_t status;     /* of the segment that the fault strikes; 9000: none is refused */
    int command, reason; /* of the result; reason 0: there is none, or the profile is installed */
    bool installed;      /* after a power cut */
    enum hardware_link link;
    uint64_t delay_us;
};

static const struct load loads[] = {
    {"segment 1 = status 6A80", 0x6A80, 0, 0, false, HARDWARE_ANSWERS, 0},
    {"segment 1 = result 1", SW_OK, 0, 1, false, HARDWARE_ANSWERS, 0},
    {"segment 4 = result 15", SW_OK, 2, 15, false, HARDWARE_ANSWERS, 0},
    {"segment 7 = result 8", SW_OK, 5, 8, false, HARDWARE_ANSWERS, 0},
    {"segment 2 = delay 40", SW_OK, 0, 0, true, HARDWARE_ANSWERS, 40000},
    {"segment 3 = mute", SW_OK, 0, 0, false, HARDWARE_MUTE, 0},
    {"segment 3 = drop", SW_TECHNICAL_PROBLEM, 0, 0, false, HARDWARE_GONE, 0},
    {"segment 7 = cut-before-commit", SW_TECHNICAL_PROBLEM, 0, 0, false, HARDWARE_GONE, 0},
    {"segment 7 = cut-after-commit", SW_OK, 0, 0, false, HARDWARE_GONE, 0},
    {"element 1 = result 2", SW_OK, 5, 12, false, HARDWARE_ANSWERS, 0},
    {"element 2 = result 4", SW_OK, 5, 10, false, HARDWARE_ANSWERS, 0},
    {"element mf = result 3", SW_OK, 5, 12, false, HARDWARE_ANSWERS, 0},
    {"element usim = status 6581", 0x6581, 0, 0, false, HARDWARE_ANSWERS, 0},
    {"element end = delay 7", SW_OK, 0, 0, true, HARDWARE_ANSWERS, 7000},
    {"element end = mute", SW_OK, 0, 0, true, HARDWARE_MUTE, 0},
    {"element usim = drop", SW_TECHNICAL_PROBLEM, 0, 0, false, HARDWARE_GONE, 0},
    {"element end = cut-before-commit", SW_TECHNICAL_PROBLEM, 0, 0, false, HARDWARE_GONE, 0},
    {"element end = cut-after-commit", SW_OK, 0, 0, true, HARDWARE_GONE, 0},
    {"function LoadBoundProfilePackage = status 6F00", 0x6F00, 0, 0, false, HARDWARE_ANSWERS, 0},
    {"function LoadBoundProfilePackage = result 12", SW_OK, 5, 12, false, HARDWARE_ANSWERS, 0},
    {"function LoadBoundProfilePackage = result 127", SW_OK, 5, 127, false, HARDWARE_ANSWERS, 0},
    {"function LoadBoundProfilePackage = delay 9", SW_OK, 0, 0, true, HARDWARE_ANSWERS, 9000},
    {"function LoadBoundProfilePackage = mute", SW_OK, 0, 0, true, HARDWARE_MUTE, 0},
    {"function LoadBoundProfilePackage = drop", SW_TECHNICAL_PROBLEM, 0, 0, false, HARDWARE_GONE,
     0},
    {"function LoadBoundProfilePackage = cut-before-commit", SW_TECHNICAL_PROBLEM, 0, 0, false,
     HARDWARE_GONE, 0},
    {"function LoadBoundProfilePackage = cut-after-commit", SW_OK, 0, 0, true, HARDWARE_GONE, 0},
};

/* What the package's commands came to, up to the first that is not answered with 9000 or at all. */
struct progress {
    uint16_t status;
    enum hardware_link link;
    uint64_t delay_us;
    struct peer_outcome outcome;
};

/* Watches the outcome of the command itself; GET RESPONSE comes after it. */
static struct progress watched;
static uint16_t (*whole_carry)(void *context, struct bytes command, struct writer *data);

static uint16_t watching_carry(void *context, struct bytes command, struct writer *data)
{
    uint8_t room[CARD_RESPONSE_CAPACITY];
    struct writer response = writer_on(room, sizeof(room));
    card_transmit(context, command, &response);
    const struct hardware_outcome outcome = card_outcome(&card);
    watched.delay_us += outcome.delay_us;
    watched.link = outcome.link;
    uint16_t status = (uint16_t)(room[response.len - 2] << 8 | room[response.len - 1]);
    watched.status = status >> 8 == SW_BYTES_AVAILABLE >> 8 ? SW_OK : status;
    if (outcome.link != HARDWARE_ANSWERS)
        return 0; /* no terminal goes on */
    writer_put(data, bytes_of(room, response.len - 2));
    while (status >> 8 == SW_BYTES_AVAILABLE >> 8) {
        response.len = 0;
        card_transmit(context, BYTES(command.data[0], 0xC0, 0, 0, (uint8_t)status), &response);
        writer_put(data, bytes_of(room, response.len - 2));
        status = (uint16_t)(room[response.len - 2] << 8 | room[response.len - 1]);
    }
    return status;
}

static struct progress load(void)
{
    const struct package package = package_with_usim(1);
    cr_assert_eq(peer_authenticate(&peer, &(struct peer_authentication){0}), 0);
    cr_assert_eq(peer_prepare(&peer, &(struct peer_preparation){0}), 0);
    peer_bind(&peer, &(struct peer_binding){.content = &package});
    const struct bytes whole = writer_bytes(&peer.bpp);
    struct bytes rest = whole, command;
    watched = (struct progress){.status = SW_OK};
    whole_carry = peer.chip.carry;
    peer.chip.carry = watching_carry;
    while (rest.len > 0 && watched.status == SW_OK && watched.link == HARDWARE_ANSWERS &&
           !watched.outcome.answered) {
        cr_assert(bytes_take(&rest, peer_cut_len(PEER_CUT_LPAC, whole, rest), &command));
        (void)peer_call(&peer, command);
        if (peer.response.len > 0)
            watched.outcome = peer_read_outcome(&peer, writer_bytes(&peer.response));
    }
    peer.chip.carry = whole_carry;
    return watched;
}

static size_t count_profiles(void)
{
    struct tlv list, one;
    size_t count = 0;
    cr_assert(tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x2D, 0x00), 0xBF2D), 0xA0, &list));
    while (tlv_take_tag(&list.value, 0xE3, &one))
        count++;
    return count;
}

static void forget_profile(void)
{
    cr_assert_eq(peer_result(&peer, BYTES(0xBF, 0x33, 0x0C, 0x5A, 0x0A, PEER_CARD_ICCID), 0xBF33),
                 0);
}

static void check_load(const struct load *row)
{
    plan(row->text);
    const struct progress progress = load();
    cr_assert_eq(progress.status, row->status, "%s: %04X", row->text, progress.status);
    cr_assert_eq(progress.link, row->link, "%s", row->text);
    cr_assert_eq(progress.delay_us, row->delay_us, "%s", row->text);
    cr_assert_eq(progress.outcome.reason, row->reason, "%s: %d", row->text,
                 progress.outcome.reason);
    cr_assert_eq(progress.outcome.command, row->command, "%s: %d", row->text,
                 progress.outcome.command);
    cr_assert_not_null(strstr(said, row->text), "not in the trace: %s", row->text);
    clear();
    peer_card_power_cycle(&card);
    cr_assert_eq(count_profiles(), row->installed, "%s", row->text);
    /* The chip is none the worse for it. */
    if (row->installed)
        forget_profile();
    cr_assert(load().outcome.installed, "%s", row->text);
    forget_profile();
    said[0] = '\0';
}

Test(fault, each_action_at_segments_elements_and_the_end_of_a_package)
{
    for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
        check_load(&loads[i]);
}

/* A segment that was refused may be sent again. */
Test(fault, a_refused_segment_is_taken_the_second_time)
{
    for (unsigned number = 1; number < 8; number++) {
        char text[64];
        snprintf(text, sizeof(text), "segment %u = status 6A80", number);
        plan(text);
        const struct package package = package_with_usim(1);
        cr_assert_eq(peer_authenticate(&peer, &(struct peer_authentication){0}), 0);
        cr_assert_eq(peer_prepare(&peer, &(struct peer_preparation){0}), 0);
        peer_bind(&peer, &(struct peer_binding){.content = &package});
        const struct bytes whole = writer_bytes(&peer.bpp);
        struct bytes rest = whole, command;
        unsigned refused = 0;
        while (rest.len > 0) {
            cr_assert(bytes_take(&rest, peer_cut_len(PEER_CUT_LPAC, whole, rest), &command));
            if (peer_call(&peer, command) == 0x6A80) {
                refused++;
                cr_assert_eq(peer_call(&peer, command), SW_OK);
            }
        }
        cr_assert_eq(refused, 1, "%u", number);
        cr_assert(peer_read_outcome(&peer, writer_bytes(&peer.response)).installed);
        forget_profile();
        clear();
    }
}

/* The code of a function's answer: { 80 code } or { 81 code }. */
static int code_of(const struct es10_row *row, struct bytes answer)
{
    struct tlv whole, code;
    const uint32_t tag = row->error_form == ES10_ERROR_RESULT ? 0x80 : 0x81;
    cr_assert(tlv_whole(answer, row->tag, &whole), "%s", row->name);
    cr_assert(tlv_whole(whole.value, tag, &code), "%s", row->name);
    cr_assert_eq(code.value.len, 1);
    return code.value.data[0];
}

static void check_error(const struct es10_row *row)
{
    char text[96];
    snprintf(text, sizeof(text), "function %s = result 3", row->name);
    plan(text);
    if (row->tag == ES10_AUTHENTICATE_SERVER) {
        cr_assert_eq(peer_authenticate(&peer, &(struct peer_authentication){0}), 3);
    } else if (row->tag == ES10_PREPARE_DOWNLOAD) {
        cr_assert_eq(peer_authenticate(&peer, &(struct peer_authentication){0}), 0);
        cr_assert_eq(peer_prepare(&peer, &(struct peer_preparation){0}), 3);
    } else {
        const uint8_t request[] = {(uint8_t)(row->tag >> 8), (uint8_t)row->tag, 0};
        cr_assert_eq(peer_call(&peer, bytes_of(request, sizeof(request))), SW_OK, "%s", row->name);
        cr_assert_eq(code_of(row, writer_bytes(&peer.response)), 3);
    }
    clear();
}

Test(fault, each_function_with_a_result_code_answers_it_in_its_own_form)
{
    size_t with_code = 0;
    for (size_t i = 0; i < es10_functions.count; i++) {
        const struct es10_row *row = &es10_functions.rows[i];
        if (row->error_form == ES10_ERROR_NONE || row->error_form == ES10_ERROR_PACKAGE ||
            !(row->chips & ES10_CONSUMER))
            continue;
        if (row->guard != NULL && row->guard(card.isd_r) != 0)
            continue; /* not a function of this chip */
        check_error(row);
        with_code++;
    }
    cr_assert_eq(with_code, 14);
    cr_assert_eq(peer_authenticate(&peer, &(struct peer_authentication){0}), 0);
}

Test(fault, strikes_from_its_pass_on_and_as_often_as_said)
{
    static const struct {
        const char *text;
        const char *busy; /* a digit a call: 1 is catBusy */
    } rows[] = {
        {"function EnableProfile = result 5", "1000"},
        {"function EnableProfile 3 = result 5", "0010"},
        {"function EnableProfile 2 = result 5, 2 times", "0110"},
        {"function EnableProfile 2 = result 5, always", "0111"},
        {"function EnableProfile = result 5\nfunction EnableProfile 3 = result 5", "1010"},
        {"function DisableProfile = result 5, always", "0000"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        plan(rows[i].text);
        for (const char *call = rows[i].busy; *call != '\0'; call++) {
            const int result = peer_result(&peer, PEER_CARD_CHANGE(0x31), 0xBF31);
            cr_assert_eq(result, *call == '1' ? 5 : 1, "%s: %d", rows[i].text, result);
        }
        clear();
    }
}

/* All of one place count; the last of those that answer something is answered. */
Test(fault, several_at_one_place_add_up)
{
    plan("apdu = delay 100\napdu = delay 50\nfunction EnableProfile = delay 7\n"
         "function EnableProfile = status 6985\nfunction EnableProfile = status 6F00");
    cr_assert_eq(enable(), 0x6F00);
    cr_assert_eq(card_outcome(&card).delay_us, 157000);
}

Test(fault, without_any_nobody_watches)
{
    uint8_t room[64];
    struct writer response = writer_on(room, sizeof(room));
    plan("apdu = delay 100");
    cr_assert(card.hardware.active);
    card_transmit(&card, BYTES(0x00, 0xA4, 0x00, 0x04, 0x02, 0x3F, 0x00), &response);
    cr_assert_eq(card_outcome(&card).delay_us, 100000);
    clear();
    cr_assert_not(card.hardware.active);
    cr_assert_eq(card_outcome(&card).delay_us, 0);
    cr_assert_null(card.hardware.faults.list);
}

/* Those that ship, and what each is for. */
static void plan_shipped(const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/card/faults/%s.faults", getenv("EMUICC_SOURCE"), name);
    cr_assert_eq(faults_read_file(&card.hardware.faults, path), 0, "%s", said);
    card_arm(&card);
}

Test(fault, load_fails_ends_every_load_with_5_12_and_the_interpreters_answer)
{
    plan_shipped("load-fails");
    for (int i = 0; i < 3; i++) {
        const struct progress progress = load();
        cr_assert_eq(progress.outcome.command, 5);
        cr_assert_eq(progress.outcome.reason, 12);
        cr_assert(progress.outcome.has_pe_response);
    }
    cr_assert_eq(count_profiles(), 0);
}

Test(fault, first_segment_refuses_every_load_at_its_beginning)
{
    plan_shipped("first-segment");
    for (int i = 0; i < 3; i++) {
        const struct progress progress = load();
        cr_assert_eq(progress.status, 0x6A80);
        cr_assert_not(progress.outcome.answered);
    }
    cr_assert_eq(count_profiles(), 0);
    cr_assert_eq(peer_count_notifications(&peer, 0), 0);
}

Test(fault, busy_twice_refuses_two_calls_of_each)
{
    install();
    plan_shipped("busy-twice");
    for (int i = 0; i < 3; i++)
        cr_assert_eq(peer_result(&peer, PEER_CARD_CHANGE(0x31), 0xBF31), i < 2 ? 5 : 0);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(peer_result(&peer, PEER_CARD_CHANGE(0x32), 0xBF32), i < 2 ? 5 : 0);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(peer_result(&peer, BYTES(0xBF, 0x34, 0x04, 0x82, 0x02, 0x05, 0x80), 0xBF34),
                     i < 2 ? 5 : 0);
}

Test(fault, lost_answer_leaves_a_profile_and_its_notification)
{
    plan_shipped("lost-answer");
    const struct progress progress = load();
    cr_assert_eq(progress.link, HARDWARE_GONE);
    peer_card_power_cycle(&card);
    cr_assert_eq(count_profiles(), 1);
    cr_assert_gt(peer_count_notifications(&peer, 0), 0);
}

Test(fault, power_cut_leaves_nothing)
{
    plan_shipped("power-cut");
    const struct progress progress = load();
    cr_assert_eq(progress.link, HARDWARE_GONE);
    peer_card_power_cycle(&card);
    cr_assert_eq(count_profiles(), 0);
    cr_assert_eq(peer_count_notifications(&peer, 0), 0);
    cr_assert(load().outcome.installed);
}
