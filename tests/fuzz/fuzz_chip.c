#include "tests/fuzz/fuzz_chip.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/pki/pki.h"
#include "isd-r/store_data.h"

static char folder[] = "/tmp/emuicc-fuzz-XXXXXX";
static struct fuzz_chip chip;
static struct euicc_info info;
static struct isd_r_settings settings;

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static void finish(void)
{
    isd_r_destroy(chip.isd_r);
    store_close(chip.store);
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void need(bool holds)
{
    if (!holds)
        abort();
}

static void drop_line(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

static void make_credentials(const char *pki)
{
    const struct pki_plan plan = {.directory = pki};
    struct pki_entity ci, eum, euicc;
    need(pki_make(&chip.random, &plan) == 0);
    need(pki_read(pki, PKI_CI, EC_P256, &ci) == 0);
    need(pki_read(pki, PKI_EUM, EC_P256, &eum) == 0);
    need(pki_read(pki, PKI_EUICC, EC_P256, &euicc) == 0);
    need(isd_r_provision(chip.store, &(struct isd_r_provision){&ci, &eum, &euicc, 1}) == 0);
    need(store_commit(chip.store) == 0);
    pki_entity_finish(&ci);
    pki_entity_finish(&eum);
    pki_entity_finish(&euicc);
}

/* A chip of v2 and v3 has every parser there is. */
static void become_v3(void)
{
    info = euicc_info_default;
    memcpy(info.highest_svn, (const uint8_t[]){3, 1, 0}, EUICC_INFO_VERSION_SIZE);
    info.rsp_capability = UINT32_MAX;
    settings = isd_r_settings_default;
    settings.info = &info;
}

static void make(void)
{
    char pki[64], state[64];
    trace_to(drop_line, NULL);
    need(mkdtemp(folder) != NULL);
    snprintf(pki, sizeof(pki), "%s/pki", folder);
    snprintf(state, sizeof(state), "%s/state", folder);
    random_init_seeded(&chip.random, bytes_of_text("fuzz"));
    need(ec_start() == 0);
    need(store_open(state, &chip.store) == 0);
    make_credentials(pki);
    become_v3();
    need(isd_r_create(chip.store, &chip.random, &settings, &chip.isd_r) == 0);
    atexit(finish);
}

struct fuzz_chip *fuzz_chip(void)
{
    if (chip.isd_r == NULL)
        make();
    store_rollback(chip.store);
    need(isd_r_rollback(chip.isd_r) == 0);
    return &chip;
}

void fuzz_chip_open_session(struct fuzz_chip *on, enum rsp_state state)
{
    struct rsp_session *session = &on->isd_r->session;
    session->state = state;
    if (state < RSP_AUTHENTICATED)
        return;
    session->transaction_id_len = 1;
    session->oid_len = 1;
    session->oid[0] = 0x2A;
    session->role = RSP_ROLE_DP_AUTH;
    session->signer = session->server_ci = credentials_first_signer(&on->isd_r->credentials);
    if (state < RSP_PREPARED)
        return;
    need(ec_private_generate(on->isd_r->random, EC_P256, &session->one_time_key) == 0);
    memcpy(session->binding_point, session->signer->euicc.point.data, EC_POINT_SIZE);
}

int fuzz_chip_block(struct fuzz_chip *on, uint8_t p1, uint8_t p2, struct bytes block)
{
    static uint8_t room[APDU_RESPONSE_MAX];
    struct writer response = writer_on(room, sizeof(room));
    const struct apdu apdu = {.p1 = p1, .p2 = p2, .data = block};
    struct tlv whole;
    const int result = store_data_handle(on->isd_r, &apdu, &response);
    need(result >= 0 && !response.overflow);
    if (result == 0 && response.len > 0)
        need(p1 == 0x91 && tlv_take(&(struct bytes){room, response.len}, &whole) &&
             whole.whole.len == response.len);
    return result;
}
