/* The ECASD, of which terminals ask the EID (SGP.22 §2.4.2). */
#include "apdu/status.h"
#include "fs/domain/fci.h"
#include "isd-r/isd_r.h"
#include "isd-r/state.h"

#define TAG_EID 0x5A

static struct bytes own_aid(const struct isd_r *isd_r)
{
    return bytes_of(isd_r->settings->ecasd_aid.data, isd_r->settings->ecasd_aid.len);
}

static bool matches(void *state, const struct apdu *select, struct bytes aid)
{
    (void)select;
    return fci_matches(own_aid(state), aid);
}

static int select_ecasd(void *state, const struct apdu *select, struct bytes aid,
                        struct writer *response)
{
    (void)aid;
    const struct fci fci = {.aid = own_aid(state)};
    return fci_answer(&fci, select, response);
}

static int get_data(void *state, const struct apdu *apdu, struct writer *response)
{
    if ((apdu->p1 << 8 | apdu->p2) != TAG_EID)
        return SW_REFERENCE_NOT_FOUND;
    tlv_put(response, TAG_EID, bytes_of(isd_r_eid(state), CREDENTIALS_EID_SIZE));
    return 0;
}

/* It has no keys of its own that anybody could open a channel with. */
static int initialize_update(void *state, const struct apdu *apdu, struct writer *response)
{
    (void)state;
    (void)apdu;
    (void)response;
    return SW_CONDITIONS_NOT_SATISFIED;
}

/* clang-format off */
static const struct command_row rows[] = {
    { "GET DATA", 0x80, 0xCA, APDU_CASE_1 | APDU_CASE_2, get_data, "GlobalPlatform §11.3" },
    { "GET DATA", 0x00, 0xCA, APDU_CASE_1 | APDU_CASE_2, get_data, "GlobalPlatform §11.3" },
    { "INITIALIZE UPDATE", 0x80, 0x50, APDU_CASE_3 | APDU_CASE_4, initialize_update,
      "GlobalPlatform Amendment D §7.1.1" },
};
/* clang-format on */

const struct application ecasd_application = {
    .name = "ECASD",
    .commands = {rows, sizeof(rows) / sizeof(rows[0])},
    .matches = matches,
    .select = select_ecasd,
};
