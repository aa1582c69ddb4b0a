/* eim_configuration: EimConfigurationData, what a chip knows of an eIM (SGP.32 §2.11.1.1.1), and
 * the request that gives a chip its first one (§5.9.4).
 *
 * Keys and certificates stand in A5 and A6 in one of two codings: as ASN.1 has it, the CHOICE's tag
 * replaces that of the SEQUENCE; or nested, the whole object inside, as chips in production show.
 * Both are read; the first one is written unless `nested` asks for the other. */
#ifndef EMUICC_TOOLS_LIB_IOT_EIM_CONFIGURATION_H
#define EMUICC_TOOLS_LIB_IOT_EIM_CONFIGURATION_H

#include <jansson.h>

#include "crypto/primitives/ec.h"
#include "apdu/tlv.h"

#define EIM_CONFIGURATION_ID_MAX 128
#define EIM_CONFIGURATION_ADDRESS_MAX 255
#define EIM_CONFIGURATION_COUNTER_MAX 8388607 /* 0x7FFFFF */
#define EIM_CONFIGURATION_DRAW_TOKEN (-1)     /* the chip is to draw one */
#define EIM_CONFIGURATION_SIZE 4096           /* bytes of room for one with two certificates */

enum eim_id_type {
    EIM_ID_NONE = 0, /* not said */
    EIM_ID_OID = 1,
    EIM_ID_FQDN = 2,
    EIM_ID_PROPRIETARY = 3,
};

/* eimSupportedProtocol */
#define EIM_PROTOCOL_RETRIEVE_HTTPS (1u << 0)
#define EIM_PROTOCOL_RETRIEVE_COAPS (1u << 1)
#define EIM_PROTOCOL_RETRIEVE_COAPS (1u << 1)
#define EIM_PROTOCOL_INJECT_HTTPS (1u << 2)
#define EIM_PROTOCOL_INJECT_COAPS (1u << 3)
#define EIM_PROTOCOL_PROPRIETARY (1u << 4)

/* The slices borrow. A field that is empty, or false in its has_…, is absent. */
struct eim_configuration {
    struct bytes id, fqdn;
    enum eim_id_type id_type;
    bool has_counter, has_token;
    uint32_t counter;
    int64_t token;
    struct bytes key, certificate;         /* SubjectPublicKeyInfo or Certificate, whole: 30 … */
    struct bytes tls_key, tls_certificate; /* likewise */
    bool has_protocols;
    uint32_t protocols; /* EIM_PROTOCOL_* */
    struct bytes ci_key_id;
    bool indirect_download;
    bool nested; /* how keys and certificates are coded */
};

/* EimConfigurationData, 30 whole, appended. */
void eim_configuration_put(const struct eim_configuration *configuration, struct writer *out);
/* AddInitialEimRequest, BF57 whole, with one entry. */
void eim_configuration_put_request(const struct eim_configuration *configuration,
                                   struct writer *out);

/* Reads the content of an EimConfigurationData. Keys of the first coding are made whole again in
 * `room`, which out then borrows from besides. False if it is malformed. */
bool eim_configuration_read(struct bytes content, struct writer *room,
                            struct eim_configuration *out);
/* The key that the eIM signs with: the configuration's own, or its certificate's. False if it has
 * none that can be read. */
bool eim_configuration_key(const struct eim_configuration *configuration, enum ec_curve *curve,
                           struct bytes *point);

/* The content of an EimConfigurationData out of JSON: {"eimConfigurationData": DER in hexadecimal
 * digits}, or one member a field: eimId, eimFqdn, eimIdType, counterValue, associationToken,
 * eimPublicKey, eimCertificate, trustedEimPkTls, trustedCertificateTls (DER in hexadecimal digits),
 * euiccCiPKId, indirectProfileDownload. False with what is wrong in detail. */
bool eim_configuration_from_json(const json_t *object, struct writer *out, char *detail,
                                 size_t size);

#endif
