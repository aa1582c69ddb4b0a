/* farm_folder: the folder that a benchmark with a farm works in, and whose chips are in it. */
#ifndef EMUICC_TESTS_BENCHMARKS_FARM_FOLDER_H
#define EMUICC_TESTS_BENCHMARKS_FARM_FOLDER_H

#include "crypto/pki/pki.h"

#define FARM_FOLDER_SIZE 64
typedef char farm_folder_eid[PKI_EID_DIGITS + 1];

/* A new one. It also lifts the limit of open files to the hard one. */
void farm_folder_make(char folder[FARM_FOLDER_SIZE]);
void farm_folder_remove(const char *folder);
/* Bytes of all files in it. */
double farm_folder_size(const char *folder);
/* The EIDs of the farm whose state is there, so many, in order. The caller's. */
farm_folder_eid *farm_folder_eids(const char *state, size_t count);

#endif
