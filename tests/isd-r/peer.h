/* peer: LPA and SM-DP+ in one, played against a chip by the specification and with crypto/ alone;
 * nothing of isd-r but its STORE DATA. What it sends can be bent; what it gets it verifies. */
#ifndef EMUICC_TESTS_ISD_R_PEER_H
#define EMUICC_TESTS_ISD_R_PEER_H

#include "tests/isd-r/chip.h"
#include "tests/isd-r/package.h"

#include "crypto/primitives/bsp.h"
#include "crypto/pki/pki.h"

#define PEER_ADDRESS "testsmdpplus1.example.com"
#define PEER_RESPONSE_MAX 65536
#define PEER_BPP_MAX 131072
#define PEER_TRANSACTION_ID_MAX 16

struct peer {
    char folder[64];
    struct random random;
    enum ec_curve curve; /* of the session */
    struct pki_entity pki[EC_CURVES][PKI_NAMES];
    bool has_curve[EC_CURVES];
    const struct pki_chain *signer; /* which the chip is to sign by; NULL: Variant O */
    struct chip chip;
    size_t block; /* size of STORE DATA blocks */
    bool v3;      /* peer_download() is in a session of v3 */

    uint8_t response_room[PEER_RESPONSE_MAX];
    struct writer response;

    uint8_t challenge[16], server_challenge[16];
    uint8_t transaction_id[PEER_TRANSACTION_ID_MAX];
    size_t transaction_id_len;
    uint8_t signature1[EC_SIGNATURE_SIZE];      /* euiccSignature1 */
    uint8_t smdp_signature2[EC_SIGNATURE_SIZE]; /* smdpSignature2 */
    uint8_t one_time_point[EC_POINT_SIZE];      /* otPK.EUICC.ECKA */

    uint8_t bpp_room[PEER_BPP_MAX];
    struct writer bpp;
    uint8_t server_scalar[EC_SCALAR_SIZE]; /* otSK.DP.ECKA, with which it was bound */
};

/* A folder, a PKI on these curves, a chip made with it. The first curve is the session's. */
void peer_start(struct peer *peer, const enum ec_curve *curves, size_t count);
/* The same with keys that follow from another seed. */
void peer_start_seeded(struct peer *peer, struct bytes seed, const enum ec_curve *curves,
                       size_t count);
void peer_stop(struct peer *peer);
void peer_restart_chip(struct peer *peer); /* the plug is pulled */
/* From now on the chip is one that was made so (borrowed). */
void peer_become(struct peer *peer, const struct isd_r_settings *settings);
const struct pki_entity *peer_entity(const struct peer *peer, enum pki_name name);

/* Sends a function; the answer is in peer->response. */
uint16_t peer_call(struct peer *peer, struct bytes request);
/* As peer_call(), which must succeed: the value of the answer's element with this tag. */
struct bytes peer_ask(struct peer *peer, struct bytes request, uint32_t tag);
/* The result of an answer { 80 result }. */
int peer_result(struct peer *peer, struct bytes request, uint32_t tag);

/* What a server of v3 says and shows besides. */
struct peer_v3 {
    struct bytes issuers, lists; /* values of otherCertsInChain and crlList; empty: left out */
    struct bytes ci_key_id;      /* euiccCiPKIdToBeUsedV3; empty: left out */
    bool stapled;                /* crlStaplingV3Used */
    bool no_ci_key_id;           /* euiccCiPKIdToBeUsed is left out */
    bool no_transaction_id, no_context, bad_svn;
    uint32_t capability; /* serverRspCapability beside CRL stapling */
    struct bytes svn;    /* serverSvn; empty: 3.1.0 */
};
/* What may be bent in AuthenticateServer. All zero: nothing. */
struct peer_authentication {
    const struct pki_entity *server; /* whose certificate; NULL: DPauth */
    const struct pki_entity *signer; /* whose key; NULL: the server's */
    struct bytes certificate;        /* instead of the server's */
    struct bytes ci_key_id;          /* instead of the CI's */
    struct bytes ctx_params1;        /* instead of a plain one */
    struct bytes server_address;     /* instead of PEER_ADDRESS */
    bool without_challenge, wrong_challenge, wrong_signature, short_server_challenge;
    bool v3;                    /* sessionContext and serverRspCapability */
    const struct peer_v3 *more; /* NULL: nothing */
};
/* From GetEUICCChallenge to the verified answer. 0, or the AuthenticateErrorCode. */
int peer_authenticate(struct peer *peer, const struct peer_authentication *bent);
/* The request alone; `out` is written from its start. */
void peer_put_authentication(struct peer *peer, const struct peer_authentication *bent,
                             struct writer *out);

