#include "tools/eim/options.h"

#include <stdlib.h>

#include "apdu/address.h"
#include "apdu/trace.h"
#include "tools/lib/es9/http.h"
#include "tools/lib/iot/eim_configuration.h"

#define NUMBER_BASE 10

#define AT(member) offsetof(struct eim_options, member)

static bool check_counter(const char *text)
{
    char *end;
    const unsigned long number = strtoul(text, &end, NUMBER_BASE);
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && number <= EIM_CONFIGURATION_COUNTER_MAX)
        return true;
    trace_error("--counter is a number from 0 to %d", EIM_CONFIGURATION_COUNTER_MAX);
    return false;
}

/* clang-format off */
static const struct options_row rows[] = {
    {"pki", "DIR", "credentials in the layout of GSMA SGP.26: CI, EIMsign, EIMtls; 'emuicc-pki DIR' makes them; needed but by status, results, order and chip", OPTIONS_TEXT, AT(pki)},
    {"store", "FILE", "SQLite file for chips, counters, orders and results; default: in memory, gone at the end", OPTIONS_TEXT, AT(store)},
    {"id", "TEXT", "the eimId; default: what --fqdn says, with its port", OPTIONS_TEXT, AT(id)},
    {"fqdn", "HOST[:PORT]", "where IPAs reach this eIM; default: the name in its TLS certificate", OPTIONS_TEXT, AT(fqdn)},
    {"listen", "HOST:PORT", "where to listen for IPAs (ESipa); port 0 takes a free one; default " OPTIONS_DEFAULT_LISTEN, OPTIONS_TEXT, AT(listen), .check = address_check},
    {"coap-listen", "HOST:PORT", "serve, config: where to listen for IPAs over CoAP with DTLS as well (UDP); default: nowhere; the usual port is 5684", OPTIONS_TEXT, AT(coap_listen), .check = address_check},
    {"rest-listen", "HOST:PORT", "where to listen for orders over HTTP (plain: on loopback, or behind a proxy); default: nowhere, as " OPTIONS_DEFAULT_REST, OPTIONS_TEXT, AT(rest_listen), .check = address_check},
    {"plain", NULL, "ESipa over HTTP without TLS, for IPAs under test", OPTIONS_FLAG, AT(plain)},
    {"no-acknowledgements", NULL, "answer results with nothing to acknowledge, as onomondo-eim does: for IPAs that have the chip forget them by themselves", OPTIONS_FLAG, AT(silent)},
    {"json-binding", NULL, "inject: in JSON instead of ASN.1", OPTIONS_FLAG, AT(json_binding)},
    {"ca", "PATH", "who vouches for SM-DP+s: a file (PEM or DER) or a folder in SGP.26's layout; default: the CI of --pki", OPTIONS_TEXT, AT(ca)},
    {"connect-to", "NAME:PORT:HOST:PORT", "connect to HOST:PORT when an SM-DP+ is called NAME:PORT; repeatable", OPTIONS_LIST, AT(connect_to), .check = http_check_connect_to},
    {"release", "1.0|1.2", "how ESipa is framed where a client does not show its release; 1.0 takes no order that only later releases have; default 1.2", OPTIONS_TEXT, AT(release)},
    {"curve", "nist|brainpool", "of the key that signs packages; default nist", OPTIONS_TEXT, AT(curve)},
    {"accept-unverified", NULL, "let results count of chips whose certificates are not known: for tests with chips that sign nothing", OPTIONS_FLAG, AT(unverified)},
    {"out", "FILE", "config: where the AddInitialEim request goes", OPTIONS_TEXT, AT(out)},
    {"nested", NULL, "config: keys and certificates inside their tags as a whole, as some chips in production want them", OPTIONS_FLAG, AT(nested)},
    {"key-only", NULL, "config: the public key in place of the certificate", OPTIONS_FLAG, AT(key_only)},
    {"counter", "NUMBER", "config: the counter that the chip begins with; default 0", OPTIONS_TEXT, AT(counter), .check = check_counter},
    {"rollback", NULL, "order enable: the chip may go back if the result cannot be delivered", OPTIONS_FLAG, AT(rollback)},
    {"confirmation-code", "CODE", "order download: what the operator has told with the activation code", OPTIONS_TEXT, AT(code)},
    {"json", NULL, "print one JSON document instead of lines", OPTIONS_FLAG, AT(json)},
};
/* clang-format on */

const struct options_program eim_program = {
    .name = "emuicc-eim",
    .synopsis = "[serve] | config --out FILE | order EID OPERATION … | status [EID] | results [EID]"
                " | chip EID [NAME=VALUE] | inject EID HOST:PORT",
    .summary = "an eIM (SGP.32) that manages profiles of IoT eUICCs through IPAs",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .footer = "Commands:\n"
              "  serve             answer IPAs until SIGTERM or SIGINT; the default\n"
              "  config            write what makes this eIM known to a chip\n"
              "  order EID …       place an order, which waits until the chip's IPA asks\n"
              "  status [EID]      the chips, and the orders that wait\n"
              "  results [EID]     all orders, and what became of them\n"
              "  chip EID          what is known of a chip; counterValue=7,\n"
              "                    associationToken=1 set it\n"
              "  inject EID WHERE  bring the orders to an IPA that listens there\n"
              "\n"
              "Operations:\n"
              "  enable ICCID [--rollback]        disable ICCID          delete ICCID\n"
              "  list                             rat                    fallback ICCID|none\n"
              "  immediate-enable on|off [OID [ADDRESS]]                 default-smdp ADDRESS\n"
              "  add-eim FILE                     update-eim FILE        delete-eim ID\n"
              "  list-eims                        data TAGS\n"
              "  download ACTIVATION-CODE|default|smds[:ADDRESS]\n"
              "\n"
              "Example:\n"
              "  emuicc-eim --pki pki --store eim.sqlite --listen 127.0.0.1:8445 &\n"
              "  emuicc-eim --pki pki config --out eim.der\n"
              "  emuicc-eim --store eim.sqlite order 89049032123451234512345678901235 list\n"
              "  emuicc-eim --store eim.sqlite results\n",
};
