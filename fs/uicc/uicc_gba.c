#include "fs/uicc/uicc_gba.h"

#include "apdu/status.h"
#include "crypto/primitives/hmac.h"
#include "crypto/primitives/secret.h"
#include "fs/uicc/uicc_application.h"
#include "fs/usim/usim_service.h"
#include "fs/uicc/uicc_aka.h"

#define TAG_BOOTSTRAP 0xDD
#define TAG_DERIVE 0xDE

#define EF_GBABP_USIM 0x6FD6
#define EF_GBABP_ISIM 0x6FD5

#define KDF_FC 0x01           /* TS 33.220 Annex B.3 */
#define KDF_EXTERNAL "gba-me" /* P0 of the key that leaves the UICC */
#define PARAMETER_MAX 255
#define PARAMETERS 4
#define KDF_INPUT_MAX (1 + PARAMETERS * (PARAMETER_MAX + 2))

static bool keep_key(struct uicc *uicc, const struct file *adf, const uint8_t *rand,
                     const struct usim_keys *keys)
{
    struct writer ks = writer_on(uicc->gba.ks, sizeof uicc->gba.ks);
    writer_put(&ks, bytes_of(keys->ck, keys->ck_len));
    writer_put(&ks, bytes_of(keys->ik, keys->ik_len));
    uicc->gba.ks_len = ks.len;
    uicc->gba.adf = adf->id;
    memcpy(uicc->gba.rand, rand, USIM_RAND_SIZE);
    return !ks.overflow;
}

/* RAND goes to the front of EF.GBABP, where the terminal adds B-TID and lifetime (TS 31.102
 * §4.2.79). */
static int note_rand(struct uicc *uicc, struct file *adf)
{
    struct file *file =
        profile_child(adf, usim_service_of_isim(adf) ? EF_GBABP_ISIM : EF_GBABP_USIM);
    struct file *content = file != NULL ? file_resolve(file) : NULL;
    if (content == NULL || content->type != FILE_TRANSPARENT || content->content == NULL ||
        content->size < 1 + USIM_RAND_SIZE)
        return 0;
    content->content[0] = USIM_RAND_SIZE;
    memcpy(content->content + 1, uicc->gba.rand, USIM_RAND_SIZE);
    return uicc_keep_file(uicc, content);
}

static int bootstrap(struct uicc *uicc, struct file *adf, struct aka *aka, struct bytes data,
                     struct writer *response)
{
    struct usim_answer answer;
    int result = uicc_aka_network(uicc, aka, USIM_FOR_GBA, data, &answer, response);
    if (result == 0 && answer.auts_len == 0) {
        uicc_state_wipe_gba(uicc);
        writer_put_u8(response, UICC_AKA_SUCCESS);
        uicc_aka_put_lv(response, answer.keys.res, answer.keys.res_len);
        /* RAND stands behind its length byte. */
        result = keep_key(uicc, adf, data.data + 1, &answer.keys) ? note_rand(uicc, adf)
                                                                  : FAILURE_INTERNAL;
    }
    usim_keys_wipe(&answer.keys);
    return result;
}

static void put_parameter(struct writer *out, struct bytes value)
{
    writer_put(out, value);
    writer_put_u16(out, (uint16_t)value.len);
}

/* Ks_ext_NAF (TS 33.220 Annex B.3). */
static int derive_external(const struct uicc *uicc, struct bytes naf, struct bytes impi,
                           uint8_t key[SHA256_SIZE])
{
    uint8_t input[KDF_INPUT_MAX];
    struct writer writer = writer_on(input, sizeof input);
    writer_put_u8(&writer, KDF_FC);
    put_parameter(&writer, bytes_of_text(KDF_EXTERNAL));
    put_parameter(&writer, bytes_of(uicc->gba.rand, USIM_RAND_SIZE));
    put_parameter(&writer, impi);
    put_parameter(&writer, naf);
    const struct bytes all = writer_bytes(&writer);
    return hmac_sha256(bytes_of(uicc->gba.ks, uicc->gba.ks_len), &all, 1, key);
}

static int derive(const struct uicc *uicc, const struct file *adf, struct bytes data,
                  struct writer *response)
{
    struct bytes naf, impi;
    uint8_t key[SHA256_SIZE];
    if (!uicc_aka_take_lv(&data, &naf) || !uicc_aka_take_lv(&data, &impi) || data.len != 0)
        return SW_WRONG_LENGTH;
    if (uicc->gba.ks_len == 0 || uicc->gba.adf != adf->id)
        return SW_CONDITIONS_NOT_SATISFIED;
    const int result = derive_external(uicc, naf, impi, key);
    writer_put_u8(response, UICC_AKA_SUCCESS);
    uicc_aka_put_lv(response, key, sizeof key);
    wipe(key, sizeof key);
    return result;
}

int uicc_gba_authenticate(struct uicc *uicc, struct file *adf, struct aka *aka, struct bytes data,
                          struct writer *response)
{
    uint8_t mode;
    if (!usim_service_has_gba(adf))
        return SW_SECURITY_CONTEXT;
    if (!bytes_take_u8(&data, &mode))
        return SW_WRONG_LENGTH;
    if (mode == TAG_BOOTSTRAP)
        return bootstrap(uicc, adf, aka, data, response);
    return mode == TAG_DERIVE ? derive(uicc, adf, data, response) : SW_WRONG_P1_P2;
}
