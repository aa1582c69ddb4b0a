#include "apdu/address.h"

#include <stdio.h>

#include "apdu/trace.h"

#define NUMBER_BASE 10

static bool take_port(struct bytes text, char out[ADDRESS_PORT_SIZE])
{
    unsigned port = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        port = port * NUMBER_BASE + (text.data[i] - (unsigned)'0');
        if (port > UINT16_MAX)
            return false;
    }
    snprintf(out, ADDRESS_PORT_SIZE, "%u", port);
    return text.len > 0;
}

/* An IPv6 address has colons of its own, so that only brackets tell where it ends. */
static bool take_host(struct bytes text, char out[ADDRESS_HOST_SIZE])
{
    const bool bracketed = text.len > 0 && text.data[0] == '[';
    if (bracketed && (text.len < 2 || text.data[text.len - 1] != ']'))
        return false;
    if (bracketed)
        text = bytes_of(text.data + 1, text.len - 2);
    if (text.len == 0 || text.len >= ADDRESS_HOST_SIZE ||
        memchr(text.data, '\0', text.len) != NULL || memchr(text.data, '[', text.len) != NULL ||
        (!bracketed && memchr(text.data, ':', text.len) != NULL))
        return false;
    memcpy(out, text.data, text.len);
    out[text.len] = '\0';
    return true;
}

bool address_parse(struct bytes text, struct address *out)
{
    const uint8_t *colon = text.len > 0 ? memrchr(text.data, ':', text.len) : NULL;
    struct address found;
    if (colon == NULL)
        return false;
    const size_t before = (size_t)(colon - text.data);
    if (!take_host(bytes_of(text.data, before), found.host) ||
        !take_port(bytes_of(colon + 1, text.len - before - 1), found.port))
        return false;
    *out = found;
    return true;
}

bool address_check(const char *text)
{
    struct address ignored;
    if (address_parse(bytes_of_text(text), &ignored))
        return true;
    trace_error("'%.60s': HOST:PORT is needed, as in 127.0.0.1:8443", text);
    return false;
}
