/* eids: which EIDs a farm's chips have: one after the other, from the first. */
#ifndef EMUICC_CARD_FARM_EIDS_H
#define EMUICC_CARD_FARM_EIDS_H

#include "crypto/pki/pki.h"

/* The first EID of a farm whose chips stand in this folder: what is asked for (NULL: nothing), that
 * of the chips that are there, or the first of the range of this PKI's EUM. 0, or a failure after a
 * trace line: no such folder, or other chips are there. */
int eids_first(const char *chips, const char *pki, const char *asked, uint8_t eid[PKI_EID_SIZE]);

/* True if so many EIDs, from this one on, are of one EUM: their first eight digits are the same.
 * Else a trace line has said so. */
bool eids_reach(const uint8_t first[PKI_EID_SIZE], size_t count);

#endif
