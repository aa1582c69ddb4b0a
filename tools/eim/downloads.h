/* downloads: profile downloads that go through this eIM, kept beyond their sessions: the chip's
 * result may come much later, and in a form that leaves out what the eIM knows. */
#ifndef EMUICC_TOOLS_EIM_DOWNLOADS_H
#define EMUICC_TOOLS_EIM_DOWNLOADS_H

#include "fs/profile/iccid.h"
#include "tools/eim/chips.h"

#define DOWNLOADS_ADDRESS_SIZE 256
#define DOWNLOADS_TRANSACTION_MAX 16
#define DOWNLOADS_OID_MAX 32

struct download {
    uint8_t transaction_id[DOWNLOADS_TRANSACTION_MAX]; /* the SM-DP+'s */
    size_t transaction_len;
    char eid[CHIPS_EID_SIZE]; /* "": not known */
    int64_t order;            /* 0: of none */
    char address[DOWNLOADS_ADDRESS_SIZE];
    uint8_t oid[DOWNLOADS_OID_MAX]; /* of CERT.DPpb */
    size_t oid_len;
    uint8_t iccid[ICCID_SIZE]; /* as EF.ICCID has it */
    bool has_iccid;
};

/* 0 or a failure. One with the same transaction id is replaced. */
int downloads_keep(struct database *database, const struct download *download, int64_t now);
/* 0, 1 if there is none, or a failure. */
int downloads_find(struct database *database, struct bytes transaction_id, struct download *out);
/* The same by the profile that it is of, as EF.ICCID has it: the latest. */
int downloads_find_profile(struct database *database, struct bytes iccid, struct download *out);
/* An IPA of v1.0 does not say which order it serves: it is the one that its chip works on. answer:
 * its AuthenticateServerResponse, BF38 whole, after the SM-DP+ has believed it. 0, also where there
 * is none, or a failure. */
int downloads_find_order(struct database *database, struct bytes answer, int64_t now,
                         struct download *download);

#endif
