/* cutter: stands between a reader and a card of its own, and kills the card with SIGKILL at one
 * block of a bound profile package.
 *
 *   cutter READER_PORT before|after BLOCK PROGRAM [ARGUMENT]...
 *
 * Starts PROGRAM with --vpcd leading here, carries frames both ways, and counts the STORE DATA
 * blocks of a BoundProfilePackage, from the one that begins it (BF36) to the one that gets an
 * answer. At BLOCK the card is killed: `before` it can answer, right after the block was sent to
 * it, or `after` it has answered and before the reader gets the answer. Says "cut at block N", or
 * "no cut: N blocks" when the reader goes away before; exit 0.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/vpcd_peer.h"

#define ARGUMENTS_MAX 32
#define CONTROL_ATR 4
#define INS_STORE_DATA 0xE2

struct cutter {
    struct vpcd_peer card;   /* we are its reader */
    struct vpcd_peer reader; /* we are its card: only the link is used */
    unsigned blocks;         /* of the package so far; 0: it has not begun */
    bool ended;              /* its last block was answered */
    unsigned cut_at;
    bool after;
    pid_t pid;
};

static bool plug_into(struct vpcd_peer *reader, uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    *reader = (struct vpcd_peer){.listener = -1, .timeout_ms = -1};
    reader->link = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return connect(reader->link, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static pid_t start_card(uint16_t port, char **argv)
{
    char vpcd[32];
    char *arguments[ARGUMENTS_MAX] = {0};
    size_t count = 0;
    while (argv[count] != NULL && count < ARGUMENTS_MAX - 3) {
        arguments[count] = argv[count];
        count++;
    }
    snprintf(vpcd, sizeof(vpcd), "127.0.0.1:%u", port);
    arguments[count++] = "--vpcd";
    arguments[count++] = vpcd;
    const pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execv(arguments[0], arguments);
        _exit(127);
    }
    return pid;
}

static void count_block(struct cutter *cutter, struct bytes command)
{
    static const uint8_t package[] = {0xBF, 0x36};
    if (cutter->ended || command.len < 5 || command.data[1] != INS_STORE_DATA)
        return;
    const struct bytes data = bytes_of(command.data + 5, command.len - 5);
    if (cutter->blocks > 0 || bytes_start_with(data, bytes_of(package, sizeof(package))))
        cutter->blocks++;
}

static int cut(struct cutter *cutter)
{
    kill(cutter->pid, SIGKILL);
    waitpid(cutter->pid, NULL, 0);
    printf("cut at block %u\n", cutter->blocks);
    return 0;
}

static int lost_card(void)
{
    fprintf(stderr, "cutter: the card went away by itself\n");
    return 1;
}

/* Both links block; a frame from the reader is answered before the next. Ends at the cut, or when
 * the reader goes away. */
static int carry(struct cutter *cutter)
{
    struct bytes command, answer;
    while (vpcd_peer_receive(&cutter->reader, &command)) {
        const bool answered = command.len != 1 || command.data[0] == CONTROL_ATR;
        const unsigned before = cutter->blocks;
        count_block(cutter, command);
        const bool here = cutter->blocks != before && cutter->blocks == cutter->cut_at;
        if (!vpcd_peer_send(&cutter->card, command))
            return lost_card();
        if (here && !cutter->after)
            return cut(cutter);
        if (!answered)
            continue;
        if (!vpcd_peer_receive(&cutter->card, &answer))
            return lost_card();
        if (here)
            return cut(cutter);
        cutter->ended |= cutter->blocks != before && !bytes_equal(answer, BYTES(0x90, 0x00));
        if (!vpcd_peer_send(&cutter->reader, answer))
            break;
    }
    printf("no cut: %u blocks\n", cutter->blocks);
    return 0;
}

int main(int argc, char **argv)
{
    static struct cutter cutter;
    if (argc < 5 || (strcmp(argv[2], "before") != 0 && strcmp(argv[2], "after") != 0)) {
        fprintf(stderr, "usage: cutter READER_PORT before|after BLOCK PROGRAM [ARGUMENT]...\n");
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    cutter.after = strcmp(argv[2], "after") == 0;
    cutter.cut_at = (unsigned)strtoul(argv[3], NULL, 10);
    if (!vpcd_peer_open(&cutter.card) ||
        (cutter.pid = start_card(cutter.card.port, argv + 4)) < 0 ||
        !vpcd_peer_accept(&cutter.card) ||
        !plug_into(&cutter.reader, (uint16_t)strtoul(argv[1], NULL, 10))) {
        fprintf(stderr, "cutter: card or reader is not there\n");
        return 1;
    }
    return carry(&cutter);
}
