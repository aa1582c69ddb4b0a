/* stapling: the revocation lists that a server of v3 sends along with its chain (SGP.22 v3 §4.6,
 * §5.7.13): one from each issuer in it, whole, signed, of a time. */
#ifndef EMUICC_ISD_R_SESSION_STAPLING_H
#define EMUICC_ISD_R_SESSION_STAPLING_H

#include "crypto/pki/certificate.h"
#include "isd-r/session/server_auth_result.h"

/* Checks a chain, the server's certificate first, against crlList's content. The chain itself has
 * been verified. */
enum server_auth_result stapling_check(const struct certificate *chain, size_t count,
                                       const struct certificate *root, struct bytes lists);

#endif
