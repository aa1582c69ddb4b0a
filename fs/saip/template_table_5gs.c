/* Templates 2.13 to 2.16: DF.5GS, DF.SAIP, DF.SNPN, DF.5G_ProSe (TCA §9.5.11 to
 * §9.5.14). */
#include "fs/saip/template_table.h"

/* clang-format off */

/* FID, name, type, records, size, ARR, SFI, default content, content required, parameters,
 * high update, parent, field, instances */
/* Version 1 ends before EF.URSP. */
static const struct template_file df_5gs_files_v2[] = {
    {0x5FC0, "DF.5GS",               DF, 0,   0, 14, 0,    "",                                         0,       PIN_STATUS, 0,    0,  2, 1},
    {0x4F01, "EF.5GS3GPPLOCI",       TR, 0,  20,  5, 0x01, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000001", 0,       0,          HIGH, 0,  3, 1},
    {0x4F02, "EF.5GSN3GPPLOCI",      TR, 0,  20,  5, 0x02, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000001", 0,       0,          HIGH, 0,  4, 1},
    {0x4F03, "EF.5GS3GPPNSC",        LF, 1,  57,  5, 0x03, "FF...FF",                                  0,       0,          HIGH, 0,  5, 1},
    {0x4F04, "EF.5GSN3GPPNSC",       LF, 1,  57,  5, 0x04, "FF...FF",                                  0,       0,          HIGH, 0,  6, 1},
    {0x4F05, "EF.5GAUTHKEYS",        TR, 0, 110,  5, 0x05, "",                                         CONTENT, 0,          HIGH, 0,  7, 1},
    {0x4F06, "EF.UAC_AIC",           TR, 0,   4,  2, 0x06, "",                                         CONTENT, 0,          0,    0,  8, 1},
    {0x4F07, "EF.SUCI_Calc_Info",    TR, 0,   0,  2, 0x07, "FF...FF",                                  0,       SIZE,       0,    0,  9, 1},
    {0x4F08, "EF.OPL5G",             LF, 0,  10, 10, 0x08, "FF...FF",                                  0,       RECORDS,    0,    0, 10, 1},
    {0x4F09, "EF.SUPI_NAI",          TR, 0,   0,  2, 0x09, "",                                         CONTENT, SIZE,       0,    0, 11, 1},
    {0x4F0A, "EF.Routing_Indicator", TR, 0,   4,  2, 0x0A, "F0FFFFFF",                                 0,       0,          0,    0, 12, 1},
    {0x4F0B, "EF.URSP",              BT, 0,   0,  2, 0,    "",                                         0,       0,          0,    0, 13, 1},
    {0x4F0C, "EF.TN3GPPSNN",         TR, 0,   1,  2, 0x0C, "00",                                       0,       0,          0,    0, 14, 1},
};
#define DF_5GS_V1_COUNT 11

static const struct template_file df_5gs_files_v3[] = {
    {0x5FC0, "DF.5GS",               DF, 0,   0, 14, 0,    "",                                         0,       PIN_STATUS, 0,    0,  2, 1},
    {0x4F01, "EF.5GS3GPPLOCI",       TR, 0,  20,  5, 0x01, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000001", 0,       0,          HIGH, 0,  3, 1},
    {0x4F02, "EF.5GSN3GPPLOCI",      TR, 0,  20,  5, 0x02, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000001", 0,       0,          HIGH, 0,  4, 1},
    {0x4F03, "EF.5GS3GPPNSC",        LF, 2,  62,  5, 0x03, "FF...FF",                                  0,       0,          HIGH, 0,  5, 1},
    {0x4F04, "EF.5GSN3GPPNSC",       LF, 2,  62,  5, 0x04, "FF...FF",                                  0,       0,          HIGH, 0,  6, 1},
    {0x4F05, "EF.5GAUTHKEYS",        TR, 0, 110,  5, 0x05, "",                                         CONTENT, 0,          HIGH, 0,  7, 1},
    {0x4F06, "EF.UAC_AIC",           TR, 0,   4,  2, 0x06, "",                                         CONTENT, 0,          0,    0,  8, 1},
    {0x4F07, "EF.SUCI_Calc_Info",    TR, 0,   0,  2, 0x07, "FF...FF",                                  0,       SIZE,       0,    0,  9, 1},
    {0x4F08, "EF.OPL5G",             LF, 0,  10, 10, 0x08, "FF...FF",                                  0,       RECORDS,    0,    0, 10, 1},
    {0x4F09, "EF.SUPI_NAI",          TR, 0,   0,  2, 0x09, "",                                         CONTENT, SIZE,       0,    0, 11, 1},
    {0x4F0A, "EF.Routing_Indicator", TR, 0,   4,  2, 0x0A, "F0FFFFFF",                                 0,       0,          0,    0, 12, 1},
    {0x4F0B, "EF.URSP",              BT, 0,   0,  2, 0,    "",                                         0,       0,          0,    0, 13, 1},
    {0x4F0C, "EF.TN3GPPSNN",         TR, 0,   1,  2, 0x0C, "00",                                       0,       0,          0,    0, 14, 1},
};

static const struct template_file df_5gs_files_v4[] = {
    {0x5FC0, "DF.5GS",               DF, 0,   0, 14, 0,    "",                                         0,       PIN_STATUS, 0,    0,  2, 1},
    {0x4F01, "EF.5GS3GPPLOCI",       TR, 0,  20,  5, 0x01, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000001", 0,       0,          HIGH, 0,  3, 1},
    {0x4F02, "EF.5GSN3GPPLOCI",      TR, 0,  20,  5, 0x02, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000001", 0,       0,          HIGH, 0,  4, 1},
    {0x4F03, "EF.5GS3GPPNSC",        LF, 2,  62,  5, 0x03, "FF...FF",                                  0,       0,          HIGH, 0,  5, 1},
    {0x4F04, "EF.5GSN3GPPNSC",       LF, 2,  62,  5, 0x04, "FF...FF",                                  0,       0,          HIGH, 0,  6, 1},
    {0x4F05, "EF.5GAUTHKEYS",        TR, 0, 110,  5, 0x05, "",                                         CONTENT, 0,          HIGH, 0,  7, 1},
    {0x4F06, "EF.UAC_AIC",           TR, 0,   4,  2, 0x06, "",                                         CONTENT, 0,          0,    0,  8, 1},
    {0x4F07, "EF.SUCI_Calc_Info",    TR, 0,   0,  2, 0x07, "FF...FF",                                  0,       SIZE,       0,    0,  9, 1},
    {0x4F08, "EF.OPL5G",             LF, 0,  10, 10, 0x08, "FF...FF",                                  0,       RECORDS,    0,    0, 10, 1},
    {0x4F09, "EF.SUPI_NAI",          TR, 0,   0,  2, 0x09, "",                                         CONTENT, SIZE,       0,    0, 11, 1},
    {0x4F0A, "EF.Routing_Indicator", TR, 0,   4,  2, 0x0A, "F0FF0000",                                 0,       0,          0,    0, 12, 1},
    {0x4F0B, "EF.URSP",              BT, 0,   0,  2, 0,    "",                                         0,       0,          0,    0, 13, 1},
    {0x4F0C, "EF.TN3GPPSNN",         TR, 0,   1,  2, 0x0C, "00",                                       0,       0,          0,    0, 14, 1},
    {0x4F0D, "EF.CAG",               TR, 0,   2,  2, 0x0D, "",                                         CONTENT, 0,          0,    0, 15, 1},
    {0x4F0E, "EF.SOR_CMCI",          TR, 0,   0,  2, 0x0E, "",                                         CONTENT, SIZE,       0,    0, 16, 1},
    {0x4F0F, "EF.DRI",               TR, 0,   7,  2, 0x0F, "",                                         CONTENT, 0,          0,    0, 17, 1},
    {0x4F10, "EF.5GSEDRX",           TR, 0,   2,  2, 0x10, "",                                         CONTENT, 0,          0,    0, 18, 1},
    {0x4F11, "EF.5GNSWO_CONF",       TR, 0,   1,  2, 0x11, "",                                         CONTENT, 0,          0,    0, 19, 1},
    {0x4F15, "EF.MCHPPLMN",          TR, 0,   1,  2, 0x15, "",                                         CONTENT, 0,          0,    0, 20, 1},
    {0x4F16, "EF.KAUSF_DERIVATION",  TR, 0,   1,  2, 0x16, "",                                         CONTENT, 0,          0,    0, 21, 1},
};

static const struct template_file df_saip_files[] = {
    {0x5FD0, "DF.SAIP",                DF, 0, 0, 14, 0, "",        0, PIN_STATUS, 0, 0, 2, 1},
    {0x4F01, "EF.SUCI_Calc_Info_USIM", TR, 0, 0,  3, 0, "FF...FF", 0, SIZE,       0, 0, 3, 1},
};

static const struct template_file df_snpn_files[] = {
    {0x5FE0, "DF.SNPN",     DF, 0, 0, 14, 0, "",   0,       PIN_STATUS, 0, 0, 2, 1},
    {0x4F01, "EF.PWS_SNPN", TR, 0, 1, 10, 0, "",   CONTENT, 0,          0, 0, 3, 1},
};

static const struct template_file df_5g_prose_files[] = {
    {0x5FF0, "DF.5G_ProSe",       DF, 0,  0, 14, 0,    "",   0,       PIN_STATUS, 0, 0, 2, 1},
    {0x4F01, "EF.5G_PROSE_ST",    TR, 0,  1,  2, 0x01, "",   CONTENT, 0,          0, 0, 3, 1},
    {0x4F02, "EF.5G_PROSE_DD",    TR, 0, 26,  2, 0x02, "",   CONTENT, 0,          0, 0, 4, 1},
    {0x4F03, "EF.5G_PROSE_DC",    TR, 0, 12,  2, 0x03, "",   CONTENT, 0,          0, 0, 5, 1},
    {0x4F04, "EF.5G_PROSE_U2NRU", TR, 0, 32,  2, 0x04, "",   CONTENT, 0,          0, 0, 6, 1},
    {0x4F05, "EF.5G_PROSE_RU",    TR, 0, 29,  2, 0x05, "",   CONTENT, 0,          0, 0, 7, 1},
    {0x4F06, "EF.5G_PROSE_UIR",   TR, 0, 32,  2, 0x06, "",   CONTENT, 0,          0, 0, 8, 1},
};

const struct template template_table_5gs[] = {
    {13, 1, "DF.5GS", TEMPLATE_IN_USIM, false, .files = df_5gs_files_v2, .count = DF_5GS_V1_COUNT},
    {13, 2, "DF.5GS", TEMPLATE_IN_USIM, false, .files = df_5gs_files_v2, .count = COUNT(df_5gs_files_v2)},
    {13, 3, "DF.5GS", TEMPLATE_IN_USIM, false, .files = df_5gs_files_v3, .count = COUNT(df_5gs_files_v3)},
    {13, 4, "DF.5GS", TEMPLATE_IN_USIM, false, .files = df_5gs_files_v4, .count = COUNT(df_5gs_files_v4)},
    {14, 1, "DF.SAIP", TEMPLATE_IN_USIM, false, .files = df_saip_files, .count = COUNT(df_saip_files)},
    {15, 1, "DF.SNPN", TEMPLATE_IN_USIM, false, .files = df_snpn_files, .count = COUNT(df_snpn_files)},
    {16, 1, "DF.5G_ProSe", TEMPLATE_IN_USIM, false, .files = df_5g_prose_files, .count = COUNT(df_5g_prose_files)},
};
const size_t template_table_5gs_count = sizeof template_table_5gs / sizeof template_table_5gs[0];

/* clang-format on */
