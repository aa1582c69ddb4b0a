/* Which profile an IoT chip may go back to: each event's effect on each memory, as a row of text,
 * and walks through rollback, fallback, emergency, immediate enabling and memory reset (SGP.32
 * §3.4, §5.9.5, §5.9.15 to §5.9.23). */
#include "tests/isd-r/iot_rewind.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "isd-r/es10.h"
#include "isd-r/iot/iot_memory.h"

static struct iot_world world;
static struct rewind whole;

static void start(void)
{
    iot_rewind_start(&world, &whole);
}

static void stop(void)
{
    iot_rewind_stop(&world, &whole);
}

TestSuite(iot_states, .init = start, .fini = stop, .timeout = 120);

static void restore(void)
{
    iot_rewind_to(&world, &whole);
}

/* What each event does to the authorisation of rollback, the profile before fallback and the
 * emergency: - kept, R reset, S set; with refreshFlag before v1.2 in the last column. Profile A is
 * enabled, B is remembered by each. */
static const struct cell_row {
    enum iot_event event;
    const char *effects, *refreshed_1_1;
    enum iot_told told;
} cells[] = {
    {IOT_EVENT_ENABLE, "RR-", "RR-", IOT_TOLD},
    {IOT_EVENT_ENABLE_WITH_ROLLBACK, "SR-", "SR-", IOT_TOLD},
    {IOT_EVENT_DISABLE, "RR-", "RR-", IOT_TOLD},
    {IOT_EVENT_PACKAGE, "R--", "R--", IOT_TOLD_NOTHING},
    {IOT_EVENT_ROLLBACK, "R--", "R--", IOT_SILENT},
    {IOT_EVENT_IMMEDIATE_ENABLE, "RR-", "-R-", IOT_TOLD},
    {IOT_EVENT_FALLBACK, "RS-", "RS-", IOT_TOLD},
    {IOT_EVENT_RETURN_FROM_FALLBACK, "RR-", "RR-", IOT_TOLD},
    {IOT_EVENT_EMERGENCY, "R-S", "--S", IOT_SILENT},
    {IOT_EVENT_EMERGENCY_END, "R-R", "--R", IOT_SILENT},
    {IOT_EVENT_DELIVERED, "R--", "R--", IOT_TOLD_NOTHING},
    {IOT_EVENT_EIM_RESET, "R--", "R--", IOT_TOLD_NOTHING},
    {IOT_EVENT_LOCAL, "RR-", "RR-", IOT_TOLD},
    {IOT_EVENT_DELETED, "---", "---", IOT_TOLD}, /* another than the remembered one */
    {IOT_EVENT_NOT_CHANGED, "--R", "--R", IOT_TOLD_NOTHING},
    {IOT_EVENT_POWER, "---", "---", IOT_TOLD_NOTHING},
};

static const struct registry_profile *find(const struct registry *registry, char letter)
{
    const struct package content = package_numbered((unsigned)letter);
    return registry_by_iccid(registry, bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE));
}

/* All three are of B; the store has them as the memory does. */
static void remember_b(struct store *store, const struct registry *registry,
                       struct iot_memory *memory)
{
    static const enum iot_event setting[] = {IOT_EVENT_ENABLE_WITH_ROLLBACK, IOT_EVENT_FALLBACK,
                                             IOT_EVENT_EMERGENCY};
    struct iot_memory each[IOT_MEMORIES] = {0};
    for (int i = 0; i < IOT_MEMORIES; i++) {
        const struct iot_happening happening = {.event = setting[i],
                                                .release = EUICC_INFO_IOT_1_2,
                                                .registry = registry,
                                                .before = find(registry, 'B')};
        cr_assert(eq(int, iot_memory_apply(store, &each[i], &happening), 0));
        memory->memories[i] = each[i].memories[i];
        cr_assert(memory->memories[i].set);
    }
}

static char effect_of(const struct iot_memory *memory, enum iot_memory_kind kind,
                      const struct registry *registry)
{
    if (!iot_memory_has(memory, kind))
        return 'R';
    return iot_memory_profile(memory, kind, registry) == find(registry, 'B') ? '-' : 'S';
}

