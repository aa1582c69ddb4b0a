#include "tests/fuzz/es9_world.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "apdu/trace.h"

static void stay_quiet(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

static void must(bool right)
{
    if (!right)
        abort();
}

static void make_pki(struct es9_world *world)
{
    struct random random;
    const struct pki_plan plan = {
        .directory = world->pki, .first_eid = ES9_WORLD_EID, .server_name = ES9_WORLD_ADDRESS};
    struct pki_entity euicc;
    must(ec_start() == 0);
    random_init_seeded(&random, bytes_of_text("es9"));
    must(pki_make(&random, &plan) == 0);
    must(pki_read(world->pki, PKI_EUICC, EC_P256, &euicc) == 0);
    must(certificate_eid(&euicc.certificate, world->euicc.eid));
    must(bytes_copy_exact(euicc.certificate.point, world->euicc.point, EC_POINT_SIZE));
    world->euicc.curve = EC_P256;
    pki_entity_finish(&euicc);
}

static void make_package(struct es9_world *world)
{
    static const uint8_t package[] = {0xA0, 0x12, 0x80, 1, 2, 0x81, 1, 3, 0x83, 10,   0x89,
                                      0x88, 0,    0,    0, 0, 0,    0, 0, 0x1F, 0xAA, 0x00};
    char path[160];
    snprintf(path, sizeof(path), "%s/" ES9_WORLD_PACKAGE ".der", world->profiles);
    FILE *file = fopen(path, "wb");
    must(file != NULL && fwrite(package, 1, sizeof(package), file) == sizeof(package));
    must(fclose(file) == 0);
}

void es9_world_start(struct es9_world *world)
{
    *world = (struct es9_world){.folder = "/tmp/emuicc-fuzz-XXXXXX"};
    trace_to(stay_quiet, NULL);
    must(mkdtemp(world->folder) != NULL);
    snprintf(world->pki, sizeof(world->pki), "%s/pki", world->folder);
    snprintf(world->profiles, sizeof(world->profiles), "%s/profiles", world->folder);
    must(mkdir(world->profiles, 0700) == 0);
    make_pki(world);
    make_package(world);
    struct smdpp_plan plan = {.pki = world->pki, .profiles = world->profiles};
    must(version_plan_read(NULL, NULL, NULL, &plan.version) == NULL);
    must(smdpp_create(&plan, &world->smdpp) == 0);
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *at)
{
    (void)about;
    (void)type;
    (void)at;
    return remove(path);
}

void es9_world_end(struct es9_world *world)
{
    smdpp_destroy(world->smdpp);
    nftw(world->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* An order and metadata as AuthenticateClient leaves them. */
static void set_profile(struct es9_world *world, struct session *session)
{
    snprintf(session->order.package, sizeof(session->order.package), ES9_WORLD_PACKAGE);
    snprintf(session->order.eid, sizeof(session->order.eid), ES9_WORLD_EID);
    snprintf(session->order.iccid, sizeof(session->order.iccid), "8988000000000000001");
    must(orders_take_open(world->smdpp->database, &session->order) == 0);
    must(blob_copy(BYTES(0xBF, 0x25, 0x00), &session->metadata) == 0);
    must(blob_copy(BYTES(0xA0, 0x00, 0xAA, 0x00), &session->package) == 0);
}

/* Which waits, or is what the session hands over. */
static void set_rpm(struct es9_world *world, struct session *session)
{
    struct database *database = world->smdpp->database;
    struct rpm_order order = {.eid = ES9_WORLD_EID};
    uint8_t package[] = {0x30, 0x02, 0xA4, 0x00};
    order.package = (struct blob){package, sizeof(package)};
    /* The ids of real sessions never come again. */
    must(database_change(database, "DELETE FROM rpm_loads", NULL, 0) >= 0);
    snprintf(order.matching_id, sizeof(order.matching_id), "RPM%u", world->rpm_orders);
    const int found = rpm_orders_find(database, ES9_WORLD_EID, "", "", &session->rpm);
    if (found == 1)
        must(rpm_orders_add(database, &order) == 0 &&
             rpm_orders_find(database, ES9_WORLD_EID, "", "", &session->rpm) == 0);
    else
        must(found == 0);
    world->rpm_orders += found == 1;
    if (session->state != SESSION_RPM) {
        rpm_orders_finish(&session->rpm);
        session->rpm = (struct rpm_order){0};
        return;
    }
    const struct download load = {
        .transaction_id = session_id(session), .order = session->rpm.id, .euicc = world->euicc};
    must(rpm_orders_send(database, &load) == 0);
}

/* The chip's only profile is to leave. */
static void set_change(struct es9_world *world, struct session *session)
{
    session->change =
        (struct change){.old = world->euicc, .source = session->order.id, .deletes = true};
    snprintf(session->change.iccid, sizeof(session->change.iccid), "%s", session->order.iccid);
    must(changes_request(world->smdpp->database, &session->change) == 0);
}

static void become_v3(struct es9_world *world, struct session *session)
{
    session->common.version = (struct version){true, world->smdpp->version.own};
    session->common.lpa_capability = ES9_WORLD_LPA;
    session->common.chip_capability = ES9_WORLD_CHIP;
    set_rpm(world, session);
}

static void put_session(struct es9_world *world, enum session_state state, bool v3)
{
    struct session *session;
    must(session_create(&world->smdpp->random, &session) == 0);
    memset(session->common.entry.id, ES9_WORLD_ID, sizeof(session->common.entry.id));
    memset(session->common.challenge, ES9_WORLD_CHALLENGE, sizeof(session->common.challenge));
    session->common.server = session->common.chip = &world->smdpp->credentials.sets[EC_P256];
    session->state = state;
    if (state != SESSION_INITIATED) {
        session->common.euicc = world->euicc;
        set_profile(world, session);
    }
    if (state >= SESSION_CHANGE)
        set_change(world, session);
    if (v3 || state >= SESSION_RPM)
        become_v3(world, session);
    session_put(world->smdpp->sessions, session);
}

/* What SESSION_BOUND leaves in the database. */
static void put_download(struct es9_world *world)
{
    uint8_t id[SESSION_ID_SIZE], body[] = {0xA0, 0x00};
    struct download_binding binding = {.body = {body, sizeof(body)}};
    struct order order = {0};
    snprintf(order.package, sizeof(order.package), ES9_WORLD_PACKAGE);
    snprintf(order.eid, sizeof(order.eid), ES9_WORLD_EID);
    must(orders_take_open(world->smdpp->database, &order) == 0);
    memset(id, ES9_WORLD_ID, sizeof(id));
    const struct download download = {
        .transaction_id = bytes_of(id, sizeof(id)), .order = order.id, .euicc = world->euicc};
    must(downloads_start(world->smdpp->database, &download, &binding) == 0);
}

char *es9_world_run(struct es9_world *world, struct bytes input, unsigned *status)
{
    uint8_t head = 0, id[SESSION_ID_SIZE];
    (void)bytes_take_u8(&input, &head);
    const size_t function = (head & 0x0F) % es9_functions.count;
    const unsigned late = head & ES9_WORLD_LATE ? SESSION_CHANGE : 0;
    const enum session_state state =
        (enum session_state)((((head >> 4) & 0x03) + late) % (SESSION_RECOVERY + 1));
    put_session(world, state, (head & ES9_WORLD_V3) != 0);
    if (state == SESSION_BOUND)
        put_download(world);
    char *answer = function_answer(world->smdpp, &es9_functions.rows[function], "", input, status);
    memset(id, ES9_WORLD_ID, sizeof(id));
    session_destroy(session_take(world->smdpp->sessions, bytes_of(id, sizeof(id))));
    return answer;
}
