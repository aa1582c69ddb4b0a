/* immediate: whether a profile that has been downloaded may be enabled at once, without a package
 * of an eIM (SGP.32 §5.9.15, §5.9.17): what is configured, and the download that it is asked of. */
#ifndef EMUICC_ISD_R_IOT_IMMEDIATE_H
#define EMUICC_ISD_R_IOT_IMMEDIATE_H

#include "fs/store/store.h"
#include "isd-r/profiles/metadata.h"
#include "isd-r/session/rsp_session.h"

/* The last download, from its result until the next session or a reset. */
struct immediate_download {
    bool finished;
    uint8_t iccid[METADATA_ICCID_SIZE];
    uint8_t oid[SERVER_AUTH_OID_MAX]; /* of the SM-DP+ */
    uint8_t oid_len;
    uint8_t address[RSP_ADDRESS_MAX];
    uint8_t address_len;
};
/* Who the session is with; then, the profile that it has brought. */
void immediate_download_begin(struct immediate_download *download,
                              const struct rsp_session *session);
void immediate_download_finish(struct immediate_download *download,
                               const uint8_t iccid[METADATA_ICCID_SIZE]);

/* What may be configured: flag, OID and address, each if it is there. */
#define IMMEDIATE_CONFIGURATION_MAX 512
bool immediate_is_configuration(struct bytes content);
/* Takes the place of what was configured. To be committed. */
int immediate_configure(struct store *store, struct bytes content);
int immediate_forget(struct store *store, bool *there_was);

/* *allowed: the flag is set, and OID and address, where configured, are the download's. */
int immediate_allows(struct store *store, const struct immediate_download *download, bool *allowed);
/* *set: the flag is. */
int immediate_is_set(struct store *store, bool *set);

#endif