static void check_cells(const struct cell_row *row, bool refreshed_1_1)
{
    struct store *store = world.peer.chip.store;
    struct registry registry = {.store = store};
    struct iot_memory memory = {0}, kept;
    cr_assert(eq(int, registry_load(&registry), 0));
    remember_b(store, &registry, &memory);
    const struct iot_happening happening = {.event = row->event,
                                            .release = refreshed_1_1 ? EUICC_INFO_IOT_1_1
                                                                     : EUICC_INFO_IOT_1_2,
                                            .refresh = true,
                                            .registry = &registry,
                                            .before = find(&registry, 'A')};
    cr_assert(eq(int, iot_memory_apply(store, &memory, &happening), 0));
    cr_assert(eq(int, iot_memory_load(store, &kept), 0));
    const char *expected = refreshed_1_1 ? row->refreshed_1_1 : row->effects;
    for (int kind = 0; kind < IOT_MEMORIES; kind++) {
        const char *name = iot_events[row->event].name;
        cr_assert(
            eq(chr, effect_of(&memory, (enum iot_memory_kind)kind, &registry), expected[kind]),
            "%s, %d", name, kind);
        cr_assert(eq(chr, effect_of(&kept, (enum iot_memory_kind)kind, &registry), expected[kind]),
                  "%s, %d, in the store", name, kind);
    }
    registry_finish(&registry);
    store_rollback(store);
}

Test(iot_states, each_event_changes_each_memory_as_the_table_says)
{
    cr_assert(eq(sz, sizeof(cells) / sizeof(cells[0]), IOT_EVENTS));
    cr_assert_str_eq(iot_world_send(&world, "EA", NULL), "E0");
    for (size_t i = 0; i < IOT_EVENTS; i++) {
        cr_assert(eq(int, (int)cells[i].event, (int)i));
        cr_assert(eq(int, (int)iot_events[i].told, (int)cells[i].told));
        check_cells(&cells[i], false);
        check_cells(&cells[i], true);
    }
}

/* Walks: steps with blanks between them, each with what it answers. A step in capitals is a
 * function: RB rollback, IE immediate enable, FB fallback, RF return from it, EE and DE an
 * emergency and its end, with ' for refreshFlag; PW the power is cut; PK=... a package with - for
 * blanks; RM the last result is removed; LE, LD, LX a profile's letter: of ES10c. */
static const struct walk {
    const char *steps, *shown, *told;
} walks[] = {
    /* rollback */
    {"RB=1", "ABCFKMPQ", ""},
    {"PK:E!A=E20 RB=1", "ABCFKMPQ", ""},
    {"PK:EA=E0 PK:E!B=E0 RB=0 RB=1", "[A]BCFKMPQ", "eA"},
    {"PK:EA=E0 PK:E!B=E0 PW RB'=0 PW RB=1", "[A]BCFKMPQ", "eA"},
    {"PK:EA=E0 PK:E!B=E0 RM RB=1", "A[B]CFKMPQ", "eAdAeB"},
    {"PK:EA=E0 PK:E!B=E0 PK:R=R1 RB=1", "A[B]CFKMPQ", "eAdAeB"},
    {"PK:EA=E0 PK:E!B=E0 PK:XA=X20 RB=1", "A[B]CFKMPQ", "eAdAeB"},
    {"PK:EA=E0 PK:E!B-XC=E0-X0 RB=0", "[A]BFKMPQ", "eAxC"},
    {"PK:EA=E0 PK:E!B=E0 LX:A=0 RB=1", "[B]CFKMPQ", "eAdAeBxA"},
    {"PK:EA=E0 PK:E!B=E0 LE:C=0 RB=1", "AB[C]FKMPQ", "eAdAeBdBeC"},
    /* fallback */
    {"FB=7", "ABCFKMPQ", ""},
    {"PK:EA=E0 FB=6", "[A]BCFKMPQ", "eA"},
    {"PK:SF-EA=S0-E0 FB=0 FB=2 RF=0 RF=6", "[A]BCF'KMPQ", "eAdAeFdFeA"},
    {"PK:SF-EA=S0-E0 FB'=0 PW RF'=0", "[A]BCF'KMPQ", "eAdAeFdFeA"},
    {"PK:SF-EF=S0-E0 RF=7 FB=2", "ABC[F]'KMPQ", "eF"},
    {"PK:SF-EA=S0-E0 FB=0 PK:XA=X21 RF=0", "[A]BCF'KMPQ", "eAdAeFdFeA"},
    {"PK:SF-EA=S0-E0 FB=0 PK:EB=E0 RF=6", "A[B]CF'KMPQ", "eAdAeFdFeB"},
    {"PK:SF-EA=S0-E0 FB=0 LX:A=0 RF=7", "BC[F]'KMPQ", "eAdAeFxA"},
    {"PK:SF-EA=S0-E0 PK:E!B=E0 FB=0 RB=1 RF=0", "A[B]CF'KMPQ", "eAdAeBdBeFdFeB"},
    {"PK:EP-SF=E0-S0 FB=0 RF=0", "ABCF'KM[P]Q", "ePdPeFdFeP"}, /* PPR1 does not stand in the way */
    /* emergency */
    {"DE=2", "ABCFKMPQ", ""},
    {"EE=0 EE=2 DE=0 DE=2", "ABCFKMPQ", ""},
    {"PK:EA=E0 EE=0 PK:EB=s104 FB=6 DE=0", "[A]BCFKMPQ", "eA"},
    {"PK:SF-EA=S0-E0 EE=0 PW PK:EB=s104 FB=104 RF=127 RB=1 IE=127 DE=0 PK:EB=E0", "A[B]CF'KMPQ",
     "eAdAeB"},
    {"PK:SF-EA=S0-E0 FB=0 EE'=0 LE:A=3 LD:M=3 PW DE'=0 RF=0", "[A]BCF'KMPQ", "eAdAeFdFeA"},
    {"PK:EA=E0 PK:E!B=E0 EE=0 DE=0 RB=1", "A[B]CFKMPQ", "eAdAeB"},
    {"PK:EA=E0 EE=0 LX:A=0 DE=0", "BCFKMPQ", "eAxA"},
    /* deletion of the fallback profile: the attribute goes with it */
    {"PK:SF-EA=S0-E0 PK:XF=X0 FB=6", "[A]BCKMPQ", "eAxF"},
    /* immediate enabling needs a download of this session */
    {"IE=1", "ABCFKMPQ", ""},
    {"PK:I=I0 IE=4", "ABCFKMPQ", ""},
};

