/* tag_list: tags one after the other, by which somebody names elements (tagList, '5C'). */
#ifndef EMUICC_ISD_R_INFO_TAG_LIST_H
#define EMUICC_ISD_R_INFO_TAG_LIST_H

#include "apdu/tlv.h"

/* Takes the next tag; false at the end and where no tag is. */
bool tag_list_take(struct bytes *list, uint32_t *tag);
/* Nothing but whole tags; an empty list is one. */
bool tag_list_is_one(struct bytes list);
bool tag_list_has(struct bytes list, uint32_t tag);

#endif
