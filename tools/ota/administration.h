/* administration: the server that administers cards over HTTP (GlobalPlatform Amendment B §3.4):
 * TLS with a pre-shared key, scripts one after the other, and what each has brought. */
#ifndef EMUICC_TOOLS_OTA_ADMINISTRATION_H
#define EMUICC_TOOLS_OTA_ADMINISTRATION_H

#include <jansson.h>

#include "apdu/bytes.h"
#include "tools/lib/transport/fault.h"
#include "tools/ota/psk.h"

#define ADMINISTRATION_SCRIPTS_MAX 32
#define ADMINISTRATION_SCRIPT_MAX 4104 /* bytes of one */

struct administration_script {
    const char *name; /* of its file */
    bool files;       /* for remote file management; else for a security domain */
    char target[48];  /* //aid/RID/PIX; empty: the domain whose session it is */
    uint8_t data[ADMINISTRATION_SCRIPT_MAX];
    size_t len;
};

struct administration {
    struct psk psk;
    struct administration_script scripts[ADMINISTRATION_SCRIPTS_MAX];
    size_t count;
    bool once; /* one card that has been through all is enough */
    bool json;
};

/* `ram[@AID]` or `rfm@AID`: whom a script is for. False if it is neither. */
bool administration_set_target(struct administration_script *script, const char *text);

/* Serves at [ADDRESS:]PORT until a signal, or once; says on standard output what each script has
 * brought. False after a fault; *all_good: every script of every card was carried out. */
bool administration_serve(const struct administration *administration, const char *listen,
                          bool *all_good, struct fault *fault);

#endif
