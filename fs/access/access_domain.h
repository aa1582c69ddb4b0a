/* access_domain: what a remote application may do to files, whoever sends its commands (TS 102 226
 * §8.2.1.3.2.5). It stands in the place of the PINs that a terminal would have to present. */
#ifndef EMUICC_FS_ACCESS_ACCESS_DOMAIN_H
#define EMUICC_FS_ACCESS_ACCESS_DOMAIN_H

#include "apdu/bytes.h"

enum access_domain_kind {
    ACCESS_DOMAIN_NONE, /* no condition but "always" holds */
    ACCESS_DOMAIN_FULL, /* each holds but "never" */
    ACCESS_DOMAIN_KEYS, /* those that ask for one of the keys */
};

struct access_domain {
    enum access_domain_kind kind;
    bool adm1; /* of the keys the one whose bit is certain; the others are not granted */
};

/* The parameter of a package or an installation. What is reserved or proprietary grants nothing. */
struct access_domain access_domain_read(struct bytes parameter);
/* It holds for a condition that asks for this key reference. */
bool access_domain_has_key(const struct access_domain *domain, uint8_t reference);

#endif
