/* chain: what a script leaves for the next one where an operator sends several that belong
 * together: where it stood among the files and which PINs it had shown, or what was under way in a
 * security domain (TS 102 226 §5.2.1). There is one chain at a time. A reset ends it, unless its
 * first script asks that it stays: then it is in the store, too. */
#ifndef EMUICC_FS_OTA_CHAIN_H
#define EMUICC_FS_OTA_CHAIN_H

#include "fs/domain/domain_context.h"
#include "fs/uicc/uicc.h"

struct chain {
    struct store *store;           /* borrowed */
    uint32_t profile;              /* 0: none is open in memory */
    bool kept;                     /* it is in the store, too, but for what was verified */
    struct domain_aid application; /* whose scripts they are */
    struct uicc_place place;       /* of one that manages files */
    uint16_t record;
    uint64_t verified;
    struct domain_context work; /* of a security domain: what is under way, and nothing else */
};

/* What a script says of itself. */
enum chain_position {
    CHAIN_FIRST = 0x01,
    CHAIN_FIRST_KEPT = 0x11, /* a reset leaves it open */
    CHAIN_MORE = 0x02,
    CHAIN_LAST = 0x03,
};
/* What is answered where that cannot be. */
enum chain_error {
    CHAIN_OK = 0,
    CHAIN_NONE_BEFORE = 0x01,
    CHAIN_NOT_SUPPORTED = 0x02,
    CHAIN_LOST = 0x03, /* what the scripts before have left is not there any more */
};

/* A script's place in a chain. Zeros: it is in none. */
struct chain_link {
    struct chain *chain; /* borrowed; NULL: there can be none */
    uint32_t profile;
    struct domain_aid application;
    bool keepable; /* what it leaves can be in the store */
    bool goes_on;  /* another is to follow */
    bool resumed;  /* others were before */
};

/* Takes the script in: an enum chain_error, or a failure (< 0). After CHAIN_OK with link->resumed,
 * what the ones before have left is in the chain. */
int chain_enter(struct chain_link *link, uint8_t position);
/* The script is over, and has put into the chain what it leaves. 0, or a failure. */
int chain_leave(const struct chain_link *link);
/* Forgets what is in memory. */
void chain_reset(struct chain *chain);

#endif