static int local(const char *step)
{
    const uint32_t tag = step[1] == 'E'   ? ES10_ENABLE_PROFILE
                         : step[1] == 'D' ? ES10_DISABLE_PROFILE
                                          : ES10_DELETE_PROFILE;
    const struct package content = package_numbered((unsigned)step[3]);
    uint8_t room[64];
    struct writer request = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&request, tag);
    const size_t choice = step[1] == 'X' ? 0 : tlv_open(&request, 0xA0);
    tlv_put(&request, 0x5A, bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE));
    if (step[1] != 'X') {
        tlv_close(&request, choice);
        tlv_put(&request, 0x81, BYTES(0));
    }
    tlv_close(&request, mark);
    return peer_result(&world.peer, writer_bytes(&request), tag);
}

static int remove_result(void)
{
    char request[32];
    snprintf(request, sizeof(request), "BF30038001%02X", world.sequence);
    return strcmp(iot_talk(&world.peer, request), "BF3003800100");
}

static const struct {
    const char *name;
    uint32_t tag;
} functions[] = {{"RB", ES10_PROFILE_ROLLBACK},           {"IE", ES10_IMMEDIATE_ENABLE},
                 {"FB", ES10_EXECUTE_FALLBACK_MECHANISM}, {"RF", ES10_RETURN_FROM_FALLBACK},
                 {"EE", ES10_ENABLE_EMERGENCY_PROFILE},   {"DE", ES10_DISABLE_EMERGENCY_PROFILE}};

static void replace(char *text, char from, char to)
{
    for (; *text != '\0'; text++)
        if (*text == from)
            *text = to;
}

/* A step and its answer. */
static void take_step(char *step, const char *steps)
{
    char *answer = strchr(step, '=');
    if (strcmp(step, "PW") == 0) {
        peer_restart_chip(&world.peer);
        return;
    }
    if (strcmp(step, "RM") == 0) {
        cr_assert(eq(int, remove_result(), 0));
        return;
    }
    *answer++ = '\0';
    if (strncmp(step, "PK:", 3) == 0) {
        replace(step, '-', ' ');
        replace(answer, '-', ' ');
        const char *result = iot_world_send(&world, step + 3, NULL);
        cr_assert_str_eq(result, answer, "%s: %s=%s", steps, step, result);
        return;
    }
    int result = -1;
    if (step[0] == 'L')
        result = local(step);
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (strncmp(step, functions[i].name, 2) == 0)
            result = iot_world_change(&world, functions[i].tag, step[2] == '\'');
    cr_assert(eq(int, result, atoi(answer)), "%s: %s", steps, step);
}

