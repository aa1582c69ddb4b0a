/* operator_id: OperatorId, whose a profile is: an operator's network, and groups within it (SGP.22
 * §2.4a.1.2, Annex H). */
#ifndef EMUICC_ISD_R_PROFILES_OPERATOR_ID_H
#define EMUICC_ISD_R_PROFILES_OPERATOR_ID_H

#include "apdu/tlv.h"

/* The slices borrow. */
struct operator_id {
    struct bytes mcc_mnc;    /* 3 bytes, as EF.PLMN codes them */
    struct bytes gid1, gid2; /* data is NULL when absent */
};
bool operator_id_parse(struct bytes value, struct operator_id *out);

#endif
