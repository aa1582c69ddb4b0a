/* ef_say: what the sources of ef_words share. Private to the folder. */
#ifndef EMUICC_FS_FILES_EF_SAY_H
#define EMUICC_FS_FILES_EF_SAY_H

#include "apdu/bytes.h"

/* One label with its value, which is cut when it is very long. */
__attribute__((format(printf, 3, 4))) void ef_say(struct writer *out, const char *label,
                                                  const char *format, ...);
/* Text in the alphabet of an alpha identifier: GSM 7 bit, or UCS2 behind 80 (TS 102 221 Annex A),
 * up to its filling. */
void ef_say_alpha(struct writer *out, const char *label, struct bytes alpha);
/* Bytes as digits. */
void ef_say_hex(struct writer *out, const char *label, struct bytes bytes);

/* Content of a file, or of a record. */
typedef void ef_words(struct bytes content, struct writer *out);
ef_words ef_words_plmn_list, ef_words_plmn_act, ef_words_loci, ef_words_psloci, ef_words_epsloci,
    ef_words_5gsloci, ef_words_suci, ef_words_ad, ef_words_routing;
ef_words ef_words_ust, ef_words_est, ef_words_ist;

#endif
