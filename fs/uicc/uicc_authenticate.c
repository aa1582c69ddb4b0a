/* AUTHENTICATE in its contexts (TS 31.102 §7.1, TS 31.103 §7.1). */
#include "apdu/status.h"
#include "fs/uicc/uicc_application.h"
#include "fs/usim/usim_service.h"
#include "fs/uicc/uicc_aka.h"
#include "fs/uicc/uicc_commands.h"
#include "fs/uicc/uicc_gba.h"

/* P2 (TS 31.102 table 7.1, TS 31.103 §7.1) */
#define SPECIFIC_REFERENCE 0x80
enum authentication_context {
    CONTEXT_GSM = 0x80,
    CONTEXT_3G = 0x81, /* of an ISIM: IMS AKA */
    CONTEXT_GBA = 0x84,
};

static void put_kc(const struct usim_keys *keys, struct writer *response)
{
    uint8_t kc[USIM_KC_SIZE];
    usim_kc(keys, kc);
    uicc_aka_put_lv(response, kc, sizeof kc);
}

static void put_success(const struct file *adf, const struct usim_keys *keys,
                        struct writer *response)
{
    writer_put_u8(response, UICC_AKA_SUCCESS);
    uicc_aka_put_lv(response, keys->res, keys->res_len);
    uicc_aka_put_lv(response, keys->ck, keys->ck_len);
    uicc_aka_put_lv(response, keys->ik, keys->ik_len);
    if (usim_service_is_available(adf, USIM_SERVICE_GSM_ACCESS))
        put_kc(keys, response);
}

/* TS 31.102 §7.1.2.1 */
static int authenticate_3g(struct uicc *uicc, const struct file *adf, struct aka *aka,
                           struct bytes data, struct writer *response)
{
    struct usim_answer answer;
    const int result = uicc_aka_network(uicc, aka, USIM_FOR_ACCESS, data, &answer, response);
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
    if (!usim_service_is_available(adf, USIM_SERVICE_GSM_CONTEXT))
        return SW_SECURITY_CONTEXT;
    if (!uicc_aka_take_lv(&data, &rand) || data.len != 0)
        return SW_WRONG_LENGTH;
    if (rand.len != USIM_RAND_SIZE)
        return SW_WRONG_LENGTH;
    const int result = usim_derive(aka, rand.data, &keys);
    if (result == 0) {
        usim_sres(&keys, sres);
        uicc_aka_put_lv(response, sres, sizeof sres);
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
