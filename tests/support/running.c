#include "tests/support/running.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 20000
#define OPTIONS_MAX 8
#define OWN_OPTIONS 5

static char folder[64], state[96];

const char *running_folder(void)
{
    strcpy(folder, "/tmp/emuicc-running-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return NULL;
    snprintf(state, sizeof(state), "%s/chip", folder);
    return folder;
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

void running_remove(void)
{
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

bool running_start(struct running *card, const char *const options[])
{
    char reader[32];
    struct bytes atr;
    const char *argv[OWN_OPTIONS + OPTIONS_MAX + 1] = {EMUICC, "--state", state, "--vpcd", reader};
    for (size_t i = 0; i < OPTIONS_MAX && options[i] != NULL; i++)
        argv[OWN_OPTIONS + i] = options[i];
    if (!vpcd_peer_open(&card->peer))
        return false;
    card->peer.timeout_ms = TIMEOUT_MS;
    snprintf(reader, sizeof(reader), "127.0.0.1:%u", card->peer.port);
    return card_process_start(&card->process, argv) && vpcd_peer_accept(&card->peer) &&
           vpcd_peer_control(&card->peer, VPCD_PEER_ON) && vpcd_peer_atr(&card->peer, &atr);
}

void running_kill(struct running *card)
{
    (void)card_process_end(&card->process, SIGKILL, TIMEOUT_MS);
    vpcd_peer_close(&card->peer);
}

const char *running_ask(struct running *card, const char *command)
{
    return vpcd_peer_ask(&card->peer, command);
}

const char *running_es10(struct running *card, const char *request)
{
    char command[2 * APDU_DATA_SHORT_MAX + 16];
    snprintf(command, sizeof(command), "80E29100%02zX%s", strlen(request) / 2, request);
    return running_ask(card, command);
}
