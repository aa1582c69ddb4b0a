/* A whole RSP session of a card whose chance is seeded, as tests/transcripts/rsp keeps it: today's
 * card answers it byte for byte. With EMUICC_RECORD in the environment the sessions are played
 * anew, by an LPA and a server of the tests, and the transcripts are written.
 *
 * "> " is a command, "< " its answer, "# " a remark. "name = bytes" is what the session stands on:
 * the seed and the credentials the chip is made with, and the server's one-time private key, with
 * which others can open the package (SGP.22 §2.6.4). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/isd-r/peer.h"
#include "apdu/hex.h"
#include "apdu/status.h"
#include "card/card.h"

#define LINE_SIZE (2 * CARD_RESPONSE_CAPACITY + 16)
#define MATERIAL_MAX 1024
#define SEED "a session to be kept"
#define GET_RESPONSE 0xC0
#define STORE_DATA 0xE2

enum material { MATERIAL_SEED, MATERIAL_CI, MATERIAL_EUM, MATERIAL_EUICC, MATERIAL_KEY, MATERIALS };
static const char *const material_names[MATERIALS] = {
    "chip_seed", "ci_certificate", "eum_certificate", "euicc_certificate", "euicc_private_key"};

struct kept {
    uint8_t data[MATERIALS][MATERIAL_MAX];
    size_t len[MATERIALS];
};

static struct card card;
static struct peer peer;
static char folder[] = "/tmp/emuicc-session-XXXXXX";

static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256, EC_BRAINPOOL_P256R1}, 2);
    cr_assert(mkdtemp(folder) != NULL);
}

static void stop(void)
{
    char command[64];
    card_close(&card);
    peer_stop(&peer);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    cr_assert(system(command) == 0);
}

TestSuite(session, .init = start, .fini = stop, .timeout = 60);

static const char *transcript_path(enum ec_curve curve)
{
    static char path[512];
    snprintf(path, sizeof(path), "%s/tests/transcripts/rsp/session_%s.txt", getenv("EMUICC_SOURCE"),
             curve == EC_P256 ? "p256" : "brainpool");
    return path;
}

static struct bytes material(const struct kept *kept, enum material which)
{
    return bytes_of(kept->data[which], kept->len[which]);
}

static void keep(struct kept *kept, enum material which, struct bytes bytes)
{
    cr_assert(bytes.len <= MATERIAL_MAX);
    memcpy(kept->data[which], bytes.data, bytes.len);
    kept->len[which] = bytes.len;
}

static struct pki_entity entity_of(struct kept *kept, enum material which)
{
    struct pki_entity entity = {.der = kept->data[which], .der_len = kept->len[which]};
    cr_assert(certificate_parse(material(kept, which), &entity.certificate) == CERTIFICATE_OK);
    return entity;
}

/* A new chip with these credentials, the chance of which follows from the seed. */
static void bear(struct kept *kept)
{
    char state[64];
    struct pki_entity ci = entity_of(kept, MATERIAL_CI), eum = entity_of(kept, MATERIAL_EUM),
                      euicc = entity_of(kept, MATERIAL_EUICC);
    snprintf(state, sizeof(state), "%s/chip", folder);
    cr_assert(
        ec_private_create(euicc.certificate.curve, material(kept, MATERIAL_KEY), &euicc.key) == 0);
    cr_assert(card_open(&card, state) == 0);
    random_init_seeded(&card.random, material(kept, MATERIAL_SEED));
    cr_assert(isd_r_provision(card.store, &(struct isd_r_provision){&ci, &eum, &euicc, 1}) == 0);
    cr_assert(card_start(&card) == 0);
    cr_assert(store_commit(card.store) == 0);
    card_power(&card, CARD_ON);
    ec_private_destroy(euicc.key);
}

/* Recording */

static void put_line(FILE *file, const char *front, struct bytes bytes)
{
    static char text[LINE_SIZE];
    cr_assert(HEX_SIZE(bytes.len) <= sizeof(text));
    hex_encode(bytes, text);
    fprintf(file, "%s%s\n", front, text);
}

static void put_material(FILE *file, const char *name, struct bytes bytes)
{
    char front[64];
    snprintf(front, sizeof(front), "%s = ", name);
    put_line(file, front, bytes);
}

