/* emuicc-pki: makes a test PKI, or adds eUICCs to one. */
#include "apdu/options.h"
#include "apdu/trace.h"
#include "crypto/pki/pki.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define EID_SEPARATOR '-'

struct pki_options {
    const char *eid, *ein, *server, *server_oid, *eim, *smds, *layout;
    bool brainpool, v3, crl;
    struct options_list revoked;
};

#define AT(field) offsetof(struct pki_options, field)

/* Parts FIRST-LAST where it stands. */
static const char *split_range(const char *range, char *buffer, size_t size)
{
    if (range == NULL || strchr(range, EID_SEPARATOR) == NULL || strlen(range) >= size)
        return NULL;
    strcpy(buffer, range);
    char *separator = strchr(buffer, EID_SEPARATOR);
    *separator = '\0';
    return separator + 1;
}

static bool check_eids(const char *value)
{
    uint8_t eid[PKI_EID_SIZE];
    char first[2 * PKI_EID_DIGITS + 2];
    const char *last = split_range(value, first, sizeof(first));
    return pki_eid_read("--eid ", last != NULL ? first : value, eid) == 0 &&
           (last == NULL || pki_eid_read("--eid ", last, eid) == 0);
}

static bool check_iin(const char *value)
{
    if (strlen(value) == PKI_IIN_DIGITS && strspn(value, "0123456789") == PKI_IIN_DIGITS)
        return true;
    trace_error("--ein %s: no IIN: 8 digits are wanted", value);
    return false;
}

/* clang-format off */
static const struct options_row rows[] = {
    {"eid", "DIGITS|FIRST-LAST",
     "EID of the eUICC to add, or the first and the last of several: 32 digits each, the check "
     "digits included; default: one EID of the EUM's range, if the folder has no eUICC",
     OPTIONS_TEXT, AT(eid), .check = check_eids},
    {"ein", "IIN",
     "the 8 digits with which all EIDs of the EUM begin; default: those of the first EID, or "
     PKI_DEFAULT_IIN,
     OPTIONS_TEXT, AT(ein), .check = check_iin},
    {"server", "NAME",
     "host name in the SM-DP+'s TLS certificate, as localhost; default: " PKI_DEFAULT_SERVER,
     OPTIONS_TEXT, AT(server)},
    {"server-oid", "OID",
     "the SM-DP+'s object identifier, dotted; default: " PKI_DEFAULT_SERVER_OID,
     OPTIONS_TEXT, AT(server_oid)},
    {"smds", "NAME",
     "host name in the SM-DS's TLS certificate; default: " PKI_DEFAULT_SMDS,
     OPTIONS_TEXT, AT(smds)},
    {"eim", "NAME",
     "host name in the eIM's certificates (SGP.32), by default its eimId, too; default: "
     PKI_DEFAULT_EIM,
     OPTIONS_TEXT, AT(eim)},
    {"brainpool", NULL,
     "a second set on brainpoolP256r1 beside the one on NIST P-256 (TLS stays P-256)",
     OPTIONS_FLAG, AT(brainpool)},
    {"v3", NULL,
     "beside Variant O the certificates of SGP.22 v3: Variants Ov3, A, B and C, each in a folder of "
     "its own, under the same CI",
     OPTIONS_FLAG, AT(v3)},
    {"layout", "v1|v3",
     "the folders and names of SGP.26 v1 (CertificateIssuer/CERT_CI_ECDSA_NIST.der) or v3 (Valid Test "
     "Cases/Variant O/CI/CERT_CI_SIG_NIST.der); default: those that the folder has, or v1's",
     OPTIONS_TEXT, AT(layout)},
    {"crl", NULL,
     "a revocation list (CRL_*.crl) of the CI and of each sub-CA that signs such, beside its "
     "certificate; one that is there is renewed and keeps what it names",
     OPTIONS_FLAG, AT(crl)},
    {"revoke", "FILE",
     "a certificate (DER) that its issuer's list names from now on; repeatable; all lists are written",
     OPTIONS_LIST, AT(revoked)},
};
/* clang-format on */

static const struct options_program program = {
    .name = "emuicc-pki",
    .synopsis = "DIR",
    .summary = "makes a test PKI in SGP.26's layout, or adds eUICCs to one",
    .rows = rows,
    .count = sizeof(rows) / sizeof(*rows),
    .footer = "examples:\n"
              "  emuicc-pki pki --server localhost\n"
              "  emuicc-pki pki --eid 89049032123451234512345678901235\n"
              "  emuicc-pki pki --ein 89049044 --server smdp.example.com --brainpool\n"
              "  emuicc-pki pki --v3 --crl\n"
              "  emuicc-pki pki --v3 --layout v3\n"
              "  emuicc-pki pki --revoke pki/VariantC/DPSubCA/CERT_SM_DPSubCA_VARC_SIG_NIST.der\n",
};

static bool read_layout(const char *text, enum pki_tree *out)
{
    *out = text == NULL ? PKI_TREE_ANY : strcmp(text, "v3") == 0 ? PKI_TREE_V3 : PKI_TREE_V1;
    return text == NULL || strcmp(text, "v1") == 0 || strcmp(text, "v3") == 0;
}

int main(int argc, char **argv)
{
    struct pki_options options = {0};
    int positional;
    const enum options_result next = options_parse(&program, argc, argv, &options, &positional);
    if (next != OPTIONS_RUN)
        return options_status(next);
    if (argc - positional != 1)
        return options_refuse(&program,
                              positional == argc ? "which folder?" : "one folder, not several");
    enum pki_tree tree;
    if (!read_layout(options.layout, &tree))
        return options_refuse(&program, "--layout is neither v1 nor v3");
    char range[2 * PKI_EID_DIGITS + 2];
    struct random random;
    random_init(&random);
    const char *last = split_range(options.eid, range, sizeof(range));
    const struct pki_plan plan = {
        .directory = argv[positional],
        .first_eid = last != NULL ? range : options.eid,
        .last_eid = last,
        .iin = options.ein,
        .server_name = options.server,
        .server_oid = options.server_oid,
        .smds_name = options.smds,
        .eim_name = options.eim,
        .tree = tree,
        .variants = options.v3 ? ~0u : 0,
        .brainpool = options.brainpool,
    };
    int result = pki_make(&random, &plan);
    if (result == 0 && (options.crl || options.revoked.count > 0))
        result = pki_make_crls(&random, &(struct pki_crl_plan){.directory = plan.directory,
                                                               .revoked = options.revoked.items,
                                                               .count = options.revoked.count,
                                                               .now = time(NULL)});
    return result == 0 ? 0 : OPTIONS_STATUS_NO;
}
