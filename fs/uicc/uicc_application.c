#include "fs/uicc/uicc_application.h"

#include "fs/access/pin.h"

#define EF_UST 0x6F38
#define EF_IST 0x6F07 /* of an ISIM */
#define ISIM_SERVICE_GBA 2
#define APPLICATION_PIN_LAST 0x08 /* key references 01 to 08 */

struct file *uicc_application_current(const struct uicc_channel *channel)
{
    struct file *directory = channel->directory;
    while (directory->parent != NULL)
        directory = directory->parent;
    return directory->type == FILE_ADF ? directory : NULL;
}

bool uicc_application_is_usim(const struct file *adf)
{
    const struct bytes aid = bytes_of(adf->aid, adf->aid_len);
    return bytes_start_with(aid, BYTES(0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02));
}

bool uicc_application_is_isim(const struct file *adf)
{
    const struct bytes aid = bytes_of(adf->aid, adf->aid_len);
    return bytes_start_with(aid, BYTES(0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x04));
}

/* Bit `number`, from 1, of the service table with this file id. */
static bool has_bit(const struct file *adf, uint16_t table, unsigned number)
{
    const struct file *file = adf->children;
    while (file != NULL && file->fid != table)
        file = file->next;
    const struct file *content = file == NULL ? NULL : file->target != NULL ? file->target : file;
    return content != NULL && content->type == FILE_TRANSPARENT && content->content != NULL &&
           (number - 1) / 8 < content->size &&
           (content->content[(number - 1) / 8] >> (number - 1) % 8 & 1) != 0;
}

bool uicc_application_has_service(const struct file *adf, unsigned number)
{
    return uicc_application_is_usim(adf) && has_bit(adf, EF_UST, number);
}

bool uicc_application_has_gba(const struct file *adf)
{
    if (uicc_application_is_isim(adf))
        return has_bit(adf, EF_IST, ISIM_SERVICE_GBA);
    return uicc_application_has_service(adf, USIM_SERVICE_GBA);
}

static uint8_t application_pin(const struct file *adf)
{
    for (size_t i = 0; i < adf->pin_status.len; i++)
        if (adf->pin_status.data[i] <= APPLICATION_PIN_LAST)
            return adf->pin_status.data[i];
    return 1;
}

bool uicc_application_pin_is_satisfied(struct uicc *uicc, const struct uicc_channel *channel,
                                       struct file *adf)
{
    const struct pin *pin = profile_pin(uicc->profile, adf, application_pin(adf));
    return pin == NULL || pin_satisfied(uicc->profile, pin, channel->verified);
}
