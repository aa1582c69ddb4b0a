#include "tools/smdpp/front/options.h"

#include "apdu/address.h"

#define AT(member) offsetof(struct smdpp_options, member)

/* clang-format off */
static const struct options_row rows[] = {
    {"pki", "DIR", "credentials in the layout of GSMA SGP.26: CI, DPauth, DPpb, DPtls; needed to serve", OPTIONS_TEXT, AT(pki)},
    {"profiles", "DIR", "profile packages, NAME.der each, with NAME.metadata beside it where more is to be said; NAME is the matching id; needed to serve", OPTIONS_TEXT, AT(profiles)},
    {"listen", "HOST:PORT", "where to listen for LPAs; port 0 takes a free one; default " OPTIONS_DEFAULT_LISTEN, OPTIONS_TEXT, AT(listen), .check = address_check},
    {"address", "NAME[:PORT]", "the SM-DP+ address that it signs and answers to, and the name in its TLS certificate, which is issued with the CI's key where DPtls's is for another; default: the name in the DPtls certificate", OPTIONS_TEXT, AT(address)},
    {"svn", "VERSION", "the highest release of SGP.22 that it speaks, as 2.2.2, 2.5 or 3.1; only the major number counts; default 3.1", OPTIONS_TEXT, AT(svn)},
    {"lowest-svn", "VERSION", "the lowest one; 3.0 makes a server that knows v3 only; default 2.0", OPTIONS_TEXT, AT(lowest_svn)},
    {"answer-svn", "VERSION", "name this version in every answer, whatever the eUICC has offered: a faulty server, for tests of LPAs", OPTIONS_TEXT, AT(answer_svn)},
    {"variant", "O|Ov3|A|B|C", "the certificate chain that it shows to eUICCs and LPAs of v3 that take one, of a PKI made with emuicc-pki --v3; default: Variant O to all", OPTIONS_TEXT, AT(variant)},
    {"crl", "FILE", "a revocation list (DER) that goes with every answer to eUICCs and LPAs that take it; repeatable", OPTIONS_LIST, AT(crls)},
    {"es2-listen", "HOST:PORT", "where to listen for operators (ES2+); without it there is no ES2+; needs --operators", OPTIONS_TEXT, AT(es2_listen), .check = address_check},
    {"operators", "FILE", "certificates (PEM) of operators or of who vouches for them: only their clients may use ES2+", OPTIONS_TEXT, AT(operators)},
    {"operator-url", "URL", "where an operator hears of the downloads it has ordered, and is asked whether a profile may move to another device, as https://HOST:PORT; its certificate is checked with --operators", OPTIONS_TEXT, AT(operator_url)},
    {"smds", "NAME[:PORT]", "the SM-DS at which the event of an order is registered that names it; needs --smds-trust", OPTIONS_TEXT, AT(smds)},
    {"smds-url", "URL", "where the SM-DS listens for ES12, as https://HOST:PORT; default: https:// and its name", OPTIONS_TEXT, AT(smds_url)},
    {"smds-trust", "FILE", "certificates (PEM) of who vouches for the SM-DS, such as the CI's", OPTIONS_TEXT, AT(smds_trust)},
    {"order-lifetime", "SECONDS", "how long a confirmed order may be downloaded; default: for ever", OPTIONS_TEXT, AT(order_lifetime)},
    {"order-tries", "COUNT", "how many downloads of a confirmed order may begin, 1 to 1000; default 10", OPTIONS_TEXT, AT(order_tries)},
    {"valid-for", "SECONDS|ever", "order set: how long this order may be downloaded, from now on; 0: no more", OPTIONS_TEXT, AT(valid_for)},
    {"tries", "COUNT", "order set: how many downloads of this order may begin in all, 1 to 1000", OPTIONS_TEXT, AT(tries)},
    {"any-chip", NULL, "send packages also to chips that say they cannot take them (memory, version, policy rules)", OPTIONS_FLAG, AT(any_chip)},
    {"export", "BATCH", "add the orders that name an EID and are released to this batch for emuicc-line, and end; needs --orders and --token", OPTIONS_TEXT, AT(export)},
    {"import", "BATCH", "take note of what emuicc-line has written of an exported batch, and end; needs --orders", OPTIONS_TEXT, AT(import)},
    {"token", "URI", "where the keys of exported profiles are derived, as emuicc-line has it: pkcs11:token=LABEL?pin-source=FILE", OPTIONS_TEXT, AT(token)},
    {"orders", "FILE", "SQLite file for orders and notifications; default: in memory, gone at the end", OPTIONS_TEXT, AT(orders)},
    {"json", NULL, "order: print one JSON document instead of lines, for errors too", OPTIONS_FLAG, AT(json)},
};
/* clang-format on */

const struct options_program smdpp_program = {
    .name = "emuicc-smdpp",
    .synopsis = "[serve] | order list [ID] | order set ID [--valid-for SECONDS] [--tries COUNT]",
    .summary = "an SM-DP+ that serves profile packages to any LPA over ES9+",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .footer = "Example:\n"
              "  emuicc-smdpp --pki sgp26 --profiles ts48 --listen 127.0.0.1:8443\n"
              "\n"
              "Orders, by matching id or ICCID, in the file that a server has, too:\n"
              "  emuicc-smdpp --orders orders.db order list\n"
              "  emuicc-smdpp --orders orders.db order set ID --valid-for 3600 --tries 2\n",
};
