#include "apdu/status.h"
#include "fs/uicc/uicc_application.h"
#include "fs/uicc/uicc_authenticate.h"
#include "fs/uicc/uicc_gba.h"

/* P2 (TS 31.102 table 7.1, TS 31.103 §7.1) */
#define SPECIFIC_REFERENCE 0x80
enum authentication_context {
    CONTEXT_GSM = 0x80,
    CONTEXT_3G = 0x81, /* of an ISIM: IMS AKA */
    CONTEXT_GBA = 0x84,
};

#define TAG_SYNCHRONISATION 0xDC

void uicc_authenticate_put_lv(struct writer *out, const uint8_t *value, size_t len)
{
    writer_put_u8(out, (uint8_t)len);
    writer_put(out, bytes_of(value, len));
}

bool uicc_authenticate_take_lv(struct bytes *from, struct bytes *out)
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
        uicc_authenticate_put_lv(response, answer->auts, answer->auts_len);
        return 0;
    default:
        return result < 0 ? result : SW_AUTHENTICATION_MAC;
    }
}

int uicc_authenticate_network(struct uicc *uicc, struct aka *aka, enum usim_purpose purpose,
                              struct bytes data, struct usim_answer *answer,
                              struct writer *response)
{
    struct bytes rand, autn;
    *answer = (struct usim_answer){0};
    if (!uicc_authenticate_take_lv(&data, &rand) || !uicc_authenticate_take_lv(&data, &autn) ||
        data.len != 0 || rand.len != USIM_RAND_SIZE || autn.len != usim_autn_len(aka))
        return SW_WRONG_LENGTH;
    const int result = usim_authenticate(aka, purpose, rand.data, autn, answer);
    return conclude(uicc, aka, result, answer, response);
}

static void put_kc(const struct usim_keys *keys, struct writer *response)
{
    uint8_t kc[USIM_KC_SIZE];
    usim_kc(keys, kc);
    uicc_authenticate_put_lv(response, kc, sizeof kc);
}

static void put_success(const struct file *adf, const struct usim_keys *keys,
                        struct writer *response)
{
    writer_put_u8(response, UICC_AUTHENTICATE_SUCCESS);
    uicc_authenticate_put_lv(response, keys->res, keys->res_len);
    uicc_authenticate_put_lv(response, keys->ck, keys->ck_len);
    uicc_authenticate_put_lv(response, keys->ik, keys->ik_len);
    if (uicc_application_has_service(adf, USIM_SERVICE_GSM_ACCESS))
        put_kc(keys, response);
}

/* TS 31.102 §7.1.2.1 */
static int authenticate_3g(struct uicc *uicc, const struct file *adf, struct aka *aka,
                           struct bytes data, struct writer *response)
{
    struct usim_answer answer;
    const int result =
        uicc_authenticate_network(uicc, aka, USIM_FOR_ACCESS, data, &answer, response);
    if (result == 0 && answer.auts_len == 0)
        put_success(adf, &answer.keys, response);
    usim_keys_wipe(&answer.keys);
    return result;
}

/* TS 31.102 §7.1.2.2 */
static int authenticate_gsm(const struct file *adf, const struct aka *aka, struct bytes data,
                            struct writer *response)
{
    struct bytes rand;
    struct usim_keys keys;
    uint8_t sres[USIM_SRES_SIZE];
    if (!uicc_application_has_service(adf, USIM_SERVICE_GSM_CONTEXT))
        return SW_SECURITY_CONTEXT;
    if (!uicc_authenticate_take_lv(&data, &rand) || data.len != 0)
        return SW_WRONG_LENGTH;
    if (rand.len != USIM_RAND_SIZE)
        return SW_WRONG_LENGTH;
    const int result = usim_derive(aka, rand.data, &keys);
    if (result == 0) {
        usim_sres(&keys, sres);
        uicc_authenticate_put_lv(response, sres, sizeof sres);
        put_kc(&keys, response);
    }
    usim_keys_wipe(&keys);
    return result;
}

/* The application whose DF is current, with parameters to authenticate with, its PIN verified. */
static int find_aka(struct uicc *uicc, const struct apdu *apdu, struct file **adf, struct aka **aka)
{
    const struct uicc_channel *channel = uicc_channel(uicc, apdu);
    *adf = uicc_application_current(channel);
    *aka = *adf != NULL ? profile_aka(uicc->profile, *adf) : NULL;
    if (*aka == NULL || !usim_is_known(*aka))
        return SW_CONDITIONS_NOT_SATISFIED;
    return uicc_application_pin_is_satisfied(uicc, channel, *adf) ? 0 : SW_SECURITY_STATUS;
}

/* TS 31.102 §7.1, TS 31.103 §7.1 */
int uicc_authenticate(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    struct file *adf;
    struct aka *aka;
    if (apdu->p1 != 0 || (apdu->p2 & SPECIFIC_REFERENCE) == 0)
        return SW_WRONG_P1_P2;
    const int result = find_aka(uicc, apdu, &adf, &aka);
    if (result != 0)
        return result;
    switch (apdu->p2) {
    case CONTEXT_GSM:
        return authenticate_gsm(adf, aka, apdu->data, response);
    case CONTEXT_3G:
        return authenticate_3g(uicc, adf, aka, apdu->data, response);
    case CONTEXT_GBA:
        return uicc_gba_authenticate(uicc, adf, aka, apdu->data, response);
    default:
        return SW_SECURITY_CONTEXT;
    }
}
