/* eids: the EIDs of a farm's chips: consecutive, from the first. */
#ifndef EMUICC_CARD_FARM_EIDS_H
#define EMUICC_CARD_FARM_EIDS_H

#include "crypto/pki/pki.h"
#include "fs/births/births.h"

/* The first EID of a farm with its chips in this folder and these records: the one asked for (NULL:
 * none), the lowest in folder and records, or the first of the range of this PKI's EUM. 0, or a
 * failure after a trace line: the EID is none, or the folder's chips begin with another one. */
int eids_first(const char *chips, struct births *births, const char *pki, const char *asked,
               uint8_t eid[PKI_EID_SIZE]);

/* True if so many EIDs from this one on are in one EUM's range: their first eight digits are the
 * same. Else a trace line has said so. */
bool eids_fit_range(const uint8_t first[PKI_EID_SIZE], size_t count);

#endif
