#include "tools/ipa/options.h"

#include "apdu/address.h"
#include "apdu/apdu.h"
#include "apdu/hex.h"
#include "apdu/trace.h"
#include "tools/ipa/engine.h"
#include "tools/lib/es9/http.h"

#include <stdlib.h>
#include <string.h>

#define SECONDS_MAX (7L * 24 * 3600)
#define NUMBER_BASE 10
#define AID_MAX 16
#define AT(member) offsetof(struct ipa_options, member)

static bool check_isd_r(const char *text)
{
    uint8_t memory[AID_MAX];
    struct writer aid = writer_on(memory, sizeof(memory));
    if (hex_decode(text, &aid) && aid.len > 0)
        return true;
    trace_error("--isd-r: '%.40s' is not 2 to 32 hexadecimal digits", text);
    return false;
}

static bool check_block(const char *text)
{
    size_t ignored;
    if (ipa_options_block(text, &ignored))
        return true;
    trace_error("--block: '%.40s' is not a number from 1 to %d", text, APDU_DATA_SHORT_MAX);
    return false;
}

static bool check_seconds(const char *name, const char *text)
{
    unsigned ignored;
    if (ipa_options_seconds(text, 0, &ignored))
        return true;
    trace_error("--%s %.40s: whole numbers of seconds are needed, 1 to those of a week", name,
                text);
    return false;
}

static bool check_timeout(const char *text)
{
    return check_seconds("timeout", text);
}

static bool check_every(const char *text)
{
    return check_seconds("every", text);
}

static bool check_fallback_after(const char *text)
{
    return check_seconds("fallback-after", text);
}

static bool check_release(const char *text)
{
    if (strcmp(text, "1.0") == 0 || strcmp(text, "1.2") == 0)
        return true;
    trace_error("--release is 1.0 or 1.2");
    return false;
}

static bool check_lacks(const char *text)
{
    if (ipa_options_capability(text) != 0)
        return true;
    trace_error("--lacks: '%.40s' is none of direct, indirect, eim-data", text);
    return false;
}

/* clang-format off */
static const struct options_row rows[] = {
    {"reader", "NAME|NUMBER", "the PC/SC reader, by a part of its name or its number; default: the first with a card", OPTIONS_TEXT, AT(reader), "EMUICC_READER"},
    {"serial", "TTY", "a device's AT commands instead of a reader", OPTIONS_TEXT, AT(serial)},
    {"direct", "HOST:PORT/EID", "a chip of an emuicc-farm, which listens there; of one on this machine also FARM/chips/EID", OPTIONS_TEXT, AT(direct)},
    {"isd-r", "AID", "the ISD-R's AID in hexadecimal digits; default: that of SGP.22", OPTIONS_TEXT, AT(isd_r), .check = check_isd_r},
    {"block", "NUMBER", "bytes in a STORE DATA block, 1 to 255; default 120", OPTIONS_TEXT, AT(block), .check = check_block},
    {"eim", "ID", "the eimId of the eIM to ask; default: the first that the chip knows", OPTIONS_TEXT, AT(eim)},
    {"ca", "PATH", "who vouches for the eIM, and for SM-DP+s unless --server-ca says another: a file (PEM or DER) or a folder that emuicc-pki made; default: what this machine trusts", OPTIONS_TEXT, AT(ca), "EMUICC_CA"},
    {"server-ca", "PATH", "who vouches for SM-DP+s of direct downloads", OPTIONS_TEXT, AT(server_ca)},
    {"connect-to", "NAME:PORT:HOST:PORT", "connect to HOST:PORT when a server is called NAME:PORT; repeatable", OPTIONS_LIST, AT(connect_to), .check = http_check_connect_to},
    {"json-binding", NULL, "ESipa in JSON instead of ASN.1", OPTIONS_FLAG, AT(json_binding)},
    {"coap", NULL, "ESipa over CoAP with DTLS instead of HTTPS, at the same host; UDP port 5684 where the eIM's address has none", OPTIONS_FLAG, AT(coap)},
    {"plain", NULL, "ESipa over HTTP without TLS, for eIMs under test", OPTIONS_FLAG, AT(plain)},
    {"insecure", NULL, "do not look at the eIM's certificate", OPTIONS_FLAG, AT(insecure)},
    {"timeout", "SECONDS", "how long the eIM may take to answer, and to take the result of a package before the chip goes back to the profile it had; default 120", OPTIONS_TEXT, AT(timeout), .check = check_timeout},
    {"release", "1.0|1.2", "how results are framed: 1.0 names no EID in them; default 1.2", OPTIONS_TEXT, AT(release), .check = check_release},
    {"lacks", "direct|indirect|eim-data", "be an IPA without this capability; repeatable", OPTIONS_LIST, AT(lacks), .check = check_lacks},
    {"minimize", NULL, "send the compact forms of messages (minimizeEsipaBytes)", OPTIONS_FLAG, AT(minimize)},
    {"imei", "DIGITS", "the device's IMEI, told to SM-DP+s", OPTIONS_TEXT, AT(imei)},
    {"state", "FILE", "what the eIM has not heard of is remembered here; default: nowhere", OPTIONS_TEXT, AT(state)},
    {"every", "SECONDS", "poll, run: ask the eIM again and again; run: 60 by default", OPTIONS_TEXT, AT(every), .check = check_every},
    {"listen", "HOST:PORT", "run: take packages here as well that an eIM brings by itself (TransferEimPackage), in both bindings, over HTTP without TLS; default: nowhere", OPTIONS_TEXT, AT(listen), .check = address_check},
    {"out", "FILE", "inject: where the chip's answer goes", OPTIONS_TEXT, AT(out)},
    {"connectivity", "COMMAND", "run: a command for the shell that succeeds while the network is there", OPTIONS_TEXT, AT(connectivity)},
    {"fallback-after", "SECONDS", "run: how long it may fail before the fallback profile is taken; default 300", OPTIONS_TEXT, AT(fallback_after), .check = check_fallback_after},
    {"no-reset", NULL, "go on without a reset of the card after another profile was enabled", OPTIONS_FLAG, AT(no_reset)},
    {"json", NULL, "print one JSON document a poll or command instead of lines", OPTIONS_FLAG, AT(json)},
    {"verbose", NULL, "say what is sent and received", OPTIONS_FLAG, AT(verbose)},
};
/* clang-format on */

