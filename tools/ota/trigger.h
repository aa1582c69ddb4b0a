/* trigger: what asks a security domain to be administered over HTTP: the data of a command packet
 * to its TAR (GlobalPlatform Amendment B §3.7). */
#ifndef EMUICC_TOOLS_OTA_TRIGGER_H
#define EMUICC_TOOLS_OTA_TRIGGER_H

#include "apdu/bytes.h"
#include "tools/lib/transport/fault.h"

struct trigger_options {
    const char *connect;  /* ADDRESS:PORT of the server; NULL: what the domain keeps */
    const char *identity; /* of the key, for the server; NULL: likewise, or the chip's own */
    const char *key;      /* VERSION/IDENTIFIER, hexadecimal; NULL: the first there is */
    const char *host, *uri, *agent;
    const char *retry;  /* COUNT/HH:MM:SS; NULL: likewise */
    const char *report; /* NUMBER/TEXT, with retry: the chip's short message when it gives up */
};

/* Appends it. False after a fault that says what is wrong. */
bool trigger_put(const struct trigger_options *options, struct writer *out, struct fault *fault);

#endif
