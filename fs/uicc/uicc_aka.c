#include "fs/uicc/uicc_aka.h"

#include "apdu/status.h"

#define TAG_SYNCHRONISATION 0xDC

void uicc_aka_put_lv(struct writer *out, const uint8_t *value, size_t len)
{
    writer_put_u8(out, (uint8_t)len);
    writer_put(out, bytes_of(value, len));
}

bool uicc_aka_take_lv(struct bytes *from, struct bytes *out)
{
    uint8_t len;
    return bytes_take_u8(from, &len) && bytes_take(from, len, out);
}

/* A new sequence number is in the store before the answer goes out. */
static int conclude(struct uicc *uicc, struct aka *aka, int result,
                    const struct usim_answer *answer, struct writer *response)
{
    switch (result) {
    case USIM_OK:
        return answer->sqn_changed ? uicc_keep_aka(uicc, aka) : 0;
    case USIM_NOT_FRESH:
        writer_put_u8(response, TAG_SYNCHRONISATION);
        uicc_aka_put_lv(response, answer->auts, answer->auts_len);
        return 0;
    default:
        return result < 0 ? result : SW_AUTHENTICATION_MAC;
    }
}

int uicc_aka_network(struct uicc *uicc, struct aka *aka, enum usim_purpose purpose,
                     struct bytes data, struct usim_answer *answer, struct writer *response)
{
    struct bytes rand, autn;
    *answer = (struct usim_answer){0};
    if (!uicc_aka_take_lv(&data, &rand) || !uicc_aka_take_lv(&data, &autn) || data.len != 0 ||
        rand.len != USIM_RAND_SIZE || autn.len != usim_autn_len(aka))
        return SW_WRONG_LENGTH;
    const int result = usim_authenticate(aka, purpose, rand.data, autn, answer);
    return conclude(uicc, aka, result, answer, response);
}
