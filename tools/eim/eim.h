/* eim: the eIM's state, whatever the transport (SGP.32 §2.4, §5.14). Handlers may run at the same
 * time. */
#ifndef EMUICC_TOOLS_EIM_EIM_H
#define EMUICC_TOOLS_EIM_EIM_H

#include "crypto/pki/pki.h"
#include "tools/eim/orders.h"
#include "tools/lib/iot/eim_configuration.h"
#include "tools/lib/server/session_table.h"

/* How ESipa is framed where the releases differ. */
enum eim_release {
    EIM_RELEASE_1_0, /* ProvideEimPackageResult is a CHOICE, its answer may be empty */
    EIM_RELEASE_1_2,
};

struct notifier;

struct eim {
    struct random random;
    struct pki_entity signer;         /* eIM signing certificate with its key */
    struct pki_entity tls;            /* P-256, with its key */
    struct pki_entity cis[EC_CURVES]; /* der == NULL: none on this curve */
    char id[EIM_CONFIGURATION_ID_MAX + 1];
    char fqdn[EIM_CONFIGURATION_ADDRESS_MAX + 1]; /* perhaps with a port */
    struct database *database;
    struct session_table *downloads; /* indirect ones under way */
    struct notifier *notifier;       /* NULL: notifications stay here */
    const char *ca;                  /* of SM-DP+s, as ca_read() takes it */
    const struct options_list *connect_to;
    enum eim_release release; /* what is answered where the client does not show it */
    bool unverified;          /* results of chips whose certificates are unknown count */
    bool silent;              /* acknowledges nothing */
};

struct eim_plan {
    const char *pki;       /* folder; borrowed */
    const char *id, *fqdn; /* NULL: as the certificates have it */
    const char *store;     /* SQLite file; NULL: in memory */
    const char *ca;        /* NULL: the PKI's CI */
    const struct options_list *connect_to;
    enum eim_release release;
    bool unverified, silent;
    enum ec_curve curve; /* of the key that packages are signed with */
};

/* 0, or a failure after one trace line that says what is wrong with what. See front_open() for one
 * that answers IPAs. */
int eim_create(const struct eim_plan *plan, struct eim **out);
/* The same with nothing but its store: for who serves nobody. */
int eim_open_store(const struct eim_plan *plan, struct eim **out);
void eim_destroy(struct eim *eim); /* NULL is fine */

/* What a chip has to know of this eIM. The slices borrow from the eIM. `token` and counter as for a
 * chip that is to draw its token. */
struct eim_configuration eim_own_configuration(const struct eim *eim);

/* Certificates of a chip (DER) under one of the CIs, for this EID: 0, 1 with a trace line, or a
 * failure. */
int eim_believe(const struct eim *eim, struct bytes eum, struct bytes euicc, const char *eid);

int64_t eim_now(void); /* seconds since 1970 */

#endif
