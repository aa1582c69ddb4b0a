/* floor: what the elliptic-curve work of one download takes of CPU with OpenSSL and nothing else:
 * 5 verifications, 3 signatures, 1 key pair, 1 agreement on P-256 through the EVP interface, as its
 * manual pages show it, with all keys ready and no point validated a second time.
 *
 * It runs in a process of its own, because crypto/ has OpenSSL clear what it frees: the floor is
 * that of an OpenSSL nobody has touched. */
#ifndef EMUICC_TESTS_BENCHMARKS_FLOOR_H
#define EMUICC_TESTS_BENCHMARKS_FLOOR_H

#include <stdint.h>
#include <sys/types.h>

#define FLOOR_VERIFICATIONS 5
#define FLOOR_SIGNATURES 3

struct floor {
    pid_t process;
    int ask, answer; /* pipes */
};

/* What is done once. */
struct floor_work {
    int verifications, signatures, keys, agreements;
    int macs, ciphers;    /* CMAC and CBC with AES-128, each with a key of its own, */
    int symmetric_blocks; /* of so many blocks */
};
/* The work of a download. Before this process uses OpenSSL. */
void floor_start(struct floor *floor);
void floor_start_work(struct floor *floor, const struct floor_work *work);
/* Nanoseconds of the work, done once. The card does it once a round as well, and both find the
 * processor's caches as the other has left them. */
struct floor_cost {
    double once;
    double again; /* right after that, over and over: what caches are worth */
};
struct floor_cost floor_measure(struct floor *floor);
void floor_stop(struct floor *floor);

#endif
