/* es10c: profile management by the user (SGP.22 §5.7.15 to §5.7.21). False after a fault that bears
 * the card's error code. */
#ifndef EMUICC_TOOLS_LIB_ES10_ES10C_H
#define EMUICC_TOOLS_LIB_ES10_ES10C_H

#include "tools/lib/es10/es10.h"
#include "tools/lib/es10/profile_id.h"

#define ES10C_EID_LEN 16

/* What to ask of profiles: ICCID, AID, state, nickname, provider, name, class, notifications,
 * owner, policy rules, access rules for apps: all but the icon, which would be most of the answer.
 */
#define ES10C_TAGS                                                                                 \
    BYTES(0x5A, 0x4F, 0x9F, 0x70, 0x90, 0x91, 0x92, 0x95, 0xB6, 0xB7, 0x99, 0xBF, 0x76)
/* With what v3 has added, for a card that knows these tags. */
#define ES10C_TAGS_V3                                                                              \
    BYTES(0x5A, 0x4F, 0x9F, 0x70, 0x90, 0x91, 0x92, 0x95, 0xB6, 0xB7, 0x99, 0xBA, 0x9B, 0xBC,      \
          0xBD, 0x9F, 0x1F, 0xBF, 0x20, 0x9F, 0x25, 0xBF, 0x76)
/* *list: the ProfileInfo elements (E3), valid until the next call. `only`: one profile; NULL: all.
 */
bool es10c_get_profiles_info(struct es10 *es10, const struct profile_id *only, struct bytes tags,
                             struct bytes *list);

/* refresh: the card asks the device for a REFRESH. */
bool es10c_enable_profile(struct es10 *es10, const struct profile_id *id, bool refresh);
bool es10c_disable_profile(struct es10 *es10, const struct profile_id *id, bool refresh);
bool es10c_delete_profile(struct es10 *es10, const struct profile_id *id);
/* iccid: as EF.ICCID holds it; nickname: UTF-8, empty to remove it. */
bool es10c_set_nickname(struct es10 *es10, struct bytes iccid, struct bytes nickname);
bool es10c_get_eid(struct es10 *es10, uint8_t eid[ES10C_EID_LEN]);

#endif
