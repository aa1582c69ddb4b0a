/* inventory_iot: what an IoT eUICC of SGP.32 keeps beside its profiles, as JSON, and set in a chip
 * at rest: eIMs with their counters and tokens, package results, and which profile may be gone back
 * to. The names are those under which the store keeps them. */
#ifndef EMUICC_FS_TEXT_INVENTORY_IOT_H
#define EMUICC_FS_TEXT_INVENTORY_IOT_H

#include "fs/store/store.h"

#define INVENTORY_IOT_EIM "iot/eim/"          /* and four digits: EimConfigurationData, whole */
#define INVENTORY_IOT_LAST_TOKEN "iot/token"  /* 4 bytes: the last number that was drawn */
#define INVENTORY_IOT_ROLLBACK "iot/rollback" /* ICCID as in EF.ICCID, or empty; */
#define INVENTORY_IOT_BEFORE_FALLBACK "iot/before-fallback" /* the same; */
#define INVENTORY_IOT_EMERGENCY "iot/emergency"             /* the same; zeros: none was enabled */
#define INVENTORY_IOT_ROLLBACK_NUMBERS "iot/rollback-numbers" /* result, first notification */
#define INVENTORY_IOT_IMMEDIATE "iot/immediate-enable" /* ConfigureImmediateProfileEnabling */
#define INVENTORY_IOT_CONNECTIVITY "iot/connectivity/" /* and a profile's id: httpParams */
#define INVENTORY_IOT_FALLBACK "registry/fallback"     /* ICCID of who has the attribute */
#define INVENTORY_IOT_RESULT 31 /* operation of a package result among the notifications */

/* {"eims": [{"id", "fqdn", "counter", "token", "ci"}], "token", "results": [{"number", "eim",
 * "counter"}], "rollback", "before fallback", "emergency", "before emergency", "fallback",
 * "immediate enabling"}. 0 or a failure. */
int inventory_iot_show(struct store *store, struct writer *out);

/* Applies a line "WHAT = VALUE": counter ID = NUMBER, token ID = NUMBER or none, and rollback,
 * before-fallback, emergency, fallback = ICCID or none, emergency also off, connectivity ICCID =
 * HEX or none. The text is taken apart. *wrong: NULL, or what is wrong with it, and nothing is
 * changed. To be committed. 0 or a failure. */
int inventory_iot_set(struct store *store, char *line, const char **wrong);
/* What can be said, a line each. */
extern const char inventory_iot_words[];

#endif