static void walk(const struct walk *row)
{
    char copy[512], *rest = copy;
    restore();
    snprintf(copy, sizeof(copy), "%s", row->steps);
    for (char *step; (step = strsep(&rest, " ")) != NULL;)
        take_step(step, row->steps);
    const char *shown = iot_world_shown(&world);
    cr_assert_str_eq(shown, row->shown, "%s: %s", row->steps, shown);
    const char *told = iot_world_told(&world);
    cr_assert_str_eq(told, row->told, "%s: %s", row->steps, told);
}

Test(iot_states, walks_end_where_they_should)
{
    for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++)
        walk(&walks[i]);
}

/* Where a quirk says so, a rollback is allowed after the result was removed: nothing replaces it.
 */
Test(iot_states, a_rollback_may_last)
{
    world.chip.settings.iot.quirks = IOT_QUIRK_LASTING_ROLLBACK;
    cr_assert_str_eq(iot_world_send(&world, "EA", NULL), "E0");
    cr_assert_str_eq(iot_world_send(&world, "E!B", NULL), "E0");
    cr_assert(eq(int, remove_result(), 0));
    cr_assert_str_eq(iot_talk(&world.peer, "BF5803800100"), "BF5803020100");
    cr_assert_str_eq(iot_world_shown(&world), "[A]BCFKMPQ");
    world.chip.settings.iot.quirks = 0;
}

/* A rollback replaces the result: the same eIM, counter and transaction, another number. */
Test(iot_states, a_rollback_has_a_result_of_its_own)
{
    static const struct iot_bent straight;
    static uint8_t room[4096];
    struct writer copy = writer_on(room, sizeof(room));
    struct tlv whole_tlv, result;
    cr_assert_str_eq(iot_world_send(&world, "EA", NULL), "E0");
    cr_assert_str_eq(iot_world_send(&world, "E!B", NULL), "E0");
    const uint32_t old = world.sequence;
    cr_assert(eq(u16, peer_call(&world.peer, BYTES(0xBF, 0x58, 0x03, 0x80, 0x01, 0x00)), SW_OK));
    writer_put(&copy, writer_bytes(&world.peer.response));
    cr_assert(tlv_whole(writer_bytes(&copy), ES10_PROFILE_ROLLBACK, &whole_tlv));
    cr_assert(tlv_take_tag(&whole_tlv.value, DER_INTEGER, &result));
    cr_assert_str_eq(iot_world_read(&world, whole_tlv.value, &straight), "Z0");
    cr_assert(gt(u32, world.sequence, old));
    const struct bytes kept = peer_ask(&world.peer, BYTES(0xBF, 0x2B, 0x04, 0xA0, 0x02, 0x82, 0x00),
                                       ES10_RETRIEVE_NOTIFICATIONS_LIST);
    cr_assert(memmem(kept.data, kept.len, whole_tlv.value.data, whole_tlv.value.len) != NULL);
    cr_assert(tlv_whole(kept, 0xA2, &result));
    cr_assert(tlv_take(&result.value, &whole_tlv) && tlv_take(&result.value, &whole_tlv) &&
              result.value.len == 0); /* of the first package, and this */
}

static struct peer_outcome download(unsigned number)
{
    const struct package content = package_numbered(number);
    return peer_download(&world.peer, &(struct peer_binding){.content = &content});
}

/* Of the last download, once, until the next session. */
Test(iot_states, what_was_downloaded_is_enabled_at_once_if_that_is_configured)
{
    cr_assert_str_eq(iot_world_send(&world, "EA I", NULL), "E0 I0");
    cr_assert(download('Z').installed);
    iot_world_forget_told(&world);
    cr_assert(eq(int, iot_world_change(&world, ES10_IMMEDIATE_ENABLE, 0), 0));
    cr_assert_str_eq(iot_world_shown(&world), "ABCFKMPQ[?]");
    cr_assert_str_eq(iot_world_told(&world), "dAe?e?");
    cr_assert(eq(int, iot_world_change(&world, ES10_IMMEDIATE_ENABLE, 0), 4));
    cr_assert(download('Y').installed);
    peer_restart_chip(&world.peer);
    cr_assert(eq(int, iot_world_change(&world, ES10_IMMEDIATE_ENABLE, 0), 4));
    cr_assert(download('W').installed);
    cr_assert(eq(u16, peer_call(&world.peer, BYTES(0xBF, 0x2E, 0x00)), SW_OK));
    cr_assert(eq(int, iot_world_change(&world, ES10_IMMEDIATE_ENABLE, 0), 4));
    cr_assert_str_eq(iot_world_send(&world, "i", NULL), "I0");
    cr_assert(download('V').installed);
    cr_assert(eq(int, iot_world_change(&world, ES10_IMMEDIATE_ENABLE, 0), 1));
}

