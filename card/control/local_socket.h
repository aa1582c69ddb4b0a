/* local_socket: a socket in a folder on which programs of the folder's owner, and of nobody else,
 * reach this process. Its path may be longer than the 107 characters that a socket's address has
 * room for: it is reached through the open folder. */
#ifndef EMUICC_CARD_CONTROL_LOCAL_SOCKET_H
#define EMUICC_CARD_CONTROL_LOCAL_SOCKET_H

#include <stdbool.h>

struct local_socket {
    const char *name;     /* in the folder; borrowed */
    int folder, listener; /* -1: none */
};

extern const struct local_socket local_socket_none;

/* Makes FOLDER/NAME and listens on it, without blocking; whoever calls owns the folder, so that one
 * that is left over from before is nobody's. False, with errno, if it cannot be made. */
bool local_socket_open(struct local_socket *local, const char *folder, const char *name,
                       int backlog);
/* Removes it. Harmless if there is none. */
void local_socket_close(struct local_socket *local);

#endif
