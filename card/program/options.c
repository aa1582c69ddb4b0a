#include "card/program/options.h"

#include "card/reader/reader.h"
#include "card/startup.h"
#include "card/trace/capture.h"

#define OPTION(name) offsetof(struct options, name)

/* clang-format off */
static const struct options_row rows[] = {
    {"vpcd", "HOST:PORT", "the reader to plug into, default " READER_DEFAULT "; a name must be one of "
     "this machine, any other reader is given by its address", OPTIONS_TEXT, OPTION(vpcd), .check = reader_check},
    {"pcsc", "SOCKET", "no reader of pcscd: make a local socket on which PC/SC programs find the chip that are started "
     "with PCSCLITE_CSOCK_NAME=SOCKET; no pcscd, no root", OPTIONS_TEXT, OPTION(pcsc)},
    {"stdio", NULL, "no reader: take commands from standard input, a line each, and answer on standard output; in "
     "hexadecimal, or in JSON as lpac's APDU backend 'stdio' speaks; ends with its input", OPTIONS_FLAG, OPTION(stdio)},
    {"state", "DIR", "the chip's memory, made on first start, default emuicc under $XDG_STATE_HOME",
     OPTIONS_TEXT, OPTION(state), "EMUICC_STATE"},
    {"pki", "DIR", "credentials in the layout of GSMA SGP.26, default: a test PKI of its own, made "
     "in the state on first start", OPTIONS_TEXT, OPTION(pki)},
    {"eid", "DIGITS", "EID on first start, default that of the eUICC certificate; for another one in "
     "the EUM's range a certificate is made when the PKI holds the EUM's key", OPTIONS_TEXT, OPTION(eid), .check = startup_check_eid},
    {"personality", "FILE|NAME", "which chip this is: a text of 'key = value', or one that ships; 'list' "
     "prints their names, 'keys' what can be said; the state remembers it; default sgp22-v2.5",
     OPTIONS_TEXT, OPTION(personality), NULL, "emuicc"},
    {"faults", "FILE|NAME", "what goes wrong, and when: a text of 'place = action', or one that ships; 'list' "
     "prints their names, 'words' what can be said; emuicc-ctl fault changes it while the card runs",
     OPTIONS_TEXT, OPTION(faults), NULL, "emuicc"},
    {"install", "PROFILE", "a profile that the chip leaves the factory with: an unprotected package (DER), "
     "as a file or by the name of one that ships, with 'NAME.metadata' beside 'NAME.der'; after it, with "
     "commas: 'enabled', 'before-test' (the enabled test profile has taken over from it), 'aid=HEX' of its "
     "ISD-P, 'nickname=TEXT'; repeatable; only the first start installs; 'list' prints the names "
     "that ship", OPTIONS_LIST, OPTION(install), NULL, "emuicc", startup_check_profile},
    {"eim", "FILE", "the eIM that an IoT eUICC (personality sgp32-v1.2 and the like) is associated with when it leaves "
     "the factory: AddInitialEimRequest or EimConfigurationData (DER); only the first start looks at it",
     OPTIONS_TEXT, OPTION(eim)},
    {"trace", "FILE", "write what is asked and answered as a text: instructions, ES10 functions, the names of "
     "what is in them, results; no keys, no PINs, no content of files", OPTIONS_TEXT, OPTION(trace)},
    {"pcap", "FILE", "write it as a capture of GSMTAP packets, which Wireshark and pySim-trace read; every byte is "
     "in it, PINs too", OPTIONS_TEXT, OPTION(pcap)},
    {"gsmtap", "HOST[:PORT]", "send such packets there, port 4729 if none is given; every byte is in them, PINs too",
     OPTIONS_TEXT, OPTION(gsmtap), .check = capture_check_host},
    {"record", "FILE", "write every command and answer as a transcript; PINs too", OPTIONS_TEXT, OPTION(record)},
    {"replay", "FILE", "do what a transcript says instead of plugging in, and end: with status 0 if all answers "
     "are as they stand there, with the first that is not otherwise", OPTIONS_TEXT, OPTION(replay)},
    {"seed", "TEXT", "make every random value follow from this text, so that two runs are the same byte for byte; "
     "unsafe: whoever knows it knows the keys", OPTIONS_TEXT, OPTION(seed)},
    {"print-capabilities", NULL, "print what this build can do as JSON: version, libraries, options, ways to a reader, "
     "and what ships", OPTIONS_FLAG, OPTION(print_capabilities)},
};
/* clang-format on */

const struct options_program options_program_emuicc = {
    .name = "emuicc",
    .synopsis = "",
    .summary = "a software eUICC, plugged into a PC/SC reader through vpcd",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .footer = "One process is one chip, in the foreground until SIGTERM or SIGINT.\n",
};
