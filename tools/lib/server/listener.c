#include "tools/lib/server/listener.h"

#include "apdu/address.h"
#include "apdu/status.h"
#include "apdu/trace.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024

static int complain(const char *where, const char *what)
{
    trace_error("cannot listen on %s: %s", where, what);
    return FAILURE_INTERNAL;
}

static int listen_on(const struct addrinfo *address)
{
    const int on = 1;
    const int file = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                            address->ai_protocol);
    if (file < 0)
        return -1;
    setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(file, address->ai_addr, address->ai_addrlen) == 0 && listen(file, BACKLOG) == 0)
        return file;
    const int why = errno;
    close(file);
    errno = why;
    return -1;
}

static void describe(int file, char *found, size_t size)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    char host[ADDRESS_HOST_SIZE] = "?", port[ADDRESS_PORT_SIZE] = "?";
    if (getsockname(file, (struct sockaddr *)&address, &len) == 0)
        getnameinfo((struct sockaddr *)&address, len, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(found, size, strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host, port);
}

int listener_open(const char *where, char *found, size_t size)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct address address;
    struct addrinfo *addresses;
    if (!address_parse(bytes_of_text(where), &address))
        return complain(where, "it is not HOST:PORT");
    const int code = getaddrinfo(address.host, address.port, &hints, &addresses);
    if (code != 0)
        return complain(where, gai_strerror(code));
    int file = -1;
    for (const struct addrinfo *one = addresses; file < 0 && one != NULL; one = one->ai_next)
        file = listen_on(one);
    const int why = errno;
    freeaddrinfo(addresses);
    if (file < 0 && why == EADDRINUSE)
        return complain(where, "Address already in use: another program listens there; end it, or "
                               "listen at another port");
    if (file < 0)
        return complain(where, strerror(why));
    describe(file, found, size);
    return file;
}
