/* null_card PORT [STORE]: a card that is none. It plugs into a vpcd on this machine and answers
 * 9000 to every command at once. With STORE it first does what no card can do without: it loads
 * OpenSSL, opens the chip's database and reads a row. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/benchmarks/measure.h"

#define LENGTH_SIZE 2
#define CONTROL_ATR 4

static const uint8_t done[] = {0x00, 0x02, 0x90, 0x00};
static const uint8_t atr[] = {0x00, 0x03, 0x3B, 0x00, 0x00};

static void use_libraries(const char *path)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned len;
    sqlite3 *database;
    sqlite3_stmt *statement;
    MEASURE_NEED(EVP_Digest(path, strlen(path), digest, &len, EVP_sha256(), NULL) == 1);
    MEASURE_NEED(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK);
    MEASURE_NEED(sqlite3_prepare_v2(database, "SELECT value FROM value WHERE name = 'eid'", -1,
                                    &statement, NULL) == SQLITE_OK);
    MEASURE_NEED(sqlite3_step(statement) == SQLITE_ROW);
    sqlite3_finalize(statement);
    (void)database; /* stays open, as a card's does */
}

static int plug_in(uint16_t port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    const int yes = 1, descriptor = socket(AF_INET, SOCK_STREAM, 0);
    MEASURE_NEED(connect(descriptor, (const struct sockaddr *)&address, sizeof(address)) == 0);
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    return descriptor;
}

/* Bytes of the whole frame at the front, or 0. */
static size_t frame_len(const uint8_t *data, size_t len)
{
    const size_t whole =
        len < LENGTH_SIZE ? SIZE_MAX : LENGTH_SIZE + (size_t)(data[0] << 8 | data[1]);
    return whole <= len ? whole : 0;
}

static void answer(int descriptor, const uint8_t *frame, size_t len)
{
    if (len > LENGTH_SIZE + 1)
        MEASURE_NEED(send(descriptor, done, sizeof(done), 0) == sizeof(done));
    else if (frame[LENGTH_SIZE] == CONTROL_ATR)
        MEASURE_NEED(send(descriptor, atr, sizeof(atr), 0) == sizeof(atr));
}

static void serve(int descriptor)
{
    static uint8_t frame[LENGTH_SIZE + UINT16_MAX];
    const int yes = 1;
    size_t len = 0, whole;
    for (;;) {
        const ssize_t got = recv(descriptor, frame + len, sizeof(frame) - len, 0);
        if (got <= 0)
            return;
        len += (size_t)got;
        while ((whole = frame_len(frame, len)) > 0) {
            answer(descriptor, frame, whole);
            len -= whole;
            memmove(frame, frame + whole, len);
        }
        if (len > 0) /* vpcd waits for this before it sends the rest */
            (void)setsockopt(descriptor, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof(yes));
    }
}

int main(int argc, char **argv)
{
    MEASURE_NEED(argc == 2 || argc == 3);
    if (argc == 3)
        use_libraries(argv[2]);
    serve(plug_in((uint16_t)strtoul(argv[1], NULL, 10)));
    return 0;
}
