/* personality_value: the kinds of values that keys of a personality have. Each is a
 * personality_reader; the type of the field at the row's offset stands beside it. */
#ifndef EMUICC_CARD_PERSONALITY_PERSONALITY_VALUE_H
#define EMUICC_CARD_PERSONALITY_PERSONALITY_VALUE_H

#include "card/personality/personality.h"

struct personality_row;

/* Reads one value (a text without blanks around it) into the personality: false if it is none.
 * again: the key has been there before in this text (repeatable ones only). */
typedef bool personality_reader(struct personality *personality, const struct personality_row *row,
                                const char *value, bool again);

struct personality_row {
    const char *key;
    personality_reader *read;
    size_t offset;            /* of the value in struct personality */
    uint32_t limit;           /* greatest number, most characters or bytes */
    bool optional;            /* `none` is a value: the chip does not have it */
    bool repeatable;          /* the first line replaces the default, each further one adds */
    const char *const *words; /* names of bits 0, 1, …, or of numbers; NULL ends, "" is nameless */
    const char *form;         /* what a value looks like */
    const char *help;
};

personality_reader personality_value_version;  /* uint8_t[EUICC_INFO_VERSION_SIZE]; none: zeros */
personality_reader personality_value_range;    /* struct euicc_info: svn and highest_svn */
personality_reader personality_value_versions; /* additional_packages and their count */
personality_reader personality_value_package;  /* struct saip_platform: major and minor */
personality_reader personality_value_bits;     /* uint32_t */
personality_reader personality_value_category; /* int; none: -1 */
personality_reader personality_value_number;   /* uint32_t */
personality_reader personality_value_size32;   /* uint32_t */
personality_reader personality_value_size64;   /* uint64_t */
personality_reader personality_value_text;     /* const char *, UTF-8; none: NULL */
personality_reader personality_value_bytes;    /* struct bytes; none: empty */

/* A change of EUICCInfo1 or EUICCInfo2, as the row's limit says; kept in personality->changes. */
personality_reader personality_value_change;

personality_reader personality_value_atr;        /* struct atr */
personality_reader personality_value_historical; /* struct atr */
personality_reader personality_value_eid;        /* the EID, with has_eid */
personality_reader personality_value_aid;        /* struct isd_r_aid; none: of length 0 */
personality_reader personality_value_aids;       /* struct isd_r_settings: aids and aid_count */
personality_reader personality_value_timing;     /* struct timing: real */
personality_reader personality_value_cost;       /* struct timing: one of its costs */
personality_reader personality_value_key;        /* struct domain_settings: keys and key_count */
personality_reader personality_value_rule;       /* struct bytes, kept in personality->rules */
personality_reader personality_value_profile;    /* profiles and profile_count */

/* The text as the personality's own; NULL if there is no room. */
const char *personality_value_keep(struct personality *personality, const char *text);
/* True if the row lets the value be `none`, and it is. */
bool personality_value_is_none(const struct personality_row *row, const char *value);
/* The bits of words with commas; false if one is unknown. */
bool personality_value_to_bits(const struct personality_row *row, struct bytes words,
                               uint32_t *bits);

#endif
