#include "tools/ota/file_name.h"

#include "fs/saip/template.h"

struct search {
    const char *name;
    enum file_name_place place;
    uint16_t fid; /* 0: not found yet */
};

static bool is_in(enum template_base base, enum file_name_place place)
{
    switch (place) {
    case FILE_NAME_USIM:
        return base == TEMPLATE_ADF_USIM || base == TEMPLATE_IN_USIM;
    case FILE_NAME_ISIM:
        return base == TEMPLATE_ADF_ISIM || base == TEMPLATE_IN_ISIM;
    default:
        return true;
    }
}

static int look(void *context, const struct template *template)
{
    struct search *search = context;
    for (size_t i = 0; is_in(template->base, search->place) && i < template->count; i++)
        if (strcmp(template->files[i].name, search->name) == 0 && template->files[i].fid != 0) {
            search->fid = template->files[i].fid;
            return 1;
        }
    return 0;
}

bool file_name_put(const char *name, enum file_name_place *place, struct writer *out)
{
    static const struct {
        const char *name;
        enum file_name_place place;
        uint8_t number; /* of the application, 3GPP's (TS 101 220 Annex E) */
    } applications[] = {{"ADF.USIM", FILE_NAME_USIM, 2}, {"ADF.ISIM", FILE_NAME_ISIM, 4}};
    for (size_t i = 0; i < sizeof(applications) / sizeof(applications[0]); i++)
        if (strcmp(name, applications[i].name) == 0) {
            *place = applications[i].place;
            writer_put(out, BYTES(0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, applications[i].number));
            return true;
        }
    struct search search = {.name = name, .place = *place};
    (void)template_each(look, &search);
    if (search.fid == FILE_FID_MF)
        *place = FILE_NAME_ANYWHERE;
    writer_put_u16(out, search.fid);
    return search.fid != 0;
}
