/* hlr SOCKET IMSI KI OPC SQN: a home location register for one subscriber. It answers what hostapd
 * asks of its EAP-SIM database, one datagram a request:
 *
 *     SIM-REQ-AUTH IMSI NUMBER      SIM-RESP-AUTH IMSI Kc:SRES:RAND …
 *     AKA-REQ-AUTH IMSI             AKA-RESP-AUTH IMSI RAND AUTN IK CK RES
 *     AKA-AUTS IMSI AUTS RAND       (none; the sequence number is the card's from now on)
 *
 * SQN is the last sequence number used, 12 hexadecimal digits. Milenage (TS 35.206); triplets by
 * the conversion functions of TS 33.102 §6.8.1.2. Says a line for each request. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "apdu/hex.h"
#include "crypto/primitives/milenage.h"
#include "crypto/primitives/random.h"

#define IND_BITS 5 /* of a sequence number: which of the card's 32 it is compared with */
#define SRES_SIZE 4
#define KC_SIZE 8
#define AUTS_SIZE (MILENAGE_SQN_SIZE + MILENAGE_MAC_SIZE)
#define TRIPLETS_MAX 5
#define MESSAGE_MAX 1024

struct hlr {
    struct milenage milenage;
    const char *imsi;
    uint64_t sqn;
    struct random random;
};

static void need(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "hlr: %s\n", what);
    exit(1);
}

static void read_hex(const char *text, uint8_t *out, size_t size, const char *what)
{
    struct writer writer = writer_on(out, size);
    need(text != NULL && hex_decode(text, &writer) && writer.len == size, what);
}

static void xor
    (uint8_t * out, const uint8_t *a, const uint8_t *b, size_t len) {
        for (size_t i = 0; i < len; i++)
            out[i] = a[i] ^ b[i];
    }

    static void put_sqn(uint64_t sqn, uint8_t out[MILENAGE_SQN_SIZE])
{
    for (int i = MILENAGE_SQN_SIZE - 1; i >= 0; i--, sqn >>= 8)
        out[i] = (uint8_t)sqn;
}

static uint64_t get_sqn(const uint8_t in[MILENAGE_SQN_SIZE])
{
    uint64_t sqn = 0;
    for (int i = 0; i < MILENAGE_SQN_SIZE; i++)
        sqn = sqn << 8 | in[i];
    return sqn;
}

/* Appends a value in hexadecimal. */
static void put(char *answer, const char *before, const uint8_t *data, size_t len)
{
    const size_t at = strlen(answer);
    size_t used = (size_t)snprintf(answer + at, MESSAGE_MAX - at, "%s", before);
    for (size_t i = 0; i < len; i++)
        used += (size_t)snprintf(answer + at + used, MESSAGE_MAX - at - used, "%02x", data[i]);
}

static void put_triplet(struct hlr *hlr, char *answer)
{
    uint8_t rand[MILENAGE_RAND_SIZE], res[MILENAGE_RES_SIZE], ck[MILENAGE_CK_SIZE],
        ik[MILENAGE_CK_SIZE], sres[SRES_SIZE], kc[MILENAGE_CK_SIZE];
    need(random_fill(&hlr->random, rand, sizeof(rand)) == 0 &&
             milenage_f2(&hlr->milenage, rand, res) == 0 &&
             milenage_f3(&hlr->milenage, rand, ck) == 0 &&
             milenage_f4(&hlr->milenage, rand, ik) == 0,
         "Milenage fails");
    xor(sres, res, res + SRES_SIZE, SRES_SIZE);
    xor(kc, ck, ik, sizeof(kc));
    xor(kc, kc, kc + KC_SIZE, KC_SIZE);
    put(answer, " ", kc, KC_SIZE);
    put(answer, ":", sres, sizeof(sres));
    put(answer, ":", rand, sizeof(rand));
}

static void answer_sim(struct hlr *hlr, unsigned number, char *answer)
{
    snprintf(answer, MESSAGE_MAX, "SIM-RESP-AUTH %s", hlr->imsi);
    for (unsigned i = 0; i < number && i < TRIPLETS_MAX; i++)
        put_triplet(hlr, answer);
}