/* The SM-DP+ by OID, by address, by both; another's is none. */
Test(iot_states, immediate_enabling_may_be_for_one_server)
{
    static const struct {
        const char *address;
        int result;
    } rows[] = {{PEER_ADDRESS, 0}, {"other.example.com", 1}};
    cr_assert_str_eq(iot_talk(&world.peer, "BF5900"), "BF5903800102"); /* by a package only */
    cr_assert_str_eq(iot_talk(&world.peer, "BF6404820201FE"), "BF6409800100810100820100");
    for (size_t i = 0; i < 2; i++) {
        uint8_t room[512];
        struct writer request = writer_on(room, sizeof(room));
        const size_t mark = tlv_open(&request, 0xBF59);
        tlv_put(&request, 0x80, (struct bytes){0});
        tlv_put(&request, 0x81, peer_entity(&world.peer, PKI_DP_AUTH)->certificate.registered_id);
        tlv_put(&request, 0x82, bytes_of_text(rows[i].address));
        tlv_close(&request, mark);
        cr_assert(eq(int, peer_result(&world.peer, writer_bytes(&request), 0xBF59), 0));
        peer_restart_chip(&world.peer);
        cr_assert(download((unsigned)('X' + i)).installed);
        cr_assert(eq(int, iot_world_change(&world, ES10_IMMEDIATE_ENABLE, 1), rows[i].result));
    }
}

/* BF64: bits, the answer, what is left of profiles and eIMs. */
static const struct reset_row {
    const char *before, *request, *answer, *shown;
    bool eims_left, rollback_left;
} resets[] = {
    {"EA", "BF64048202 0420", "BF6403800101", "[A]BCFKMPQ", true, false},
    {"EA", "BF64048202 0780", "BF6403800100", "", true, false},
    {"EA", "BF64048202 0204", "BF6406800101810100", "[A]BCFKMPQ", false, false},
    {"EA", "BF64048202 0102", "BF6406800101820100", "[A]BCFKMPQ", true, false},
    {"EA", "BF64048202 0304", "BF6406800101810100", "[A]BCFKMPQ", false, false},
    {"EA E!B", "BF64048202 0204", "BF6406800101810100", "A[B]CFKMPQ", false, false},
    {"EA E!B", "BF64048202 0102", "BF6406800101820100", "A[B]CFKMPQ", true, true},
    {"EA", "BF64048202 01FE", "BF6409800100810100820100", "", false, false},
};

Test(iot_states, a_memory_reset_takes_what_its_bits_say)
{
    for (size_t i = 0; i < sizeof(resets) / sizeof(resets[0]); i++) {
        const struct reset_row *row = &resets[i];
        char copy[32], *rest = copy;
        restore();
        snprintf(copy, sizeof(copy), "%s", row->before);
        for (char *step; (step = strsep(&rest, " ")) != NULL;)
            cr_assert_str_eq(iot_world_send(&world, step, NULL), "E0");
        const char *answer = iot_talk(&world.peer, row->request);
        cr_assert_str_eq(answer, row->answer, "%zu: %s", i, answer);
        peer_restart_chip(&world.peer);
        cr_assert_str_eq(iot_world_shown(&world), row->shown, "%zu", i);
        cr_assert(
            eq(int, strcmp(iot_talk(&world.peer, "BF5500"), "BF5502A000") != 0, row->eims_left),
            "%zu", i);
        cr_assert(
            eq(int, iot_world_change(&world, ES10_PROFILE_ROLLBACK, 0), row->rollback_left ? 0 : 1),
            "%zu", i);
    }
    /* Tokens are not drawn twice. */
    iot_associate(&world.peer, &world.eims[1]);
    cr_assert(eq(i64, world.eims[1].token, 2));
    cr_assert_str_eq(iot_talk(&world.peer, "BF6400"), "6A80");
}

Test(iot_states, a_memory_reset_is_refused_in_an_emergency)
{
    cr_assert(eq(int, iot_world_change(&world, ES10_ENABLE_EMERGENCY_PROFILE, 0), 0));
    cr_assert_str_eq(iot_talk(&world.peer, "BF6404820201FE"), "BF640980016881017F82017F");
    cr_assert_str_eq(iot_world_shown(&world), "ABCFK[M]PQ");
}

