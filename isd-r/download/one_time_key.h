/* one_time_key: the key pair of a prepared download that no package has used yet. It is kept over
 * a reset with the OID of the SM-DP+ it was made for, so that the server may name it again and need
 * not bind its package anew (SGP.22 §3.1.3, §5.7.5). One at a time. */
#ifndef EMUICC_ISD_R_DOWNLOAD_ONE_TIME_KEY_H
#define EMUICC_ISD_R_DOWNLOAD_ONE_TIME_KEY_H

#include "crypto/primitives/ec.h"
#include "fs/store/store.h"

int one_time_key_keep(struct store *store, struct bytes server_oid, const struct ec_private *key);
/* The kept pair, if it was made for this server and its public point is the one named: 0 with *out,
 * which is NULL otherwise; or a failure. */
int one_time_key_find(struct store *store, struct bytes server_oid, struct bytes point,
                      struct ec_private **out);
int one_time_key_forget(struct store *store);

#endif
