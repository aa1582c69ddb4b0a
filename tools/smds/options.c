#include "tools/smds/options.h"

#include "apdu/address.h"

#define AT(member) offsetof(struct smds_options, member)

/* clang-format off */
static const struct options_row rows[] = {
    {"pki", "DIR", "credentials in the layout of GSMA SGP.26, as emuicc-pki makes them: CI, DSauth, DStls; needed", OPTIONS_TEXT, AT(pki)},
    {"listen", "HOST:PORT", "where to listen for LPAs (ES11); port 0 takes a free one; default " OPTIONS_DEFAULT_LISTEN, OPTIONS_TEXT, AT(listen), .check = address_check},
    {"address", "NAME[:PORT]", "the SM-DS address that it signs and answers to, and the name in its TLS certificate, which is issued with the CI's key where DStls's is for another; default: the name in the DStls certificate", OPTIONS_TEXT, AT(address)},
    {"events", "FILE", "SQLite file for events; default: in memory, gone at the end", OPTIONS_TEXT, AT(events)},
    {"es12-listen", "HOST:PORT", "where to listen for SM-DP+ (ES12) and for SM-DS whose root this is (ES15); needs --trust", OPTIONS_TEXT, AT(es12_listen), .check = address_check},
    {"trust", "FILE", "certificates (PEM) of those who vouch for SM-DP+ and other SM-DS, such as the CI's: only their clients may register events", OPTIONS_TEXT, AT(trust)},
    {"root", "NAME[:PORT]", "the root SM-DS, which is told of events that are to be forwarded; needs --trust", OPTIONS_TEXT, AT(root)},
    {"root-url", "URL", "where the root listens for ES15, as https://HOST:PORT; default: https:// and its name", OPTIONS_TEXT, AT(root_url)},
    {"push-service", "OID", "a push service, in dots, by which devices may want to be told of events (SGP.22 v3): their tokens are kept, nothing is sent; repeatable", OPTIONS_LIST, AT(push_services)},
    {"svn", "VERSION", "the highest release of SGP.22 that it speaks; only the major number counts; default 3.1", OPTIONS_TEXT, AT(svn)},
    {"lowest-svn", "VERSION", "the lowest one; default 2.0", OPTIONS_TEXT, AT(lowest_svn)},
};
/* clang-format on */

const struct options_program smds_program = {
    .name = "emuicc-smds",
    .synopsis = "",
    .summary = "an SM-DS that tells LPAs where something waits for their chip",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .footer = "Example:\n"
              "  emuicc-smds --pki pki --es12-listen 127.0.0.1:8445 \\\n"
              "    --trust pki/CertificateIssuer/CERT_CI_ECDSA_NIST.pem\n",
};
