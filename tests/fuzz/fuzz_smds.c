/* What LPAs and other servers say to an SM-DS (ES11, ES12, ES15), and what an SM-DS says to an LPA.
 */
#include "tests/fuzz/es9_world.h"

#include <stdlib.h>

#include "tools/smds/es11.h"
#include "tools/smds/es12.h"
#include "tools/smds/smds.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* First byte of an input: the number of a function, of ES11's first, then of ES12's and ES15's;
 * with V3 its session is one of v3. */
#define V3 0x40
#define LPA_V3 0x1A1     /* all of LpaRspCapability that an SM-DS asks for, and chains */
#define CHIP_V3 0x160005 /* EuiccRspCapability of the corpus's chip, and signed answers */

static struct es9_world world;
static struct smds *smds;

static void end(void)
{
    smds_destroy(smds);
    es9_world_end(&world);
}

static bool to_nobody(void *context, const char *path, const char *body, struct blob *answer)
{
    (void)context, (void)path, (void)body, (void)answer;
    return false;
}

static void to_all(void *context, const char *path, char *body)
{
    (void)context, (void)path;
    free(body);
}

static void start(void)
{
    const struct options_list services = {.items = {"2.999.77"}, .count = 1};
    es9_world_start(&world);
    struct smds_plan plan = {
        .pki = world.pki, .address = ES9_WORLD_ADDRESS, .push_services = &services};
    if (version_plan_read(NULL, NULL, NULL, &plan.version) != NULL ||
        smds_create(&plan, &smds) != 0)
        abort();
    smds->root = (struct event_link){"root.example.com", to_nobody, to_all, NULL};
    atexit(end);
}

/* As AuthenticateClient of the corpus finds it. */
static void put_session(bool v3)
{
    struct authentication *session;
    if (smds_open_session(smds, &session) != 0)
        abort();
    memset(session->entry.id, ES9_WORLD_ID, sizeof(session->entry.id));
    memset(session->challenge, ES9_WORLD_CHALLENGE, sizeof(session->challenge));
    session->server = session->chip = &smds->credentials.sets[EC_P256];
    if (v3) {
        session->version = (struct version){true, smds->version.own};
        session->lpa_capability = LPA_V3;
        session->chip_capability = CHIP_V3;
    }
    session_table_put(smds->sessions, &session->entry);
}

static void take_session(void)
{
    uint8_t id[SESSION_TABLE_ID_SIZE];
    memset(id, ES9_WORLD_ID, sizeof(id));
    smds_end_session(
        (struct authentication *)session_table_take(smds->sessions, bytes_of(id, sizeof(id))));
}

static void call(uint8_t head, struct bytes body)
{
    unsigned status;
    const size_t at = (head & 0x0F) % (es11_functions.count + es12_functions.count);
    const struct function_row *row = at < es11_functions.count
                                         ? &es11_functions.rows[at]
                                         : &es12_functions.rows[at - es11_functions.count];
    put_session((head & V3) != 0);
    char *answer = function_answer(smds, row, "peer", body, &status);
    if (answer == NULL || status != FUNCTION_HTTP_OK)
        abort(); /* whatever comes, it gets an answer, and none is our own fault */
    free(answer);
    take_session();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_of(data, size);
    uint8_t head = 0;
    if (smds == NULL)
        start();
    (void)bytes_take_u8(&input, &head);
    call(head, input);
    return 0;
}
