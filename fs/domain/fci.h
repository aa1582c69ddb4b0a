/* fci: what SELECT by AID answers for a security domain (GlobalPlatform §11.9.3.1). */
#ifndef EMUICC_FS_DOMAIN_FCI_H
#define EMUICC_FS_DOMAIN_FCI_H

#include "apdu/apdu.h"
#include "apdu/tlv.h"

struct fci {
    struct bytes aid;
    struct bytes extra; /* elements of the application's own that follow the rest */
};

/* asked_for is this AID, or its front from the registered provider's id on. */
bool fci_matches(struct bytes aid, struct bytes asked_for);
/* The FCI that P2 asks for. 0, or SW_WRONG_P1_P2 if it asks for something else. */
int fci_answer(const struct fci *fci, const struct apdu *select, struct writer *response);

#endif
