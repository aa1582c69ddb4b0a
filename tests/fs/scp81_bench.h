/* scp81_bench: a card that is administered over HTTP, a terminal that serves its channel, and a
 * server with OpenSSL's TLS. */
#ifndef EMUICC_TESTS_FS_SCP81_BENCH_H
#define EMUICC_TESTS_FS_SCP81_BENCH_H

#include "tests/fs/test_ota_world.h"

#include "fs/scp81/scp81.h"
#include "fs/scp81/scp81_record.h"
#include "tests/support/psk_server.h"

#define PSK "303132333435363738393A3B3C3D3E3F"
#define DEK "404142434445464748494A4B4C4D4E4F"
#define PACKAGE                                                                                    \
    HEADER OTA_MF PUKS PINS USIM LOCAL_PINS AKA "A6(" MANDATED(                                    \
        "08") "A1(4F(A0000001515350) 4F(A000000151535041) 4F(A000000151000000)"                    \
              "82(82DC00) 83(0F) C9(81028000)"                                                     \
              "EA(80(010000000002010606B2010000000000)))"                                          \
              "A2(" OTA_SET("01", "80") OTA_SET("02", "88") OTA_KEY("40", "01", "85", PSK)         \
                  OTA_KEY("40", "02", "88", DEK) "))" DOMAIN_SSD OTA_INSTANCES OTA_FILE END

/* 127.0.0.1, port 8443 */
#define CONNECTION "840C 3C030220FB 3E05217F000001"
#define SECURITY "8505 0131 02 40 01"
#define RETRY "8607 0002 2503 000100"
#define NAMES "890F 8A03612E62 8B022F2F 8C042F643D31"
#define USUAL "8131 832F" CONNECTION SECURITY RETRY NAMES
#define IDENTITY "1"

#define POST_FRONT                                                                                 \
    " HTTP/1.1\r\nHost: a.b\r\nX-Admin-Protocol: globalplatform-remote-admin/1.0\r\n"              \
    "X-Admin-From: //\r\n"
#define FIRST "POST /d=1" POST_FRONT "Content-Length: 0\r\n\r\n"
#define RESUMED "POST /d=1" POST_FRONT "X-Admin-Resume: true\r\nContent-Length: 0\r\n\r\n"

#define RAM_TYPE "Content-Type: application/vnd.globalplatform.card-content-mgt;version=1.0\r\n"
#define RFM_TYPE "Content-Type: application/vnd.etsi.scp.command-data;version=1.0\r\n"
#define NEXT "X-Admin-Next-URI: /next\r\n"
#define TO(rid, pix) "X-Admin-Targeted-Application: //aid/" rid "/" pix "\r\n"
#define TO_FILES TO("A000000559", "10100001")
#define NO_MORE "HTTP/1.1 204 No Content\r\n\r\n"

#define COMMANDS_MAX 400

/* One response of the server's: head, and a script in hexadecimal. */
struct scp81_bench_response {
    const char *head;
    const char *script; /* NULL: the head is all there is */
};

struct scp81_bench {
    struct world *world;
    struct scp81 scp81;
    /* the server */
    struct psk_server *server;
    const char *suites, *server_identity;
    const struct scp81_bench_response *responses;
    size_t count, given;
    char requests[16][2048];
    size_t request_count;
    char partial[4096];
    size_t partial_len;
    /* the terminal */
    bool open, break_when_opened;
    uint8_t refuse_type;  /* a command of this type is refused */
    uint8_t timers[9][3]; /* that run */
    bool running[9];
    uint8_t events[8];
    size_t event_count;
    size_t commands; /* fetched so far */
    size_t stop_at;  /* as many are served, then no more; 0: all */
    bool close_seen;
    size_t stored, immediate, failures;
    char message[64]; /* that the card has sent, hexadecimal */
};

#define DATA_AVAILABLE(len)                                                                        \
    BYTES(0xD6, 0x0E, 0x99, 0x01, 0x09, 0x82, 0x02, 0x82, 0x81, 0xB8, 0x02, 0x81, 0x00, 0xB7,      \
          0x01, (len))
#define LINK_DROPPED                                                                               \
    BYTES(0xD6, 0x0B, 0x99, 0x01, 0x0A, 0x82, 0x02, 0x82, 0x81, 0xB8, 0x02, 0x01, 0x05)
#define TIMER_OVER(number)                                                                         \
    BYTES(0xD7, 0x0C, 0x82, 0x02, 0x82, 0x81, 0xA4, 0x01, (number), 0xA5, 0x03, 0x00, 0x01, 0x00)

/* Where the store of a test is. */
void scp81_bench_make_folder(void);
void scp81_bench_remove_folder(void);
/* The chip in it, once more. */
struct world *scp81_bench_world(uint32_t profile);
/* With the profile PACKAGE and a server that gives these responses in their order. */
struct scp81_bench *scp81_bench_open(const struct scp81_bench_response *responses, size_t count);
void scp81_bench_close(struct scp81_bench *bench);
/* TERMINAL PROFILE, with or without BIP. */
void scp81_bench_meet(struct scp81_bench *bench, bool bip);
/* What is reported to a trigger; what it has brought about is durable. */
const char *scp81_bench_trigger(struct scp81_bench *bench, const char *data);
/* Serves the card until neither side has anything to say. */
void scp81_bench_run(struct scp81_bench *bench);
/* One command of the terminal's; what it changes is durable, or undone after a failure. */
int scp81_bench_transmit(struct scp81_bench *bench, uint8_t ins, struct bytes data,
                         struct bytes *answer);
int scp81_bench_event(struct scp81_bench *bench, struct bytes body);
/* The link is gone. */
void scp81_bench_forget_server(struct scp81_bench *bench);
bool scp81_bench_has_record(struct scp81_bench *bench, struct scp81_record *out);
/* The session has come to its end, and nothing of it is left. */
void scp81_bench_expect_over(struct scp81_bench *bench);

#define RUN(responses, count, bench)                                                               \
    struct scp81_bench *bench = scp81_bench_open((responses), (count));                            \
    scp81_bench_meet(bench, true);                                                                 \
    cr_assert_str_eq(scp81_bench_trigger(bench, USUAL), "00 019000");                              \
    scp81_bench_run(bench)

#endif
