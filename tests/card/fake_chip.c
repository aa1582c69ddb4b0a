#include "tests/card/fake_chip.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>

#include "apdu/status.h"
#include "fs/ota/ota.h"
#include "fs/scp81/scp81.h"
#include "fs/domain/access_rules.h"
#include "fs/domain/domain.h"
#include "fs/store/store_group.h"
#include "fs/uicc/uicc_commands.h"
#include "isd-r/es10.h"

struct store {
    bool changed;
};

struct isd_r {
    struct isd_r_wish wish;
    uint32_t enabled, pending;
};

struct fake_chip fake_chip;
static struct store the_store;
static struct isd_r the_isd_r;

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
    const size_t len = strlen(fake_chip.log);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fake_chip.log + len, sizeof(fake_chip.log) - len, format, arguments);
    va_end(arguments);
}

int store_open(const char *directory, struct store **out)
{
    (void)directory;
    *out = &the_store;
    return 0;
}

int store_open_in(struct store_group *group, const char *directory, struct store **out)
{
    (void)group;
    return store_open(directory, out);
}

void store_close(struct store *store)
{
    store->changed = false;
    note("close ");
}

bool store_is_new(const struct store *store)
{
    (void)store;
    return false;
}

bool store_outcome_is_unknown(const struct store *store)
{
    (void)store;
    return false;
}

void store_notice(struct store *store, const char *line)
{
    (void)store;
    note("notice %s ", line);
}

bool store_changed(const struct store *store)
{
    return store->changed;
}

int store_commit(struct store *store)
{
    const int result = fake_chip.commit_result;
    note("commit ");
    fake_chip.commit_result = 0;
    store->changed = false;
    if (result == 0)
        fake_chip.enabled = the_isd_r.enabled;
    return result;
}

int store_commit_later(struct store *store)
{
    note("later ");
    return store_commit(store);
}

int store_settle(struct store *store)
{
    (void)store;
    return 0;
}

bool store_checkpoint_is_due(const struct store *store)
{
    (void)store;
    return false;
}

void store_checkpoint(struct store *store)
{
    (void)store;
}

void store_rollback(struct store *store)
{
    store->changed = false;
    note("rollback ");
}

const struct isd_r_settings isd_r_settings_default = {0};
const struct euicc_info euicc_info_default = {0};
const struct saip_platform saip_default_platform = {0};

void isd_r_put_card_resource(const struct isd_r *isd_r, struct writer *out)
{
    (void)isd_r;
    (void)out;
}

const uint8_t *isd_r_eid(const struct isd_r *isd_r)
{
    (void)isd_r;
    return NULL;
}

const struct domain_settings domain_settings_default = {0};

void domain_init(struct domains *domains)
{
    (void)domains;
}

void domain_finish(struct domains *domains)
{
    (void)domains;
}

void domain_reset(struct domains *domains)
{
    (void)domains;
}

void domain_set_profile(struct domains *domains, uint32_t profile)
{
    (void)domains;
    (void)profile;
}

void domain_open_channel(struct domains *domains, uint8_t channel, uint8_t from)
{
    (void)domains;
    (void)channel;
    (void)from;
}

void domain_deselect(struct domains *domains, uint8_t channel)
{
    (void)domains;
    (void)channel;
}

int domain_handle(struct domains *domains, bool chip, const struct apdu *apdu,
                  struct writer *response)
{
    (void)domains;
    (void)chip;
    (void)apdu;
    (void)response;
    return SW_SECURITY_STATUS;
}

/* Nobody has a secure channel here. */
int domain_unwrap(struct domains *domains, bool domain_selected, struct apdu *apdu)
{
    (void)domains;
    (void)apdu;
    return domain_selected ? SW_SECURITY_STATUS : SW_SECURE_MESSAGING_NOT_SUPPORTED;
}

int domain_wrap(struct domains *domains, uint16_t status, struct writer *response)
{
    (void)domains;
    (void)status;
    (void)response;
    return 0;
}

static bool is_not_there(void *state, const struct apdu *select, struct bytes aid)
{
    (void)state;
    (void)select;
    (void)aid;
    return false;
}

const struct command_table domain_commands = {0};
const struct application domain_application = {.name = "security domain", .matches = is_not_there};
const struct application access_rules_application = {.name = "ARA-M", .matches = is_not_there};

int isd_r_create(struct store *store, struct random *random, const struct isd_r_settings *settings,
                 struct isd_r **out)
{
    (void)store;
    (void)settings;
    (void)random;
    the_isd_r = (struct isd_r){0};
    *out = &the_isd_r;
    return 0;
}

void isd_r_destroy(struct isd_r *isd_r)
{
    (void)isd_r;
}