/* What the first block of a request begins, by its tag. */
static const char *name_of(struct bytes block)
{
    static const struct {
        uint32_t tag;
        const char *name;
    } rows[] = {
        {0xBF20, "GetEUICCInfo1"},
        {0xBF21, "PrepareDownload"},
        {0xBF22, "GetEUICCInfo2"},
        {0xBF28, "ListNotification"},
        {0xBF2B, "RetrieveNotificationsList"},
        {0xBF2D, "GetProfilesInfo"},
        {0xBF2E, "GetEUICCChallenge"},
        {0xBF30, "NotificationSent"},
        {0xBF31, "EnableProfile"},
        {0xBF32, "DisableProfile"},
        {0xBF33, "DeleteProfile"},
        {0xBF36, "LoadBoundProfilePackage: InitialiseSecureChannel"},
        {0xBF38, "AuthenticateServer"},
        {0xBF3E, "GetEID"},
        {0xBF41, "CancelSession"},
        {0xA0, "LoadBoundProfilePackage: ConfigureISDP"},
        {0xA1, "LoadBoundProfilePackage: StoreMetadata"},
        {0xA2, "LoadBoundProfilePackage: ReplaceSessionKeys"},
        {0xA3, "LoadBoundProfilePackage: profile elements"},
    };
    struct tlv_header header;
    if (tlv_read_header(block, &header) != TLV_FRONT_OK)
        return NULL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].tag == header.tag)
            return rows[i].name;
    return NULL;
}

static void put_remark(FILE *file, struct bytes command)
{
    struct apdu apdu;
    cr_assert(apdu_parse(command, &apdu) == 0);
    const char *name = apdu.ins == STORE_DATA && apdu.p2 == 0 ? name_of(apdu.data) : NULL;
    if (name != NULL)
        fprintf(file, "# %s\n", name);
}

/* Command and answer to the transcript and to the card; the answer's data to `data`. */
static uint16_t exchange(FILE *file, struct bytes command, struct writer *data)
{
    static uint8_t room[CARD_RESPONSE_CAPACITY];
    struct writer response = writer_on(room, sizeof(room));
    put_line(file, "> ", command);
    card_transmit(&card, command, &response);
    cr_assert(response.len >= 2);
    put_line(file, "< ", writer_bytes(&response));
    writer_put(data, bytes_of(room, response.len - 2));
    return (uint16_t)(room[response.len - 2] << 8 | room[response.len - 1]);
}

/* As a terminal of T=0: answers are fetched. */
static uint16_t carry(void *context, struct bytes command, struct writer *data)
{
    FILE *file = context;
    put_remark(file, command);
    uint16_t status = exchange(file, command, data);
    while (status >> 8 == SW_BYTES_AVAILABLE >> 8)
        status = exchange(file, BYTES(command.data[0], GET_RESPONSE, 0, 0, (uint8_t)status), data);
    return status;
}

static void keep_credentials(FILE *file, struct kept *kept)
{
    static const enum pki_name names[] = {PKI_CI, PKI_EUM, PKI_EUICC};
    struct secret scalar = {0};
    keep(kept, MATERIAL_SEED, bytes_of_text(SEED));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        keep(kept, MATERIAL_CI + i, peer_entity(&peer, names[i])->certificate.whole);
    ec_private_scalar(peer_entity(&peer, PKI_EUICC)->key, &scalar);
    keep(kept, MATERIAL_KEY, secret_bytes(&scalar));
    secret_wipe(&scalar);
    for (int i = 0; i < MATERIALS; i++)
        put_material(file, material_names[i], material(kept, i));
}

#define ICCID 0x5A, 0x0A, 0x98, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10
#define CHANGE(tag) BYTES(0xBF, tag, 0x11, 0xA0, 0x0C, ICCID, 0x81, 0x01, 0xFF)
#define ISD_R 0xA0, 0, 0, 5, 0x59, 0x10, 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x89, 0, 0, 1, 0

static void download(FILE *file)
{
    const struct package content = package_with_usim(1);
    cr_assert(peer_authenticate(&peer, &(struct peer_authentication){0}) == 0);
    cr_assert(peer_prepare(&peer, &(struct peer_preparation){0}) == 0);
    peer_bind(&peer, &(struct peer_binding){.content = &content});
    put_material(file, "server_one_time_private_key",
                 bytes_of(peer.server_scalar, sizeof(peer.server_scalar)));
    cr_assert(peer_load(&peer, PEER_CUT_LPAC).installed);
}

