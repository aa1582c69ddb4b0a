/* profile_list: GetProfilesInfo's list, by LPAs, IPAs and the packages of eIMs (SGP.22 §5.7.15,
 * SGP.32 §5.9.14). */
#ifndef EMUICC_ISD_R_PROFILES_PROFILE_LIST_H
#define EMUICC_ISD_R_PROFILES_PROFILE_LIST_H

#include "isd-r/info/euicc_info.h"
#include "isd-r/profiles/registry.h"

/* Which profiles are asked for, and what of them. Borrows from the request. */
struct profile_list {
    struct tlv criterion; /* tag 0: all */
    uint32_t class;
    struct bytes tag_list;
};
/* The value of a ProfileInfoListRequest; false if it is none. */
bool profile_list_parse(struct bytes request, struct profile_list *out);
/* Appends a ProfileInfo for each. */
void profile_list_put(const struct profile_list *list, const struct registry *registry,
                      const struct euicc_info *info, struct writer *out);

#endif