void isd_r_reset(struct isd_r *isd_r)
{
    (void)isd_r;
    note("isd-r-reset ");
}

int isd_r_rollback(struct isd_r *isd_r)
{
    isd_r->enabled = fake_chip.enabled;
    note("isd-r-rollback ");
    return 0;
}

void isd_r_watch(struct isd_r *isd_r, const struct checkpoint_watch *watch)
{
    (void)isd_r;
    fake_chip.watch = watch;
}

int es10_execute(struct isd_r *isd_r, struct bytes command, struct writer *response)
{
    (void)isd_r;
    (void)command;
    (void)response;
    return SW_INSTRUCTION;
}

const struct es10_table es10_functions = {0};

const char *saip_element_name(size_t which)
{
    (void)which;
    return NULL;
}

struct isd_r_wish isd_r_take_wish(struct isd_r *isd_r)
{
    const struct isd_r_wish wish = isd_r->wish;
    isd_r->wish = (struct isd_r_wish){0};
    return wish;
}

void isd_r_set_terminal(struct isd_r *isd_r, struct terminal terminal)
{
    (void)isd_r;
    fake_chip.terminal = terminal;
}

int isd_r_refreshed(struct isd_r *isd_r, bool done)
{
    const uint32_t pending = isd_r->pending;
    isd_r->pending = 0;
    if (pending == 0)
        return 0;
    note(done ? "refreshed " : "not-refreshed ");
    if (!done)
        return 0;
    the_store.changed = true;
    isd_r->enabled = pending;
    isd_r->wish.reload = true;
    return 0;
}

uint32_t isd_r_enabled_profile(const struct isd_r *isd_r)
{
    return isd_r->enabled;
}

int uicc_init(struct uicc *uicc, struct store *store, struct random *random)
{
    *uicc = (struct uicc){.store = store, .random = random};
    proactive_reset(&uicc->proactive);
    return 0;
}

void uicc_finish(struct uicc *uicc)
{
    (void)uicc;
}

int isd_r_update_metadata(struct isd_r *isd_r, struct bytes request)
{
    (void)isd_r;
    (void)request;
    return 0;
}

void ota_init(struct ota *ota, struct domains *domains, struct uicc *uicc)
{
    *ota = (struct ota){.domains = domains, .uicc = uicc};
}

void ota_finish(struct ota *ota)
{
    (void)ota;
}

void ota_reset(struct ota *ota)
{
    (void)ota;
}

void scp81_init(struct scp81 *scp81, struct ota *ota)
{
    *scp81 = (struct scp81){.ota = ota};
}

void scp81_finish(struct scp81 *scp81)
{
    (void)scp81;
}

void scp81_reset(struct scp81 *scp81)
{
    (void)scp81;
}

void scp81_break(struct scp81 *scp81)
{
    (void)scp81;
}

int uicc_load(struct uicc *uicc, uint32_t profile_id)
{
    note("load-%u ", profile_id);
    if (profile_id != 0 && fake_chip.load_result != 0)
        return fake_chip.load_result;
    uicc->profile_id = profile_id;
    return 0;
}

void uicc_reset(struct uicc *uicc)
{
    proactive_reset(&uicc->proactive);
    note("uicc-reset ");
}

void uicc_open_channel(struct uicc *uicc, uint8_t channel, uint8_t from)
{
    (void)uicc;
    note("open-%u-from-%u ", channel, from);
}

static int answer(struct bytes order, struct writer *response)
{
    uint16_t len;
    if (!bytes_take_u16(&order, &len))
        return SW_WRONG_DATA;
    for (unsigned i = 0; i < len; i++)
        writer_put_u8(response, (uint8_t)i);
    return 0;
}

static int answer_status(struct bytes order, struct writer *response)
{
    uint16_t status;
    if (!bytes_take_u16(&order, &status))
        return SW_WRONG_DATA;
    writer_put(response, order);
    return status;
}

static int store_data(void *state, const struct apdu *apdu, struct writer *response)
{
    struct isd_r *isd_r = state;
    struct bytes order = apdu->data;
    uint8_t what = 0, profile = 0;
    (void)bytes_take_u8(&order, &what);
    if (what == FAKE_ANSWER)
        return answer(order, response);
    if (what == FAKE_STATUS)
        return answer_status(order, response);
    if (what == FAKE_TOO_MUCH)
        writer_fill(response, 0, APDU_RESPONSE_MAX + 1);
    the_store.changed = true;
    if (what == FAKE_REFRESH && bytes_take_u8(&order, &profile)) {
        isd_r->pending = profile;
        isd_r->wish.refresh = true;
    }
    if (what == FAKE_ENABLE && bytes_take_u8(&order, &profile)) {
        isd_r->enabled = profile;
        isd_r->wish.reload = true;
    }
    writer_put_u8(response, what);
    return what == FAKE_FAIL_INTERNAL ? FAILURE_INTERNAL
           : what == FAKE_FAIL_MEMORY ? FAILURE_MEMORY
                                      : 0;
}