const struct options_program ipa_program = {
    .name = "emuicc-ipa",
    .synopsis =
        "add-eim FILE | poll | run | inject FILE | status | fallback [back] | emergency on|off",
    .summary = "an IPA (SGP.32) for a chip in a reader, a device or a farm",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .footer = "Commands:\n"
              "  add-eim FILE      give the chip its first eIM: what 'emuicc-eim config' writes\n"
              "  poll              ask the eIM until it has nothing more\n"
              "  run               ask again and again, with back-off, until SIGTERM or SIGINT\n"
              "  inject FILE       carry out a package that was not asked for (BF4E)\n"
              "  status            the chip's EID and its eIMs\n"
              "  fallback [back]   to the fallback profile, or back\n"
              "  emergency on|off  to the emergency profile, or back\n"
              "\n"
              "Example:\n"
              "  emuicc-eim --pki pki config --out eim.der\n"
              "  emuicc-ipa add-eim eim.der\n"
              "  emuicc-ipa --ca pki --connect-to eim.example.com:443:127.0.0.1:8445 poll\n",
};

bool ipa_options_seconds(const char *text, unsigned fallback, unsigned *out)
{
    char *end = NULL;
    const long seconds = text != NULL ? strtol(text, &end, NUMBER_BASE) : (long)fallback;
    *out = (unsigned)seconds;
    return text == NULL || (*end == '\0' && end != text && seconds > 0 && seconds <= SECONDS_MAX);
}

bool ipa_options_block(const char *text, size_t *out)
{
    char *end;
    *out = strtoul(text, &end, NUMBER_BASE);
    return *end == '\0' && *out >= 1 && *out <= APDU_DATA_SHORT_MAX;
}

uint32_t ipa_options_capability(const char *name)
{
    static const struct {
        const char *name;
        uint32_t bit;
    } all[] = {
        {"direct", ENGINE_DIRECT}, {"indirect", ENGINE_INDIRECT}, {"eim-data", ENGINE_EIM_DATA}};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (strcmp(all[i].name, name) == 0)
            return all[i].bit;
    return 0;
}
