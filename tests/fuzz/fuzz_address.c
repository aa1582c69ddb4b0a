/* Any bytes are an address or none; what is taken is the same when it is written and read again. */
#include <stdio.h>
#include <stdlib.h>

#include "apdu/address.h"

static void need(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct address one, other;
    char text[ADDRESS_HOST_SIZE + ADDRESS_PORT_SIZE + 3];
    if (!address_parse(bytes_of(data, size), &one))
        return 0;
    snprintf(text, sizeof(text), strchr(one.host, ':') != NULL ? "[%s]:%s" : "%s:%s", one.host,
             one.port);
    need(address_parse(bytes_of_text(text), &other));
    need(strcmp(one.host, other.host) == 0 && strcmp(one.port, other.port) == 0);
    return 0;
}
