#include "tools/lpa/place.h"

#include <string.h>

#include "tools/lib/transport/direct.h"
#include "tools/lib/transport/pcsc.h"
#include "tools/lib/transport/serial.h"

#define TERMINALS "/dev/"
#define EID_DIGITS 32

struct transport *place_create(const struct lpa_options *options)
{
    if (options->serial != NULL)
        return serial_create(options->serial, SERIAL_TIMEOUT_MS);
    if (options->direct != NULL)
        return direct_create(options->direct, DIRECT_TIMEOUT_MS);
    return pcsc_create(options->reader);
}

/* HOST:PORT/EID or FARM/chips/EID; readers' names have slashes at other places. */
static bool is_direct(const char *name)
{
    const char *eid = strrchr(name, '/');
    return eid != NULL && strlen(eid + 1) == EID_DIGITS &&
           strspn(eid + 1, "0123456789") == EID_DIGITS;
}

struct transport *place_create_named(const char *name)
{
    if (strncmp(name, TERMINALS, strlen(TERMINALS)) == 0)
        return serial_create(name, SERIAL_TIMEOUT_MS);
    return is_direct(name) ? direct_create(name, DIRECT_TIMEOUT_MS) : pcsc_create(name);
}
