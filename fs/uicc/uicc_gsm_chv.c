/* Card holder verification in class A0 (TS 51.011 §8.9 to §8.13). */
#include "apdu/status.h"
#include "fs/access/pin.h"
#include "fs/fcp/gsm_header.h"
#include "fs/uicc/uicc_gsm.h"

#define UNBLOCK_CHV1 0x00 /* P2 of UNBLOCK CHV: the first has another number there */
#define TWO_VALUES (2 * PIN_SIZE)

/* In these commands other words stand for what is wrong with the code itself. */
static int translate(int status)
{
    switch (status) {
    case SW_DATA_INVALIDATED:
    case SW_CONDITIONS_NOT_SATISFIED:
        return SW_GSM_CHV_STATE;
    case SW_REFERENCE_NOT_FOUND:
        return SW_GSM_NO_CHV;
    default:
        return uicc_gsm_translate(status);
    }
}

/* The code of this number, with as much data as the command has. */
static int open_chv(struct uicc *uicc, const struct apdu *apdu, unsigned number, size_t data_len,
                    struct pin **out)
{
    if (!uicc_gsm_is_served(uicc))
        return SW_CLASS;
    if (apdu->p1 != 0 || number == 0 || number > 2)
        return SW_OFFSET;
    if (apdu->data.len != data_len)
        return SW_WRONG_LENGTH | (int)data_len;
    *out = gsm_header_chv(uicc->profile, number);
    return *out != NULL ? 0 : SW_GSM_NO_CHV;
}

int uicc_gsm_verify_chv(void *state, const struct apdu *apdu, struct writer *response)
{
    struct pin *pin;
    (void)response;
    const int result = open_chv(state, apdu, apdu->p2, PIN_SIZE, &pin);
    if (result != 0)
        return result;
    if (!pin_is_enabled(pin))
        return SW_GSM_CHV_STATE;
    return translate(uicc_pin_verify(state, uicc_channel(state, apdu), pin, apdu->data));
}

int uicc_gsm_change_chv(void *state, const struct apdu *apdu, struct writer *response)
{
    struct pin *pin;
    (void)response;
    const int result = open_chv(state, apdu, apdu->p2, TWO_VALUES, &pin);
    if (result != 0)
        return result;
    return translate(uicc_pin_change(state, uicc_channel(state, apdu), pin, apdu->data));
}

/* The first one alone can be switched off and on. */
int uicc_gsm_disable_chv(void *state, const struct apdu *apdu, struct writer *response)
{
    struct pin *pin;
    (void)response;
    const int result = open_chv(state, apdu, apdu->p2 == 1 ? 1 : 0, PIN_SIZE, &pin);
    if (result != 0)
        return result;
    return translate(uicc_pin_disable(state, uicc_channel(state, apdu), pin, apdu->data, false));
}

int uicc_gsm_enable_chv(void *state, const struct apdu *apdu, struct writer *response)
{
    struct pin *pin;
    (void)response;
    const int result = open_chv(state, apdu, apdu->p2 == 1 ? 1 : 0, PIN_SIZE, &pin);
    if (result != 0)
        return result;
    return translate(uicc_pin_enable(state, uicc_channel(state, apdu), pin, apdu->data));
}

int uicc_gsm_unblock_chv(void *state, const struct apdu *apdu, struct writer *response)
{
    struct pin *pin;
    const unsigned number = apdu->p2 == UNBLOCK_CHV1 ? 1 : apdu->p2 == 2 ? 2 : 0;
    (void)response;
    const int result = open_chv(state, apdu, number, TWO_VALUES, &pin);
    if (result != 0)
        return result;
    return translate(uicc_pin_unblock(state, uicc_channel(state, apdu), pin, apdu->data));
}
