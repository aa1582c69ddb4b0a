/* reader: the address of the reader that a card is plugged into. */
#ifndef EMUICC_CARD_READER_READER_H
#define EMUICC_CARD_READER_READER_H

#include <stdbool.h>
#include <sys/socket.h>

#define READER_DEFAULT "127.0.0.1:35963"

struct reader {
    const char *name; /* as given, borrowed */
    struct sockaddr_storage address;
    socklen_t address_len;
};

/* HOST:PORT or [HOST]:PORT. HOST is an address, or a name of this machine: a name that leads
 * elsewhere is refused, as every command and its data goes there. 0, or a failure after a trace
 * line. */
int reader_init(struct reader *reader, const char *name);
/* The same for an option's value; several are parted by commas. */
bool reader_check(const char *names);

#endif