struct peer_preparation {
    const struct pki_entity *server; /* NULL: DPpb */
    const struct pki_entity *signer;
    struct bytes certificate;
    struct bytes one_time_key; /* bppEuiccOtpk */
    bool wrong_transaction_id, wrong_signature, without_signature1;
    bool cc_required, with_hash_cc;
};
/* 0, or the DownloadErrorCode. */
int peer_prepare(struct peer *peer, const struct peer_preparation *bent);
/* The request alone. */
void peer_put_preparation(struct peer *peer, const struct peer_preparation *bent,
                          struct writer *out);

/* 0 with a signature that verifies, or the cancelSessionResponseError. */
int peer_cancel(struct peer *peer, uint8_t reason);

struct peer_binding {
    uint8_t remote_operation, key_type, key_len; /* 0: the right ones */
    size_t host_id_len;                          /* 0: 8 */
    bool wrong_transaction_id, wrong_signature, wrong_point;
    struct bytes configuration, metadata, keys, package; /* plain, instead of the usual */
    unsigned metadata_class;                             /* profileClass + 1; 0: left out */
    struct bytes owner;                                  /* value of B7 */
    struct bytes rules;                                  /* value of 99 */
    const struct package *content;                       /* NULL: number 1 */
    const struct pki_entity *signer;                     /* NULL: DPpb */
    bool session_keys;                                   /* no ReplaceSessionKeys */
    bool split_configuration;                            /* in two '87' */
    size_t segment;     /* plain bytes of each '86'; 0: as much as fits */
    uint8_t corrupt;    /* tag of a segment (87, 88, 86; 8A: the second 87) whose MAC is wrong */
    bool short_segment; /* the first '86' is too short to hold a MAC */
    size_t excess;      /* bytes that follow the package's last element within its length */
    bool no_elements;   /* A3 is empty */
};
/* Binds a package to the prepared session: peer->bpp. */
void peer_bind(struct peer *peer, const struct peer_binding *bent);

/* ProfileInstallationResult, verified. */
struct peer_outcome {
    bool answered;
    bool installed;
    int command, reason; /* of a refusal */
    uint8_t aid[16];
    size_t aid_len;
    uint32_t sequence;
    uint8_t iccid[PACKAGE_ICCID_SIZE];
    size_t iccid_len;
    bool has_pe_response;
};
struct peer_outcome peer_read_outcome(struct peer *peer, struct bytes pir);

/* Ways in which LPAs cut a package into STORE DATA commands. */
enum peer_cut {
    PEER_CUT_LPAC,     /* whole A0, header-only A1 and A3, whole A2 */
    PEER_CUT_EUICC_GO, /* A0 and A2 headers with their first 87 */
    PEER_CUT_ONE,      /* one command */
    PEER_CUT_BYTES,    /* a byte a command */
    PEER_CUTS,
};
/* How long the command at the front of rest is; rest is what remains of `whole`. */
size_t peer_cut_len(enum peer_cut cut, struct bytes whole, struct bytes rest);
/* Carries peer->bpp to the chip; nothing may be answered before the last command or an error. */
struct peer_outcome peer_load(struct peer *peer, enum peer_cut cut);

/* All of it, which must succeed. */
struct peer_outcome peer_download(struct peer *peer, const struct peer_binding *binding);

/* How many notifications there are of these events (0: all), each of them verified. */
size_t peer_count_notifications(struct peer *peer, uint32_t events);
/* By this server's key; wrong: not quite. */
void peer_sign(struct peer *peer, const struct pki_entity *signer, const struct bytes *parts,
               size_t count, bool wrong, uint8_t signature[EC_SIGNATURE_SIZE]);
/* Fails the test unless the chip has signed these. */
void peer_assert_signed(const struct peer *peer, const struct bytes *parts, size_t count,
                        struct bytes signature);
/* Bytes of the element with this tag anywhere below; fails the test if absent. */
struct bytes peer_find(struct bytes in, uint32_t tag);

#endif
