#include "fs/uicc/uicc_application.h"

#include "fs/access/pin.h"

#define APPLICATION_PIN_LAST 0x08 /* key references 01 to 08 */

struct file *uicc_application_current(const struct uicc_channel *channel)
{
    struct file *directory = channel->directory;
    while (directory->parent != NULL)
        directory = directory->parent;
    return directory->type == FILE_ADF ? directory : NULL;
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
