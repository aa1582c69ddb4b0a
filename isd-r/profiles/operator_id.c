#include "isd-r/profiles/operator_id.h"

#define MCC_MNC_SIZE 3
#define TAG_MCC_MNC 0x80
#define TAG_GID1 0x81
#define TAG_GID2 0x82

bool operator_id_parse(struct bytes value, struct operator_id *out)
{
    struct tlv mcc_mnc, gid1, gid2;
    if (!tlv_take_tag(&value, TAG_MCC_MNC, &mcc_mnc) || mcc_mnc.value.len != MCC_MNC_SIZE ||
        !tlv_take_optional(&value, TAG_GID1, &gid1) || !tlv_take_optional(&value, TAG_GID2, &gid2))
        return false;
    *out = (struct operator_id){mcc_mnc.value, gid1.value, gid2.value};
    return true;
}
