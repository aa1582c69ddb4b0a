#include "card/reader/reader.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "apdu/address.h"
#include "apdu/status.h"
#include "apdu/trace.h"

#define LOOPBACK_NET 127

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == LOOPBACK_NET;
    return address->sa_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

static void take_address(struct reader *reader, const struct addrinfo *found)
{
    memcpy(&reader->address, found->ai_addr, found->ai_addrlen);
    reader->address_len = found->ai_addrlen;
}

/* The first loopback address among those found; vpcd listens on IPv4, so that comes first. */
static bool take_loopback(struct reader *reader, const struct addrinfo *found)
{
    const int families[] = {AF_INET, AF_INET6};
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
            if (at->ai_family == families[i] && is_loopback(at->ai_addr)) {
                take_address(reader, at);
                return true;
            }
    return false;
}

static int resolve(struct reader *reader, const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
    struct addrinfo *found = NULL;
    bool taken = false;
    if (getaddrinfo(host, port, &hints, &found) == 0) {
        take_address(reader, found);
        freeaddrinfo(found);
        return 0;
    }
    hints.ai_flags = 0;
    const int wrong = getaddrinfo(host, port, &hints, &found);
    if (wrong == 0) {
        taken = take_loopback(reader, found);
        freeaddrinfo(found);
    }
    if (wrong != 0)
        trace_error("--vpcd %s: %s", reader->name, gai_strerror(wrong));
    else if (!taken)
        trace_error("--vpcd %s: %s is another machine; give its address to plug in there",
                    reader->name, host);
    return taken ? 0 : FAILURE_INTERNAL;
}

int reader_init(struct reader *reader, const char *name)
{
    struct address address;
    *reader = (struct reader){.name = name};
    if (!address_parse(bytes_of_text(name), &address) || strcmp(address.port, "0") == 0) {
        trace_error("--vpcd %s: HOST:PORT is needed, as in " READER_DEFAULT, name);
        return FAILURE_INTERNAL;
    }
    return resolve(reader, address.host, address.port);
}

bool reader_check(const char *names)
{
    struct reader reader;
    char *copy = strdup(names), *rest = copy;
    bool good = copy != NULL;
    while (good && rest != NULL)
        good = reader_init(&reader, strsep(&rest, ",")) == 0;
    free(copy);
    return good;
}
