#include "tools/ota/options.h"

#define AT(field) offsetof(struct ota_options, field)

/* clang-format off */
static const struct options_row rows[] = {
    {"keys", "FILE", "the key set of the profile's security domain: lines version, algorithm, kic, kid, the keys in hexadecimal or as pkcs11: URIs of keys in a token, or root and iccid, from which they are derived; the last counter used is kept in FILE.counter", OPTIONS_TEXT, AT(keys)},
    {"tar", "TAR", "the application it is for, six hexadecimal digits; default: B00120, the UICC's files in GSMA's profiles, and for ram and metadata B20100, the operator's security domain", OPTIONS_TEXT, AT(tar)},
    {"spi", "SPI", "how packet and answer are protected, four hexadecimal digits; default: 1619, ciphered, with checksum and a counter that rises, the answer likewise", OPTIONS_TEXT, AT(spi)},
    {"do", "COMMANDS", "send: commands with ; between them, instead of a file", OPTIONS_TEXT, AT(commands)},
    {"expanded", NULL, "the expanded form of a script, in which each command's answer comes back; default: the compact one", OPTIONS_FLAG, AT(expanded)},
    {"chain", "POSITION", "the script is the first of several that belong together (first-kept: also across resets of the card), one with more to follow, or the last; needs --expanded", OPTIONS_TEXT, AT(chain)},
    {"submit", NULL, "the answer is to come as a short message of the card's own, not in the report", OPTIONS_FLAG, AT(submit)},
    {"from", "NUMBER", "the number that the messages come from; default: 12345678", OPTIONS_TEXT, AT(from)},
    {"print", NULL, "print the messages (SMS-DELIVER, hexadecimal, a line each) and deliver nothing", OPTIONS_FLAG, AT(print)},
    {"reader", "NAME", "deliver to the card in this reader, or a part of its name; default: the only one that holds a card", OPTIONS_TEXT, AT(reader)},
    {"direct", "HOST:PORT/EID", "deliver to a chip of an emuicc-farm, which listens there; of one on this machine also FARM/chips/EID", OPTIONS_TEXT, AT(direct)},
    {"modem", "TTY", "deliver by an emuicc-modem, which is the terminal", OPTIONS_TEXT, AT(modem)},
    {"privileges", "HEX", "ram install: one byte or three, as GlobalPlatform has them, 808000 for a security domain; default: 00, none", OPTIONS_TEXT, AT(privileges)},
    {"offset", "BYTES", "rfm: where in the file to begin; default: 0", OPTIONS_TEXT, AT(offset)},
    {"length", "BYTES", "rfm read: how much; default: all, of a record it is needed", OPTIONS_TEXT, AT(length)},
    {"record", "NUMBER", "rfm: the record, from 1", OPTIONS_TEXT, AT(record)},
    {"connect", "ADDRESS:PORT", "scp81 trigger: the server that the card is to connect to, in numbers; default: what its domain keeps", OPTIONS_TEXT, AT(connect)},
    {"psk-identity", "TEXT", "scp81 trigger: what the card calls its key; default: what its domain keeps, or a name made of the EID", OPTIONS_TEXT, AT(psk_identity)},
    {"psk-key", "VERSION/ID", "scp81 trigger: its key, in hexadecimal, 40/01; default: the first that there is", OPTIONS_TEXT, AT(psk_key)},
    {"host", "NAME", "scp81 trigger: the server's name, for the field Host", OPTIONS_TEXT, AT(host)},
    {"uri", "PATH", "scp81 trigger: where the first request goes; default: what the domain keeps, or /", OPTIONS_TEXT, AT(uri)},
    {"agent", "NAME", "scp81 trigger: what the card calls itself; default: what the domain keeps, or a name made of EID and AID", OPTIONS_TEXT, AT(agent)},
    {"retry", "COUNT/HH:MM:SS", "scp81 trigger: how often it is tried again, and after which time", OPTIONS_TEXT, AT(retry)},
    {"report", "NUMBER/TEXT", "scp81 trigger, with --retry: the short message that the card sends when it gives up", OPTIONS_TEXT, AT(report)},
    {"psk", "FILE", "scp81 serve: the key, in lines identity and key, or root, iccid and version of one that a token derives", OPTIONS_TEXT, AT(psk)},
    {"listen", "[ADDRESS:]PORT", "scp81 serve: where; default: 8443 of this machine alone", OPTIONS_TEXT, AT(listen)},
    {"once", NULL, "scp81 serve: end when a card has been through all scripts", OPTIONS_FLAG, AT(once)},
    {"bip", "WHERE", "where the card may connect to while this program is its terminal (--reader, --direct): none, local (this machine), any, or a HOST:PORT to which all its connections go; default: local", OPTIONS_TEXT, AT(bip)},
    {"json", NULL, "print one JSON document", OPTIONS_FLAG, AT(json)},
    {"verbose", NULL, "show each step on standard error; keys are never shown", OPTIONS_FLAG, AT(verbose)},
};

const struct options_program ota_program = {
    .name = "emuicc-ota",
    .synopsis = "send [FILE] | rfm read PATH | rfm update PATH HEX | ram list | ram delete AID | "
                "ram install PACKAGE MODULE AID | ram put-key FILE [REPLACED] | ram put-psk FILE | metadata KEY=TEXT... | scp81 trigger | "
                "scp81 serve KIND[@AID]=FILE... | report HEX",
    .summary = "plays the operator who manages a profile over the air",
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .footer =
        "A script has a command a line: select 3F00/7F10/6F3A, read [OFFSET [LENGTH]],\n"
        "read record NUMBER LENGTH, update OFFSET HEX, update record NUMBER HEX,\n"
        "apdu HEX, refresh [WHAT [PATH]]. Files have names, too: ADF.USIM/EF.LOCI.\n"
        "\n"
        "examples:\n"
        "  emuicc-ota --keys card.keys rfm read 3F00/2FE2\n"
        "  emuicc-ota --keys card.keys send --do 'select 3F00/2FE2; read' --expanded\n"
        "  emuicc-ota --keys card.keys --print send script.txt\n"
        "  emuicc-ota --psk server.psk scp81 serve ram=list.txt &\n"
        "  emuicc-ota --keys card.keys --connect 127.0.0.1:8443 scp81 trigger\n",
};
/* clang-format on */
