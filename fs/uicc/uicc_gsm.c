#include "apdu/status.h"
#include "fs/fcp/gsm_header.h"
#include "fs/access/pin.h"
#include "fs/uicc/uicc_application.h"
#include "fs/uicc/uicc_gsm.h"
#include "fs/uicc/uicc_select.h"
#include "fs/usim/usim.h"

#define DF_GSM 0x7F20
#define FAMILY_UICC 0x00

int uicc_gsm_translate(int status)
{
    static const struct {
        int uicc, gsm;
    } words[] = {
        {SW_SECURITY_STATUS, SW_GSM_NOT_ALLOWED},
        {SW_AUTHENTICATION_BLOCKED, SW_GSM_BLOCKED},
        {SW_COUNTER, SW_GSM_BLOCKED},
        {SW_DATA_INVALIDATED, SW_GSM_INVALIDATED},
        {SW_CONDITIONS_NOT_SATISFIED, SW_GSM_INVALIDATED},
        {SW_FILE_NOT_FOUND, SW_GSM_FILE_NOT_FOUND},
        {SW_RECORD_NOT_FOUND, SW_GSM_OUT_OF_RANGE},
        {SW_OFFSET, SW_GSM_OUT_OF_RANGE},
        {SW_NO_FILE_SELECTED, SW_GSM_NO_EF_SELECTED},
        {SW_COMMAND_INCOMPATIBLE, SW_GSM_WRONG_STRUCTURE},
        {SW_WRONG_P1_P2, SW_OFFSET},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].uicc == status)
            return words[i].gsm;
    if ((status & 0xFFF0) == SW_COUNTER)
        return SW_GSM_NOT_ALLOWED;
    if ((status & 0xFF00) == SW_WRONG_LE)
        return SW_WRONG_LENGTH | (status & 0xFF);
    return status;
}

bool uicc_gsm_is_served(struct uicc *uicc)
{
    return profile_child(uicc->profile->mf, DF_GSM) != NULL;
}

/* The same command in the UICC's class. Short file ids do not exist in 2G. */
static int hand_on(command_handler *handler, bool by_sfi, void *state, const struct apdu *apdu,
                   struct writer *response)
{
    struct apdu command = *apdu;
    command.family = FAMILY_UICC;
    if (!uicc_gsm_is_served(state))
        return SW_CLASS;
    return by_sfi ? SW_OFFSET : uicc_gsm_translate(handler(state, &command, response));
}

int uicc_gsm_read_binary(void *state, const struct apdu *apdu, struct writer *response)
{
    return hand_on(uicc_read_binary, (apdu->p1 & 0x80) != 0, state, apdu, response);
}

int uicc_gsm_update_binary(void *state, const struct apdu *apdu, struct writer *response)
{
    return hand_on(uicc_update_binary, (apdu->p1 & 0x80) != 0, state, apdu, response);
}

int uicc_gsm_read_record(void *state, const struct apdu *apdu, struct writer *response)
{
    return hand_on(uicc_read_record, (apdu->p2 & 0xF8) != 0, state, apdu, response);
}

int uicc_gsm_update_record(void *state, const struct apdu *apdu, struct writer *response)
{
    return hand_on(uicc_update_record, (apdu->p2 & 0xF8) != 0, state, apdu, response);
}

int uicc_gsm_announce(struct uicc *uicc, const struct writer *answer)
{
    uicc->gsm.len = (uint8_t)answer->len;
    return SW_GSM_RESPONSE | (int)answer->len;
}

static struct writer answer_of(struct uicc *uicc)
{
    return writer_on(uicc->gsm.data, sizeof uicc->gsm.data);
}

/* TS 51.011 §8.1. Applications of a UICC and BER-TLV files have no place in 2G. */
int uicc_gsm_select(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    struct uicc_found found;
    (void)response;
    if (!uicc_gsm_is_served(uicc))
        return SW_CLASS;
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return SW_OFFSET;
    if (apdu->data.len != 2)
        return SW_WRONG_LENGTH | 2;
    const int result = uicc_select_find(uicc, apdu, &found);
    if (result != 0 || found.file->type == FILE_ADF ||
        file_resolve(found.file)->type == FILE_BER_TLV)
        return SW_GSM_FILE_NOT_FOUND;
    uicc_select_make_current(uicc_channel(uicc, apdu), &found);
    struct writer answer = answer_of(uicc);
    gsm_header_put(uicc->profile, found.file, &answer);
    return uicc_gsm_announce(uicc, &answer);
}