/* v1.0's has other bits, and no other release has it but by a quirk. */
Test(iot_states, the_memory_reset_of_v1_0)
{
    cr_assert_str_eq(iot_talk(&world.peer, "BF340482020308"), "6A88");
    world.chip.settings.iot.quirks = IOT_QUIRK_OLD_MEMORY_RESET;
    cr_assert_str_eq(iot_talk(&world.peer, "BF340482020308"), "BF3403800101");
    world.chip.settings.iot.quirks = 0;
    iot_become(&world.peer, &world.chip, EUICC_INFO_IOT_1_0);
    cr_assert_str_eq(iot_talk(&world.peer, "BF640482020308"), "6A88");
    cr_assert_str_eq(iot_talk(&world.peer, "BF340482020410"), "BF3406020101810100");
    cr_assert_str_eq(iot_talk(&world.peer, "BF5500"), "BF5502A000");
    cr_assert_str_eq(iot_talk(&world.peer, "BF340482020388"), "BF3406020100820100");
    cr_assert_str_eq(iot_world_shown(&world), "");
}

Test(iot_states, a_chip_may_lack_a_mechanism)
{
    cr_assert_str_eq(iot_world_send(&world, "SF EA", NULL), "S0 E0");
    world.chip.info.iot_mechanisms = 0;
    cr_assert(eq(int, iot_world_change(&world, ES10_EXECUTE_FALLBACK_MECHANISM, 0), 6));
    cr_assert(eq(int, iot_world_change(&world, ES10_RETURN_FROM_FALLBACK, 0), 6));
    cr_assert(eq(int, iot_world_change(&world, ES10_ENABLE_EMERGENCY_PROFILE, 0), 8));
}

/* The flag is there, with either tag; before v1.1 it may be left out. */
Test(iot_states, need_a_refresh_flag)
{
    static const char *const tags[] = {"BF58", "BF5A", "BF5B", "BF5C", "BF5D", "BF5E"};
    char request[32];
    for (size_t i = 0; i < 6; i++) {
        snprintf(request, sizeof(request), "%s00", tags[i]);
        cr_assert_str_eq(iot_talk(&world.peer, request), "6A80", "%s", request);
        snprintf(request, sizeof(request), "%s03010100", tags[i]);
        cr_assert(strncmp(iot_talk(&world.peer, request), tags[i], 4) == 0, "%s", request);
    }
    iot_become(&world.peer, &world.chip, EUICC_INFO_IOT_1_0);
    cr_assert_str_eq(iot_talk(&world.peer, "BF5800"), "BF5803020101");
    cr_assert_str_eq(iot_talk(&world.peer, "BF5A00"), "BF5A03800101");
    cr_assert_str_eq(iot_talk(&world.peer, "BF5D03800100"), "6A88");
}

Test(iot_states, other_functions_answer_as_they_should)
{
    cr_assert_str_eq(iot_talk(&world.peer, "BF5F00"), "BF5F03810101");
    cr_assert_str_eq(iot_world_send(&world, "EA", NULL), "E0");
    cr_assert(
        eq(int, store_put(world.peer.chip.store, "iot/connectivity/1", BYTES(0x35, 0x01)), 0));
    cr_assert(eq(int, store_commit(world.peer.chip.store), 0));
    cr_assert_str_eq(iot_talk(&world.peer, "BF5F00"), "BF5F06A00481023501");
    cr_assert_str_eq(iot_talk(&world.peer, "BF6505800361"
                                           "2E62"),
                     "BF6503800100");
    cr_assert_str_eq(iot_talk(&world.peer, "BF3C00") + 8,
                     "03612E62811874657374726F6F74736D64732E6578616D706C652E636F6D");
    cr_assert_str_eq(iot_talk(&world.peer, "BF65038001FF"), "BF650380017F");
    cr_assert_str_eq(iot_talk(&world.peer, "BF42048002"
                                           "0780"),
                     "BF4203800101");
}

/* ES10c of a chip that is an eIM's. */
Test(iot_states, es10c_may_be_refused_while_an_eim_is_associated)
{
    cr_assert(eq(int, local("LE:A"), 0));
    world.chip.settings.iot.quirks = IOT_QUIRK_ES10C_REFUSED;
    cr_assert_str_eq(iot_talk(&world.peer, "BF3106A00281"
                                           "00810100"),
                     "6985");
    cr_assert_str_eq(iot_talk(&world.peer, "BF2900"), "6985");
    cr_assert(strncmp(iot_talk(&world.peer, "BF6404820202"
                                            "04"),
                      "BF64", 4) == 0);
    cr_assert(eq(int, local("LE:B"), 0));
}
