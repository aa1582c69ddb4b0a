/* Deeds of an eIM: signed packages of operations on profiles. */
#include "apdu/status.h"
#include "tests/benchmarks/measure.h"
#include "tests/soak/farm_deed.h"

#define LOAD_PACKAGE "LoadEuiccPackage"
#define RESULTS_MAX 8
#define LIST_PROFILES 0xBF2D

/* Operations' tags, and those of their results. */
static const struct operation {
    uint32_t tag, result;
} operations[FARM_DEED_CHANGES] = {[FARM_DEED_ENABLE] = {0xA3, 0x83},
                                   [FARM_DEED_DISABLE] = {0xA4, 0x84},
                                   [FARM_DEED_DELETE] = {0xA5, 0x85}};

struct package {
    uint8_t list_room[128], room[512];
    struct bytes request;
    uint8_t results_room[64];
    struct writer results; /* that must come; a list's own content is not compared */
    bool lists;            /* begins with listProfileInfo */
};

/* What fails is the last. */
static bool put_operation(struct farm_worker *worker, enum farm_deed_change change,
                          struct farm_state *state, struct writer *list, struct package *package)
{
    const size_t which = farm_deed_draw(worker, FARM_PROFILES),
                 mark = tlv_open(list, operations[change].tag);
    tlv_put(list, 0x5A, bytes_of(worker->iccids[which], SOAK_PACKAGE_ICCID_SIZE));
    tlv_close(list, mark);
    const uint8_t result = farm_deed_apply(change, which, state);
    tlv_put_u8(&package->results, operations[change].result, result);
    return result == 0;
}

/* A list first, then a profile is enabled or disabled, then one deleted, each by chance. */
static void put_operations(struct farm_worker *worker, struct farm_state *state,
                           struct writer *list, struct package *package)
{
    const uint32_t lot = farm_deed_draw(worker, 8);
    bool goes_on = true;
    package->lists = lot & 1;
    const size_t mark = tlv_open(list, 0xA0);
    if (package->lists)
        tlv_put(list, LIST_PROFILES, (struct bytes){0});
    if ((lot & 6) != 4)
        goes_on =
            put_operation(worker, farm_deed_draw(worker, 3) ? FARM_DEED_ENABLE : FARM_DEED_DISABLE,
                          state, list, package);
    if (goes_on && lot & 4)
        (void)put_operation(worker, FARM_DEED_DELETE, state, list, package);
    tlv_close(list, mark);
}

static void prepare(struct farm_worker *worker, struct farm_visit *visit, struct package *package)
{
    uint8_t eid[PKI_EID_SIZE];
    struct writer list = writer_on(package->list_room, sizeof(package->list_room));
    struct writer request = writer_on(package->room, sizeof(package->room));
    struct farm_state *other = farm_chip_change(visit);
    package->results = writer_on(package->results_room, sizeof(package->results_room));
    put_operations(worker, other, &list, package);
    FARM_NEED(visit, pki_eid_from_text(visit->chip->eid, eid));
    iot_package_put(&worker->eim, bytes_of(eid, sizeof(eid)), visit->chip->token,
                    ++other->eim_counter, writer_bytes(&list), &request);
    package->request = writer_bytes(&request);
}

static bool is_expected(const struct package *package, struct bytes answer, uint32_t *sequence)
{
    struct iot_package_result result;
    struct tlv listed;
    if (!iot_package_read(answer, &result))
        return false;
    *sequence = result.sequence;
    if (package->lists && !tlv_take_tag(&result.results, LIST_PROFILES, &listed))
        return false;
    return bytes_equal(result.results, writer_bytes(&package->results));
}

/* Notification or result: whether it was there. Both share their numbers. */
static void forget(struct farm_visit *visit, uint32_t sequence)
{
    uint8_t room[16];
    struct writer request = writer_on(room, sizeof(room));
    struct bytes answer = {0};
    const size_t mark = tlv_open(&request, 0xBF30);
    der_put_integer(&request, 0x80, sequence);
    tlv_close(&request, mark);
    const int status = farm_deed_ask(visit, writer_bytes(&request), &answer);
    FARM_NEED(visit, (status == SW_OK && answer.len == 6 && answer.data[5] == 0) ||
                         farm_chip_in_hazard(visit));
}

/* Those that the chip keeps, one of them with this number, are then removed. */
static void forget_results(struct farm_visit *visit, uint32_t sequence)
{
    struct bytes answer;
    struct tlv whole, list, one;
    struct iot_package_result result;
    uint32_t numbers[RESULTS_MAX];
    size_t count = 0;
    bool seen = false;
    if (farm_deed_ask(visit, BYTES(0xBF, 0x2B, 0x02, 0x82, 0x00), &answer) != SW_OK) {
        FARM_NEED(visit, farm_chip_in_hazard(visit));
        return;
    }
    FARM_NEED(visit, tlv_whole(answer, 0xBF2B, &whole) && tlv_whole(whole.value, 0xA2, &list));
    while (count < RESULTS_MAX && tlv_take(&list.value, &one)) {
        FARM_NEED(visit, iot_package_read(one.whole, &result));
        seen |= result.sequence == sequence;
        numbers[count++] = result.sequence;
    }
    FARM_NEED(visit, seen || count == RESULTS_MAX);
    for (size_t i = 0; i < count; i++)
        forget(visit, numbers[i]);
}

static void carry_out(struct farm_visit *visit, const struct package *package)
{
    struct bytes answer = {0};
    uint32_t sequence = 0;
    const int status = farm_deed_ask(visit, package->request, &answer);
    const bool good = status == SW_OK && is_expected(package, answer, &sequence);
    farm_chip_settle(visit, farm_deed_end(status, good));
    if (good && visit->harm == NULL)
        forget_results(visit, sequence);
}

void farm_deed_package(struct farm_worker *worker, struct farm_visit *visit)
{
    struct package package;
    prepare(worker, visit, &package);
    carry_out(visit, &package);
}

void farm_deed_struck_package(struct farm_worker *worker, struct farm_visit *visit)
{
    struct package package;
    prepare(worker, visit, &package);
    if (!farm_deed_lay(worker, visit, LOAD_PACKAGE))
        return;
    carry_out(visit, &package);
    farm_deed_lift(visit);
}

void farm_deed_cut_package(struct farm_worker *worker, struct farm_visit *visit)
{
    struct package package;
    prepare(worker, visit, &package);
    farm_deed_hang_up_in(visit, package.request);
    farm_chip_settle(visit, FARM_PEER_LOST);
}

/* With the counter of the last one: nothing of it is done. */
void farm_deed_old_package(struct farm_worker *worker, struct farm_visit *visit)
{
    struct package package;
    struct bytes answer = {0};
    uint32_t sequence;
    if (visit->chip->now.eim_counter == 0)
        return;
    visit->chip->now.eim_counter--;
    prepare(worker, visit, &package);
    visit->chip->now.eim_counter++;
    const int status = farm_deed_ask(visit, package.request, &answer);
    FARM_NEED(visit, (status == SW_OK && !is_expected(&package, answer, &sequence)) ||
                         farm_chip_in_hazard(visit));
    (void)farm_chip_look(visit);
}