/* The first bytes of what was announced, as many as are asked for. */
int uicc_gsm_get_response(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    if (!uicc_gsm_is_served(uicc))
        return SW_CLASS;
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return SW_OFFSET;
    if (uicc->gsm.len == 0)
        return SW_TECHNICAL_PROBLEM;
    if (apdu->le > uicc->gsm.len && !uicc_le_is_open(apdu))
        return SW_WRONG_LENGTH | uicc->gsm.len;
    const size_t len = apdu->le < uicc->gsm.len ? apdu->le : uicc->gsm.len;
    writer_put(response, bytes_of(uicc->gsm.data, len));
    return 0;
}

/* TS 51.011 §8.2: of the current directory. */
int uicc_gsm_status(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    if (!uicc_gsm_is_served(uicc))
        return SW_CLASS;
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return SW_OFFSET;
    gsm_header_put(uicc->profile, uicc_channel(uicc, apdu)->directory, response);
    if (apdu->le > response->len && !uicc_le_is_open(apdu))
        return SW_WRONG_LENGTH | (int)response->len;
    response->len = apdu->le < response->len ? apdu->le : response->len;
    return 0;
}

static bool is_in_gsm(const struct uicc *uicc, const struct file *directory)
{
    const struct file *gsm = profile_child(uicc->profile->mf, DF_GSM);
    while (directory != NULL && directory != gsm)
        directory = directory->parent;
    return directory != NULL;
}

static const struct aka *first_keys(struct profile *profile)
{
    const struct aka *aka = profile->adfs != NULL ? profile_aka(profile, profile->adfs) : NULL;
    return aka != NULL && usim_is_known(aka) ? aka : NULL;
}

/* TS 51.011 §8.16, with the keys of the first application: SRES and Kc by c2 and c3. */
int uicc_gsm_run_algorithm(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    struct uicc_channel *channel = uicc_channel(uicc, apdu);
    struct usim_keys keys;
    (void)response;
    if (!uicc_gsm_is_served(uicc))
        return SW_CLASS;
    if (apdu->data.len != USIM_RAND_SIZE)
        return SW_WRONG_LENGTH | USIM_RAND_SIZE;
    const struct aka *aka = first_keys(uicc->profile);
    if (aka == NULL || !is_in_gsm(uicc, channel->directory))
        return SW_GSM_WRONG_STRUCTURE;
    const struct pin *chv1 = gsm_header_chv(uicc->profile, 1);
    if (chv1 != NULL && !pin_satisfied(uicc->profile, chv1, channel->verified))
        return SW_GSM_NOT_ALLOWED;
    const int result = usim_derive(aka, apdu->data.data, &keys);
    usim_sres(&keys, uicc->gsm.data);
    usim_kc(&keys, uicc->gsm.data + USIM_SRES_SIZE);
    uicc->gsm.len = USIM_SRES_SIZE + USIM_KC_SIZE;
    usim_keys_wipe(&keys);
    return result != 0 ? result : SW_GSM_RESPONSE | uicc->gsm.len;
}

/* The toolkit's commands (TS 51.014 §6): the same as a UICC's, whose answers wait for GET RESPONSE.
 */
static int hand_on_toolkit(command_handler *handler, void *state, const struct apdu *apdu,
                           struct writer *response)
{
    if (!uicc_gsm_is_served(state))
        return SW_CLASS;
    const int status = handler(state, apdu, response);
    const bool unexpected = status == SW_CONDITIONS_NOT_SATISFIED || status == SW_WRONG_DATA;
    return unexpected ? SW_TECHNICAL_PROBLEM : uicc_gsm_translate(status);
}

int uicc_gsm_terminal_profile(void *state, const struct apdu *apdu, struct writer *response)
{
    return hand_on_toolkit(uicc_terminal_profile, state, apdu, response);
}

int uicc_gsm_envelope(void *state, const struct apdu *apdu, struct writer *response)
{
    struct uicc *uicc = state;
    const int result = hand_on_toolkit(uicc_envelope, state, apdu, response);
    if (result != 0 || response->len == 0)
        return result;
    struct writer answer = writer_on(uicc->gsm.data, sizeof uicc->gsm.data);
    writer_put(&answer, writer_bytes(response));
    response->len = 0;
    return answer.overflow ? SW_TECHNICAL_PROBLEM : uicc_gsm_announce(uicc, &answer);
}

int uicc_gsm_fetch(void *state, const struct apdu *apdu, struct writer *response)
{
    return hand_on_toolkit(uicc_fetch, state, apdu, response);
}

int uicc_gsm_terminal_response(void *state, const struct apdu *apdu, struct writer *response)
{
    return hand_on_toolkit(uicc_terminal_response, state, apdu, response);
}
