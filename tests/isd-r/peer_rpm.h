/* peer_rpm: the SM-DP+'s part of remote profile management: signs a package, verifies its result.
 */
#ifndef EMUICC_TESTS_ISD_R_PEER_RPM_H
#define EMUICC_TESTS_ISD_R_PEER_RPM_H

#include "tests/isd-r/peer.h"

/* One RpmCommand: its tag, the ICCID of its profile (empty: none), what follows that. */
void peer_put_rpm_command(uint32_t tag, struct bytes iccid, struct bytes rest, bool continues,
                          struct writer *out);
/* RpmConfiguration: this server may do all there is with the profile, and update its name. */
void peer_put_rpm_configuration(const struct peer *peer, struct writer *out);

/* What may be bent in LoadRpmPackage. All zero: nothing. */
struct peer_rpm_request {
    struct bytes package;            /* the RpmCommands, one after the other */
    const struct pki_entity *signer; /* NULL: DPauth */
    bool wrong_transaction_id, wrong_signature, without_signature1;
};
void peer_put_rpm(struct peer *peer, const struct peer_rpm_request *bent, struct writer *out);

struct peer_rpm_result {
    bool is_signed;
    int error;            /* LoadRpmPackageErrorCodeSigned or LoadRpmPackageErrorCodeNotSigned */
    struct bytes results; /* RpmCommandResults */
    uint32_t sequence;    /* of the notification */
};
/* The value of LoadRpmPackageResultSigned, verified. */
struct peer_rpm_result peer_read_rpm_result(const struct peer *peer, struct bytes value);
/* Sends it, which must be answered. */
struct peer_rpm_result peer_load_rpm(struct peer *peer, const struct peer_rpm_request *bent);

#endif
