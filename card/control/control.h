/* control: the socket on which a user's programs talk to the running card: `control` in its state
 * folder, for the owner alone. A request is a line, its name and what it is about: "show
 * 8988211000000000011"; the answer is one JSON document on a line, {"error": "..."} if there is
 * none, and the end of the connection.
 *
 * It is served in the card's own thread, while that waits for something else: one client at a time,
 * never waited for, with a limit on what it sends and on how long it may take. */
#ifndef EMUICC_CARD_CONTROL_CONTROL_H
#define EMUICC_CARD_CONTROL_CONTROL_H

#include <poll.h>

#include "apdu/bytes.h"
#include "card/control/local_socket.h"

#define CONTROL_NAME "control"
#define CONTROL_REQUEST_MAX 256
#define CONTROL_CLIENT_MS 2000

/* Writes the answer; or returns, in a few words, why there is none. */
typedef const char *control_handler(void *context, struct bytes argument, struct writer *answer);

struct control_request {
    const char *name;
    const char *argument; /* what follows the name: "ICCID"; NULL: nothing may */
    const char *help;     /* one sentence */
    control_handler *handle;
    bool changes; /* something: a trace line says that it was asked for */
};

struct control_table {
    const struct control_request *rows;
    size_t count;
    size_t answer_max;   /* bytes that an answer may take */
    void *context;       /* of the handlers */
    const char *unknown; /* why another request has no answer */
    const char *whose;   /* EID, where there are many cards; NULL: the only one */
};

struct control {
    const struct control_table *table;
    struct local_socket socket;
    int client;       /* -1: none */
    int64_t deadline; /* of the client, in milliseconds */
    uint8_t request[CONTROL_REQUEST_MAX];
    size_t request_len;
    uint8_t *answer; /* heap; NULL while the request is not complete */
    size_t answer_len, sent;
};

/* No socket: control_wait() just waits. */
extern const struct control control_none;

/* Makes the socket; whoever calls owns the state, so that one that is left over from before is
 * nobody's. If it cannot be made, a trace line says so and the card does without. */
void control_open(struct control *control, const char *state, const struct control_table *table);
/* Removes it. */
void control_close(struct control *control);

/* What a line is answered, as control_wait() does it: NULL with the answer, or why there is none.
 */
const char *control_answer(const struct control_table *table, struct bytes line,
                           struct writer *answer);

/* Waits until one of these descriptors is ready, and serves requests meanwhile. False at that time
 * (clock_ms(); < 0: there is none), or when a request has been answered, which may have changed
 * what there is to wait for. At most CONTROL_WAITS_MAX. */
#define CONTROL_WAITS_MAX 2
bool control_wait(struct control *control, struct pollfd *waits, size_t count, int64_t end);

#endif
