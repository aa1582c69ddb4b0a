/* package: the smallest profile packages that the chip takes, put together by hand, with what the
 * checks after installation look at as parameters. */
#ifndef EMUICC_TESTS_ISD_R_PACKAGE_H
#define EMUICC_TESTS_ISD_R_PACKAGE_H

#include "apdu/tlv.h"

#define PACKAGE_MAX 4096
#define PACKAGE_ICCID_SIZE 10

struct package {
    uint8_t iccid[PACKAGE_ICCID_SIZE];      /* header, digits in order */
    uint8_t file_iccid[PACKAGE_ICCID_SIZE]; /* EF.ICCID, nibbles swapped */
    struct bytes imsi;                      /* EF.IMSI; empty: no USIM at all */
    struct bytes gid1;                      /* EF.GID1, service 17; empty: none */
    uint8_t algorithm;                      /* of the USIM's AKA parameters; 0: none */
    uint8_t key[16];
    size_t filling;       /* bytes of an EF that does nothing but take room */
    bool unfinished;      /* no PE-End */
    bool unknown_service; /* the header demands what the chip has not */
};

/* ICCID 89000000000000000nnn with this number; nothing else. */
struct package package_numbered(unsigned number);
/* With a USIM of network 001-01 and a Milenage key. */
struct package package_with_usim(unsigned number);
void package_put(const struct package *package, struct writer *out);

#endif