/* Case 2: three bytes, whatever Le says. */
static int get_data(void *state, const struct apdu *apdu, struct writer *response)
{
    (void)state;
    (void)apdu;
    writer_put(response, BYTES(0xDA, 0x7A, 0x00));
    return 0;
}

static int fine(void *state, const struct apdu *apdu, struct writer *response)
{
    (void)state;
    (void)apdu;
    (void)response;
    return 0;
}

static int select_file(void *state, const struct apdu *apdu, struct writer *response)
{
    (void)state;
    if (!bytes_equal(apdu->data, BYTES(0x3F, 0x00)))
        return SW_FILE_NOT_FOUND;
    if (apdu->p2 == 0x04)
        writer_put(response, BYTES(0x62, 0x02, 0x83, 0x00));
    return 0;
}

static bool matches_isd_r(void *state, const struct apdu *select, struct bytes aid)
{
    (void)state;
    (void)select;
    return bytes_start_with(BYTES(0xA0, 0x00, 0x00, 0x05, 0x59, 0x01), aid);
}

static bool matches_ecasd(void *state, const struct apdu *select, struct bytes aid)
{
    (void)state;
    (void)select;
    return bytes_start_with(BYTES(0xA0, 0x00, 0x00, 0x05, 0x59, 0x02), aid);
}

static bool matches_uicc(void *state, const struct apdu *select, struct bytes aid)
{
    (void)state;
    (void)select;
    return bytes_start_with(BYTES(0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02), aid);
}

static int select_with_fci(void *state, const struct apdu *select, struct bytes aid,
                           struct writer *response)
{
    (void)state;
    (void)aid;
    if (select->p2 != 0x00 && select->p2 != 0x04)
        return SW_WRONG_P1_P2;
    writer_put(response, BYTES(0x6F, 0x01, 0x84));
    return 0;
}

static void deselect_isd_r(void *state, uint8_t channel)
{
    (void)state;
    note("isd-r-deselect-%u ", channel);
}

static void deselect_uicc(void *state, uint8_t channel)
{
    (void)state;
    note("uicc-deselect-%u ", channel);
}

/* clang-format off */
static const struct command_row isd_r_rows[] = {
    {"STORE DATA", 0x80, 0xE2, APDU_CASE_3 | APDU_CASE_4, store_data, "SGP.22 §5.7.2"},
    {"GET DATA", 0x80, 0xCA, APDU_CASE_2, get_data, "SGP.22 §2.4"},
};
static const struct command_row uicc_rows[] = {
    {"SELECT", 0x00, 0xA4, APDU_CASE_ANY, select_file, "TS 102 221 §11.1.1"},
    {"READ BINARY", 0x00, 0xB0, APDU_CASE_2, get_data, "TS 102 221 §11.1.3"},
    {"ACTIVATE FILE", 0x00, 0x44, APDU_CASE_1, fine, "TS 102 221 §11.1.15"},
    {"STATUS", 0x80, 0xF2, APDU_CASE_1 | APDU_CASE_2, get_data, "TS 102 221 §11.1.2"},
    {"TERMINAL PROFILE", 0x80, 0x10, APDU_CASE_3, uicc_terminal_profile, "TS 102 221 §11.2.1"},
    {"FETCH", 0x80, 0x12, APDU_CASE_2, uicc_fetch, "TS 102 221 §11.2.3"},
    {"TERMINAL RESPONSE", 0x80, 0x14, APDU_CASE_3, uicc_terminal_response, "TS 102 221 §11.2.4"},
};
/* clang-format on */

const struct application isd_r_application = {
    "ISD-R", {isd_r_rows, 2}, matches_isd_r, select_with_fci, deselect_isd_r};
const struct application ecasd_application = {
    "ECASD", {isd_r_rows, 2}, matches_ecasd, select_with_fci, NULL};
const struct application uicc_application = {"UICC",
                                             {uicc_rows, sizeof(uicc_rows) / sizeof(uicc_rows[0])},
                                             matches_uicc,
                                             select_with_fci,
                                             deselect_uicc};

void fake_chip_start(struct card *card)
{
    fake_chip = (struct fake_chip){0};
    cr_assert_eq(card_open(card, "nowhere"), 0);
    cr_assert_eq(card_start(card), 0);
    fake_chip.log[0] = '\0';
}

const char *fake_chip_calls(void)
{
    static char calls[FAKE_LOG_SIZE];
    memcpy(calls, fake_chip.log, sizeof(calls));
    fake_chip.log[0] = '\0';
    return calls;
}
