#include "fs/saip/saip_service.h"

/* Numbers of templates, 2.23.143.1.2.n. */
enum { USIM = 4, OPT_USIM = 5, ISIM = 8, OPT_ISIM = 9 };
/* additional-information. */
enum { NO_GBA = 1, NO_MBMS = 2 };

/* clang-format off */
static const struct {
    uint8_t template;
    uint16_t fid;
    const char *name;
    enum saip_service service;
    uint8_t additional;
} files[] = {
    {OPT_USIM, 0x6FD6, "EF.GBABP", SAIP_SERVICE_GBA_USIM, NO_GBA},
    {OPT_USIM, 0x6FDA, "EF.GBANL", SAIP_SERVICE_GBA_USIM, NO_GBA},
    {OPT_USIM, 0x6FDD, "EF.NAFKCA", SAIP_SERVICE_GBA_USIM, NO_GBA},
    {OPT_USIM, 0x6FD7, "EF.MSK", SAIP_SERVICE_MBMS, NO_MBMS},
    {OPT_USIM, 0x6FD8, "EF.MUK", SAIP_SERVICE_MBMS, NO_MBMS},
    {OPT_ISIM, 0x6FD5, "EF.GBABP", SAIP_SERVICE_GBA_ISIM, NO_GBA},
    {OPT_ISIM, 0x6FD7, "EF.GBANL", SAIP_SERVICE_GBA_ISIM, NO_GBA},
    {OPT_ISIM, 0x6FDD, "EF.NAFKCA", SAIP_SERVICE_GBA_ISIM, NO_GBA},
};

/* Services of EF.UST (TS 31.102 §4.2.8) and EF.IST (TS 31.103 §4.2.7), counted from 1. */
static const struct {
    uint8_t template;
    uint16_t table;
    uint8_t number;
    enum saip_service service;
} bits[] = {
    {USIM, 0x6F38, 68, SAIP_SERVICE_GBA_USIM}, /* Generic Bootstrapping Architecture */
    {USIM, 0x6F38, 69, SAIP_SERVICE_MBMS},     /* MBMS security */
    {ISIM, 0x6F07, 2, SAIP_SERVICE_GBA_ISIM},  /* Generic Bootstrapping Architecture */
};
/* clang-format on */

bool saip_service_forbids(const struct saip *saip, uint8_t template, uint16_t fid,
                          uint8_t *additional)
{
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (files[i].template != template || files[i].fid != fid)
            continue;
        *additional = files[i].additional;
        return !saip_supports(saip, files[i].service);
    }
    return false;
}

void saip_service_clear(struct saip *saip, uint8_t template, struct file *adf)
{
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        const uint32_t at = (bits[i].number - 1u) / 8;
        if (bits[i].template != template || saip_supports(saip, bits[i].service))
            continue;
        struct file *table = profile_child(adf, bits[i].table);
        if (table != NULL && table->content != NULL && at < table->size)
            table->content[at] &= (uint8_t) ~(1u << (bits[i].number - 1) % 8);
    }
}
