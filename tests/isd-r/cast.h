/* cast: profiles of every class and policy on one chip, each named by a letter: A, B, C are
 * operational, P, Q, R provisioning, T, U, V, W test profiles; B, Q, V have PPR1, C, R, W have
 * PPR2.
 */
#ifndef EMUICC_TESTS_ISD_R_CAST_H
#define EMUICC_TESTS_ISD_R_CAST_H

#include "tests/isd-r/peer.h"

#define CAST_ALL "ABCPQRTUVW" /* in order of installation */
#define CAST_NOBODY 'N'

/* Downloads them, none of them enabled. */
void cast_install(struct peer *peer);
/* F, a test profile, put there by the factory: 0 if it is. */
int cast_install_from_factory(struct peer *peer);
/* What stands for a profile in a request: its ICCID, or the AID of its ISD-P. */
void cast_put_identifier(char letter, bool by_aid, struct writer *out);
/* The profile with this ICCID; '?' if there is none of them. */
char cast_letter(struct bytes iccid);

#define CAST_NO_FLAG (-1)
/* EnableProfile, DisableProfile or DeleteProfile: 'E', 'D', 'X'. */
struct bytes cast_request(char what, char letter, int refresh_flag, bool by_aid,
                          struct writer *room);
/* Its result. */
int cast_command(struct peer *peer, char what, char letter, int refresh_flag, bool by_aid);
/* The letters of the profiles that are there, the enabled ones in brackets. Valid until the next.
 */
char *cast_shown(struct peer *peer);
/* Event (e, d, x) and profile of each notification but those of installations, which must come in
 * the order of their numbers. Valid until the next. */
char *cast_told(struct peer *peer);

#endif
