#include "fs/uicc_application.h"

#include "fs/pin.h"

#define EF_UST 0x6F38
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

bool uicc_application_has_service(const struct file *adf, unsigned number)
{
    for (struct file *file = adf->children; file != NULL; file = file->next) {
        const struct file *content = file_resolve(file);
        if (file->fid == EF_UST && content->type == FILE_TRANSPARENT && content->content != NULL)
            return uicc_application_is_usim(adf) && (number - 1) / 8 < content->size &&
                   (content->content[(number - 1) / 8] >> (number - 1) % 8 & 1) != 0;
    }
    return false;
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
