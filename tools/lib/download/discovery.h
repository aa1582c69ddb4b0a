/* discovery: what waits for the card and where, as an SM-DS tells it (SGP.22 §3.6.2, §5.8). */
#ifndef EMUICC_TOOLS_LIB_DOWNLOAD_DISCOVERY_H
#define EMUICC_TOOLS_LIB_DOWNLOAD_DISCOVERY_H

#include "tools/lib/download/session.h"

/* Opens a session with the SM-DS of the request and reads its events, all of the card's or those
 * under the matching id. `document` gets "version" and what discovery_read() gives. That there are
 * none is no fault. */
bool discovery_run(const struct session_context *context, const struct session_request *request,
                   json_t *document);

/* What the SM-DS has offered in an open session: "smdsOid"; "events", an array of {"eventId",
 * "rspServerAddress"} and, from an SM-DS of v3, "eventType" ("download", "rpm") and
 * "serviceProviderName"; "ecId", where it gives one. Of a registration for a push service
 * "pushRegistered" and, where the SM-DS says it, "pushRefreshTime". */
bool discovery_read(struct session *session, json_t *document);

#define DISCOVERY_EC_ID_MAX 32
/* Asks an SM-DS of v3 without the card whether an event waits for the one that it has given this id
 * for event checking: `document` gets "pending". */
bool discovery_check(const struct session_context *context, const char *address, struct bytes ec_id,
                     json_t *document);

#define DISCOVERY_OID_MAX 64 /* bytes, coded */
/* How an event is asked for at its server, which may be another SM-DS. `oid` holds what
 * out->smds_oid borrows. False if the event has no usable address or id. */
bool discovery_request(const json_t *event, const char *smds_oid, uint8_t oid[DISCOVERY_OID_MAX],
                       struct session_request *out);

/* The pure parts of discovery_read(): eventEntries of v2 (a JSON array), SmdsSigned2 of v3. False
 * if they are malformed. */
bool discovery_read_entries(struct bytes text, json_t *document);
bool discovery_read_signed2(struct bytes whole, struct bytes transaction_id, json_t *document);

#endif
