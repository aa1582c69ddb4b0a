#include "tests/benchmarks/plugged.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/package_file.h"

#define TIMEOUT_MS 20000
#define PACKAGE "TS48v4_SAIP2.3_BERTLV"
#define ISD_R "A0000005591010FFFFFFFF8900000100"
#define ENABLE_HEADER "80E2910014BF3111A00C"

static void start(struct plugged *card, const char *const argv[])
{
    struct bytes atr;
    MEASURE_NEED(card_process_start(&card->process, argv));
    MEASURE_NEED(vpcd_peer_accept(&card->peer) && vpcd_peer_control(&card->peer, VPCD_PEER_ON) &&
                 vpcd_peer_atr(&card->peer, &atr));
}

static void start_emuicc(struct plugged *card, const struct plugged_chip *chip, const char *package)
{
    char reader[32];
    MEASURE_NEED(vpcd_peer_open(&card->peer));
    snprintf(reader, sizeof(reader), "127.0.0.1:%u", card->peer.port);
    start(card, (const char *const[]){EMUICC, "--state", chip->state, "--vpcd", reader,
                                      package != NULL ? "--install" : NULL, package, NULL});
}

void plugged_start_emuicc(struct plugged *card, const struct plugged_chip *chip)
{
    start_emuicc(card, chip, NULL);
}

void plugged_start_null(struct plugged *card, const struct plugged_chip *chip)
{
    char port[8];
    MEASURE_NEED(vpcd_peer_open(&card->peer));
    snprintf(port, sizeof(port), "%u", card->peer.port);
    start(card, (const char *const[]){NULL_CARD, port, chip != NULL ? chip->store : NULL, NULL});
}

void plugged_stop(struct plugged *card)
{
    (void)card_process_end(&card->process, SIGTERM, TIMEOUT_MS);
    vpcd_peer_close(&card->peer);
}

void plugged_need(struct plugged *card, const char *command, const char *status)
{
    const char *answer = vpcd_peer_ask(&card->peer, command);
    const size_t len = strlen(answer);
    MEASURE_NEED(len >= strlen(status) && strcmp(answer + len - strlen(status), status) == 0);
}

/* GetProfilesInfo's first ICCID into EnableProfile without refresh. */
static void enable(struct plugged *card)
{
    char iccid[32] = "", command[96];
    plugged_need(card, "00A4040C10" ISD_R, "9000");
    const char *found = strstr(vpcd_peer_ask(&card->peer, "80E2910003BF2D00"), "5A0A");
    MEASURE_NEED(found != NULL);
    memcpy(iccid, found, strlen("5A0A") + 20);
    snprintf(command, sizeof(command), ENABLE_HEADER "%s810100", iccid);
    plugged_need(card, command, "BF31038001009000");
}

void plugged_make_chip(struct plugged_chip *chip)
{
    struct plugged card;
    strcpy(chip->folder, "/tmp/emuicc-benchmark-XXXXXX");
    MEASURE_NEED(mkdtemp(chip->folder) != NULL);
    snprintf(chip->state, sizeof(chip->state), "%s/chip", chip->folder);
    snprintf(chip->store, sizeof(chip->store), "%s/store.sqlite", chip->state);
    start_emuicc(&card, chip, package_file_read(PACKAGE)->path);
    enable(&card);
    plugged_stop(&card);
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

void plugged_remove_chip(struct plugged_chip *chip)
{
    nftw(chip->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

double plugged_memory(const struct plugged *card)
{
    return measure_memory_of(card->process.pid) * 1024;
}
