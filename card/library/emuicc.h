/* libemuicc: a software eUICC (SGP.22) in this process. A chip is its folder on disk: what it
 * answers to a command is durable when the answer is returned, whatever happens to the process.
 *
 * Calls on one chip may come from any threads and are carried out one after the other; chips have
 * nothing in common. Nothing is printed: messages go to the chip's log, if it has one, in the
 * thread that called.
 *
 * The library's version is semantic: programs that were linked with one run with all later ones of
 * the same major version (of the same minor version while the major one is 0). */
#ifndef EMUICC_H
#define EMUICC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EMUICC_VERSION_MAJOR 0
#define EMUICC_VERSION_MINOR 2
#define EMUICC_VERSION_PATCH 0

/* "0.2.0": of the library that is there at run time. */
const char *emuicc_version(void);

struct emuicc; /* one chip */

/* What a call returns when it is no count of bytes. */
enum emuicc_result {
    EMUICC_FINE = 0,
    EMUICC_FAILED = -1,   /* the chip cannot be opened or made; the log says why */
    EMUICC_ARGUMENT = -2, /* an argument is missing, or out of its bounds */
    EMUICC_ROOM = -3,     /* the buffer is too small for the answer, which is lost */
    EMUICC_MUTE = -4,     /* a fault: no answer comes until the chip is powered anew */
    EMUICC_GONE = -5      /* a fault, or a request: the chip is out of its reader */
};

enum emuicc_level {
    EMUICC_ERROR,  /* something the user must fix */
    EMUICC_NOTICE, /* what changed */
    EMUICC_DETAIL  /* why something was refused */
};
/* text: one line without its end, valid during the call. It is not to call the library. */
typedef void emuicc_log(void *context, enum emuicc_level level, const char *text);

/* As the options of the program emuicc(1) with the same names. All but state may be NULL. */
struct emuicc_options {
    size_t size;                /* sizeof(struct emuicc_options): later versions add fields */
    const char *state;          /* folder; made at the first start */
    const char *pki;            /* folder in the layout of SGP.26; NULL: a test PKI of its own */
    const char *eid;            /* 32 digits */
    const char *personality;    /* file, or the name of one that ships */
    const char *faults;         /* file, or the name of one that ships */
    const char *seed;           /* all chance follows from it: unsafe, for tests */
    const char *const *install; /* profiles that the chip leaves the factory with */
    size_t install_count;
    emuicc_log *log;
    void *log_context;
};

/* Opens the chip, or makes it. *chip is set only if it is EMUICC_FINE. A chip is opened once at a
 * time, by whatever process. */
int emuicc_open(const struct emuicc_options *options, struct emuicc **chip);
/* Powers it off. NULL is fine. No other call on it may be under way. */
void emuicc_close(struct emuicc *chip);

enum emuicc_power { EMUICC_POWER_OFF, EMUICC_POWER_ON, EMUICC_POWER_RESET };
int emuicc_power(struct emuicc *chip, enum emuicc_power power);

#define EMUICC_ATR_MAX 33
#define EMUICC_RESPONSE_MAX 65537 /* bytes that no answer exceeds */

/* Each copies into `buffer` and returns how many bytes, or an enum emuicc_result below 0. */
long emuicc_atr(struct emuicc *chip, uint8_t *buffer, size_t size);
/* One command APDU, short or extended; its answer's data and status word. Waits as long as a chip
 * with this personality takes. */
long emuicc_transmit(struct emuicc *chip, const uint8_t *command, size_t command_len,
                     uint8_t *buffer, size_t size);
/* A request as the chip's control socket takes it: "status", "fault-add apdu 1 = mute", "snapshot
 * a", "restore a", "eject"; "help" lists them. The answer is JSON, {"error": "..."} if there is
 * none, and ends with 0, which is not counted. After a restore the chip is to be powered anew. */
#define EMUICC_REQUEST_ANSWER_MAX (1024 * 1024)
long emuicc_request(struct emuicc *chip, const char *request, char *buffer, size_t size);

#ifdef __cplusplus
}
#endif

#endif
