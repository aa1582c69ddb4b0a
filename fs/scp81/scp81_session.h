/* scp81_session: one connection to an administration server, whatever carries its bytes: TLS, the
 * requests and responses in it, and the scripts in those (GlobalPlatform Amendment B §3.4). */
#ifndef EMUICC_FS_SCP81_SCP81_SESSION_H
#define EMUICC_FS_SCP81_SCP81_SESSION_H

#include "fs/ota/ota_state.h"
#include "fs/scp81/scp81_parameters.h"

struct scp81_session; /* heap */

enum scp81_outcome {
    SCP81_GOES_ON,
    SCP81_DONE,   /* the server has nothing more to be done */
    SCP81_BROKEN, /* the server has another key, breaks a rule, or is gone */
};

/* ota: borrowed to the session's end; parameters are copied. 0, SW_REFERENCE_NOT_FOUND if the
 * domain has no such key, or a failure. */
int scp81_session_create(struct ota *ota, const struct domain_aid *domain,
                         const struct scp81_parameters *parameters, bool resume,
                         struct scp81_session **out);
/* Wipes and frees; NULL is fine. */
void scp81_session_destroy(struct scp81_session *session);

/* The domain has the key that these parameters name. 0 or a status word or a failure, as above. */
int scp81_session_check(struct ota *ota, const struct domain_aid *domain,
                        const struct scp81_parameters *parameters);

/* Bytes from the server; runs the script that they complete. 0, or a failure, after which what the
 * script has changed is to be undone, and the session to be ended. */
int scp81_session_receive(struct scp81_session *session, struct bytes bytes);
enum scp81_outcome scp81_session_outcome(const struct scp81_session *session);
/* Responses that have come whole. */
uint32_t scp81_session_responses(const struct scp81_session *session);

/* Bytes for the server, as psk_client has them. */
size_t scp81_session_output_len(const struct scp81_session *session);
void scp81_session_take_output(struct scp81_session *session, struct writer *out);

#endif