static void answer_aka(struct hlr *hlr, char *answer)
{
    /* Bit 8 of AMF: for EPS and EAP-AKA' (TS 33.102 annex H). */
    uint8_t rand[MILENAGE_RAND_SIZE], sqn[MILENAGE_SQN_SIZE],
        amf[MILENAGE_AMF_SIZE] = {0x80, 0x00}, mac[MILENAGE_MAC_SIZE], res[MILENAGE_RES_SIZE],
        ck[MILENAGE_CK_SIZE], ik[MILENAGE_CK_SIZE], ak[MILENAGE_AK_SIZE];
    hlr->sqn += UINT64_C(1) << IND_BITS;
    put_sqn(hlr->sqn, sqn);
    need(random_fill(&hlr->random, rand, sizeof(rand)) == 0 &&
             milenage_f1(&hlr->milenage, rand, sqn, amf, mac) == 0 &&
             milenage_f2(&hlr->milenage, rand, res) == 0 &&
             milenage_f3(&hlr->milenage, rand, ck) == 0 &&
             milenage_f4(&hlr->milenage, rand, ik) == 0 &&
             milenage_f5(&hlr->milenage, rand, ak) == 0,
         "Milenage fails");
    xor(sqn, sqn, ak, sizeof(sqn));
    snprintf(answer, MESSAGE_MAX, "AKA-RESP-AUTH %s", hlr->imsi);
    put(answer, " ", rand, sizeof(rand));
    put(answer, " ", sqn, sizeof(sqn));
    put(answer, "", amf, sizeof(amf));
    put(answer, "", mac, sizeof(mac));
    put(answer, " ", ik, sizeof(ik));
    put(answer, " ", ck, sizeof(ck));
    put(answer, " ", res, sizeof(res));
}

/* TS 33.102 §6.3.5: the card's number, if the card has signed it. */
static void take_auts(struct hlr *hlr, const char *auts_text, const char *rand_text)
{
    uint8_t auts[AUTS_SIZE], rand[MILENAGE_RAND_SIZE], ak[MILENAGE_AK_SIZE], mac[MILENAGE_MAC_SIZE];
    static const uint8_t amf[MILENAGE_AMF_SIZE] = {0};
    read_hex(auts_text, auts, sizeof(auts), "AUTS has another length");
    read_hex(rand_text, rand, sizeof(rand), "RAND has another length");
    need(milenage_f5_star(&hlr->milenage, rand, ak) == 0, "Milenage fails");
    xor(auts, auts, ak, MILENAGE_SQN_SIZE);
    need(milenage_f1_star(&hlr->milenage, rand, auts, amf, mac) == 0, "Milenage fails");
    if (memcmp(mac, auts + MILENAGE_SQN_SIZE, sizeof(mac)) != 0) {
        puts("resynchronisation refused: MAC-S is wrong");
        return;
    }
    hlr->sqn = get_sqn(auts);
    printf("resynchronised to %012llx\n", (unsigned long long)hlr->sqn);
}

/* False: nothing to answer. */
static bool respond(struct hlr *hlr, char *request, char *answer)
{
    char *rest = NULL;
    const char *word = strtok_r(request, " ", &rest), *imsi = strtok_r(NULL, " ", &rest),
               *first = strtok_r(NULL, " ", &rest), *second = strtok_r(NULL, " ", &rest);
    need(word != NULL && imsi != NULL, "a request without an IMSI");
    printf("%s %s\n", word, imsi);
    if (strcmp(word, "AKA-AUTS") == 0) {
        take_auts(hlr, first, second);
        return false;
    }
    const bool sim = strcmp(word, "SIM-REQ-AUTH") == 0;
    if (strcmp(imsi, hlr->imsi) != 0)
        snprintf(answer, MESSAGE_MAX, "%s-RESP-AUTH %.20s FAILURE", sim ? "SIM" : "AKA", imsi);
    else if (sim)
        answer_sim(hlr, first != NULL ? (unsigned)strtoul(first, NULL, 10) : 1, answer);
    else
        answer_aka(hlr, answer);
    return true;
}

_Noreturn static void serve(struct hlr *hlr, int socket)
{
    for (;;) {
        char request[MESSAGE_MAX], answer[MESSAGE_MAX] = "";
        struct sockaddr_un from;
        socklen_t from_len = sizeof(from);
        const ssize_t len =
            recvfrom(socket, request, sizeof(request) - 1, 0, (struct sockaddr *)&from, &from_len);
        need(len > 0, "cannot receive");
        request[len] = '\0';
        if (respond(hlr, request, answer))
            (void)sendto(socket, answer, strlen(answer), 0, (struct sockaddr *)&from, from_len);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    static struct hlr hlr;
    uint8_t key[MILENAGE_KEY_SIZE], opc[AES_BLOCK], sqn[MILENAGE_SQN_SIZE];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    need(argc == 6, "use: hlr SOCKET IMSI KI OPC SQN");
    read_hex(argv[3], key, sizeof(key), "KI: 32 hexadecimal digits");
    read_hex(argv[4], opc, sizeof(opc), "OPC: 32 hexadecimal digits");
    read_hex(argv[5], sqn, sizeof(sqn), "SQN: 12 hexadecimal digits");
    hlr.imsi = argv[2];
    hlr.sqn = get_sqn(sqn);
    random_init(&hlr.random);
    milenage_init(&hlr.milenage, key, opc);
    need(strlen(argv[1]) < sizeof(address.sun_path), "the socket's path is too long");
    strcpy(address.sun_path, argv[1]);
    const int listener = socket(AF_UNIX, SOCK_DGRAM, 0);
    unlink(argv[1]);
    need(listener >= 0 && bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0,
         "cannot bind the socket");
    puts("listening");
    fflush(stdout);
    serve(&hlr, listener);
}