static void play(FILE *file)
{
    uint8_t room[256];
    struct writer data = writer_on(room, sizeof(room));
    fputs("# SELECT ISD-R\n", file);
    cr_assert(carry(file, BYTES(0x00, 0xA4, 0x04, 0x00, 0x10, ISD_R), &data) == SW_OK);
    (void)peer_ask(&peer, BYTES(0xBF, 0x3E, 0x03, 0x5C, 0x01, 0x5A), 0xBF3E);
    (void)peer_ask(&peer, BYTES(0xBF, 0x20, 0x00), 0xBF20);
    (void)peer_ask(&peer, BYTES(0xBF, 0x22, 0x00), 0xBF22);
    download(file);
    (void)peer_ask(&peer, BYTES(0xBF, 0x2D, 0x00), 0xBF2D);
    cr_assert(peer_result(&peer, CHANGE(0x31), 0xBF31) == 0);
    cr_assert(peer_result(&peer, CHANGE(0x32), 0xBF32) == 0);
    cr_assert(peer_result(&peer, BYTES(0xBF, 0x33, 0x0C, ICCID), 0xBF33) == 0);
    (void)peer_ask(&peer, BYTES(0xBF, 0x28, 0x00), 0xBF28);
    const size_t count = peer_count_notifications(&peer, 0);
    for (uint8_t number = 1; number <= count; number++)
        cr_assert(peer_result(&peer, BYTES(0xBF, 0x30, 3, 0x80, 1, number), 0xBF30) == 0);
    cr_assert(peer_count_notifications(&peer, 0) == 0);
    /* Another one, which the user postpones. */
    cr_assert(peer_authenticate(&peer, &(struct peer_authentication){0}) == 0);
    cr_assert(peer_prepare(&peer, &(struct peer_preparation){0}) == 0);
    cr_assert(peer_cancel(&peer, 1) == 0);
}

static void record(enum ec_curve curve)
{
    static struct kept kept;
    FILE *file = fopen(transcript_path(curve), "w");
    cr_assert(file != NULL);
    peer.curve = curve;
    fprintf(file, "# A download and what follows it, on %s. The keys are tests' keys.\n",
            curve == EC_P256 ? "NIST P-256" : "brainpoolP256r1");
    keep_credentials(file, &kept);
    bear(&kept);
    peer.chip.carry = carry;
    peer.chip.context = file;
    play(file);
    cr_assert(fclose(file) == 0);
}

/* Replaying */

static void read_material(struct kept *kept, const char *line)
{
    for (int i = 0; i < MATERIALS; i++) {
        const size_t len = strlen(material_names[i]);
        struct writer bytes = writer_on(kept->data[i], MATERIAL_MAX);
        if (strncmp(line, material_names[i], len) != 0 || strncmp(line + len, " = ", 3) != 0)
            continue;
        cr_assert(hex_decode(line + len + 3, &bytes));
        kept->len[i] = bytes.len;
    }
}

/* Sends a command; its answer as text. */
static const char *answer_to(const char *command)
{
    static uint8_t command_room[APDU_COMMAND_MAX], room[CARD_RESPONSE_CAPACITY];
    static char text[LINE_SIZE];
    struct writer bytes = writer_on(command_room, sizeof(command_room));
    struct writer response = writer_on(room, sizeof(room));
    cr_assert(hex_decode(command, &bytes));
    card_transmit(&card, writer_bytes(&bytes), &response);
    hex_encode(writer_bytes(&response), text);
    return text;
}

static unsigned replay(FILE *file)
{
    static struct kept kept;
    static char line[LINE_SIZE], answer[LINE_SIZE];
    unsigned commands = 0, number = 1;
    for (; fgets(line, sizeof(line), file) != NULL; number++) {
        line[strcspn(line, "\n")] = '\0';
        read_material(&kept, line);
        if (line[0] == '>') {
            if (commands++ == 0)
                bear(&kept);
            snprintf(answer, sizeof(answer), "%s", answer_to(line + 2));
        } else if (line[0] == '<') {
            cr_assert_str_eq(answer, line + 2, "line %u: %s", number, answer);
        }
    }
    return commands;
}

static void check(enum ec_curve curve)
{
    if (getenv("EMUICC_RECORD") != NULL)
        record(curve);
    else {
        FILE *file = fopen(transcript_path(curve), "r");
        cr_assert(file != NULL);
        const unsigned commands = replay(file);
        cr_assert(commands > 60, "%u commands", commands);
        fclose(file);
    }
}

Test(session, goes_as_recorded_on_p256)
{
    check(EC_P256);
}

Test(session, goes_as_recorded_on_brainpool)
{
    check(EC_BRAINPOOL_P256R1);
}
