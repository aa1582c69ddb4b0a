#include "fs/usim/usim_service.h"

#define EF_UST 0x6F38
#define EF_IST 0x6F07 /* of an ISIM */
#define ISIM_SERVICE_GBA 2

bool usim_service_of_usim(const struct file *adf)
{
    const struct bytes aid = bytes_of(adf->aid, adf->aid_len);
    return bytes_start_with(aid, BYTES(0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02));
}

bool usim_service_of_isim(const struct file *adf)
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

bool usim_service_is_available(const struct file *adf, unsigned number)
{
    return usim_service_of_usim(adf) && has_bit(adf, EF_UST, number);
}

bool usim_service_has_gba(const struct file *adf)
{
    if (usim_service_of_isim(adf))
        return has_bit(adf, EF_IST, ISIM_SERVICE_GBA);
    return usim_service_is_available(adf, USIM_SERVICE_GBA);
}
