/* round_trip: APDU round trips to a card beside those to a null card that answers 9000 at once, a
 * command each in turn, real time, whatever the way to the two. */
#ifndef EMUICC_TESTS_BENCHMARKS_ROUND_TRIP_H
#define EMUICC_TESTS_BENCHMARKS_ROUND_TRIP_H

#include "apdu/bytes.h"

struct round_trip_card {
    /* One command and its whole response, which is borrowed until the next one. Ends the program
     * when it cannot be had. */
    struct bytes (*transmit)(void *context, struct bytes command);
    void *context;
};

/* Prints a table of SELECT, READ BINARY, GetEID and GetEUICCInfo1 with this title; each row's goal
 * is the limit. */
void round_trip_benchmark(const char *title, const struct round_trip_card *card,
                          const struct round_trip_card *null_card, double limit);

#endif
