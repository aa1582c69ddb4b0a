/* personality: which chip this is, as a commented text of `key = value`. One table names the keys;
 * what a text does not name is as the default chip has it. */
#ifndef EMUICC_CARD_PERSONALITY_PERSONALITY_H
#define EMUICC_CARD_PERSONALITY_PERSONALITY_H

#include "card/personality/atr.h"
#include "card/personality/dialect.h"
#include "card/fault/timing.h"
#include "fs/domain/domain_context.h"
#include "fs/toolkit/proactive.h"
#include "fs/saip/saip.h"
#include "fs/uicc/uicc.h"
#include "isd-r/info/euicc_info.h"
#include "isd-r/isd_r.h"
#include "isd-r/profiles/rules.h"

#define PERSONALITY_TEXT_MAX (1 << 15) /* bytes of a whole text */
#define PERSONALITY_MEMORY 4096        /* bytes of all texts among the values */
#define PERSONALITY_PROFILES_MAX 16

/* What each room takes. Points into itself: not to be copied. */
struct personality {
    struct isd_r_settings settings;
    struct euicc_info info;
    struct saip_platform platform;
    struct proactive_settings proactive;
    struct domain_settings domains;
    struct uicc_settings uicc;
    struct dialect dialect;
    int variant; /* enum pki_variant of a chip of v3's second chain; < 0 for none */
    int blank;   /* what a chip with no enabled profile shows: < 0 for nothing */
    struct atr atr;
    struct timing timing;
    bool has_eid;
    uint8_t eid[CREDENTIALS_EID_SIZE];
    const char *profiles[PERSONALITY_PROFILES_MAX]; /* on first start, see factory.h */
    size_t profile_count;
    uint8_t rules[RULES_TABLE_MAX];
    struct euicc_info_change changes[EUICC_INFO_CHANGES_MAX];
    uint8_t memory[PERSONALITY_MEMORY]; /* what values borrow */
    size_t memory_len;
};

/* The chip as it comes by default. */
void personality_init(struct personality *personality);

/* Reads a text over an initial personality: 0, or a failure after one trace line that says what is
 * wrong, with the name and the line. Then the personality is half read. */
int personality_read(struct personality *personality, const char *name, struct bytes text);

/* Both are the same card to whoever looks for one: the applications bear the same AIDs. */
bool personality_same_card(const struct personality *one, const struct personality *other);

#endif
