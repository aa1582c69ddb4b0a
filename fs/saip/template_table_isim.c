/* Templates 2.8, 2.9 and 2.12: ADF.ISIM, DF.EAP (TCA §9.6, §9.8). */
#include "fs/saip/template_table.h"

/* clang-format off */

/* FID, name, type, records, size, ARR, SFI, default content, content required, parameters,
 * high update, parent, field, instances */
static const struct template_file isim_files[] = {
    {0x0000, "ADF.ISIM",  ADF, 0,  0, 14, 0,    "",       0,       AID | FID | PIN_STATUS, 0, 0, 2, 1},
    {0x6F02, "EF.IMPI",   TR,  0,  0,  2, 0x02, "",       CONTENT, SIZE,                   0, 0, 3, 1},
    {0x6F04, "EF.IMPU",   LF,  1,  0,  2, 0x04, "",       CONTENT, SIZE,                   0, 0, 4, 1},
    {0x6F03, "EF.Domain", TR,  0,  0,  2, 0x05, "",       CONTENT, SIZE,                   0, 0, 5, 1},
    {0x6F07, "EF.IST",    TR,  0, 14,  2, 0x07, "",       CONTENT, 0,                      0, 0, 6, 1},
    {0x6FAD, "EF.AD",     TR,  0,  3, 10, 0x03, "000000", 0,       0,                      0, 0, 7, 1},
    {0x6F06, "EF.ARR",    LF,  0,  0, 10, 0x06, "",       CONTENT, RECORDS | SIZE,         0, 0, 8, 1},
};

/* Version 1 ends before EF.FromPreferred. */
static const struct template_file opt_isim_files[] = {
    {0x6F09, "EF.P-CSCF",           LF,  1,   0, 2, 0, "",          CONTENT, SIZE,           0, 0,  2, 1},
    {0x6F3C, "EF.SMS",              LF, 10, 176, 5, 0, "00FF...FF", 0,       0,              0, 0,  3, 1},
    {0x6F42, "EF.SMSP",             LF,  1,  38, 5, 0, "FF...FF",   0,       0,              0, 0,  4, 1},
    {0x6F43, "EF.SMSS",             TR,  0,   2, 5, 0, "FFFF",      0,       0,              0, 0,  5, 1},
    {0x6F47, "EF.SMSR",             LF, 10,  30, 5, 0, "00FF...FF", 0,       0,              0, 0,  6, 1},
    {0x6FD5, "EF.GBABP",            TR,  0,   0, 5, 0, "FF...FF",   0,       SIZE,           0, 0,  7, 1},
    {0x6FD7, "EF.GBANL",            LF,  0,   0, 2, 0, "FF...FF",   0,       RECORDS | SIZE, 0, 0,  8, 1},
    {0x6FDD, "EF.NAFKCA",           LF,  0,   0, 2, 0, "FF...FF",   0,       RECORDS | SIZE, 0, 0,  9, 1},
    {0x6FE7, "EF.UICCIARI",         LF,  0,   0, 2, 0, "",          CONTENT, RECORDS | SIZE, 0, 0, 10, 1},
    {0x6FF7, "EF.FromPreferred",    TR,  0,   1, 2, 0, "00",        0,       0,              0, 0, 11, 1},
    {0x6FF8, "EF.IMSConfigData",    BT,  0,   0, 2, 0, "",          CONTENT, SIZE,           0, 0, 12, 1},
    {0x6FFC, "EF.XCAPConfigData",   BT,  0,   0, 2, 0, "",          CONTENT, SIZE,           0, 0, 13, 1},
    {0x6FFA, "EF.WebRTCURI",        LF,  0,   0, 2, 0, "",          CONTENT, RECORDS | SIZE, 0, 0, 14, 1},
    {0x6FFE, "EF.MuDMiDConfigData", BT,  0,   0, 2, 0, "",          CONTENT, SIZE,           0, 0, 15, 1},
};
#define OPT_ISIM_V1_COUNT 9

static const struct template_file eap_files[] = {
    {0x0000, "DF.EAP",       DF, 0, 0, 14, 0, "",        0,       FID | PIN_STATUS, 0,    0, 2, 1},
    {0x4F01, "EF.EAPKEYS",   TR, 0, 0,  2, 0, "",        CONTENT, SIZE,             HIGH, 0, 3, 1},
    {0x4F02, "EF.EAPSTATUS", TR, 0, 1,  2, 0, "00",      0,       0,                HIGH, 0, 4, 1},
    {0x4F03, "EF.PUId",      TR, 0, 0,  2, 0, "",        CONTENT, SIZE,             0,    0, 5, 1},
    {0x4F04, "EF.Ps",        TR, 0, 0,  5, 0, "FF...FF", 0,       SIZE,             HIGH, 0, 6, 1},
    {0x4F20, "EF.CurID",     TR, 0, 0,  5, 0, "FF...FF", 0,       SIZE,             HIGH, 0, 7, 1},
    {0x4F21, "EF.ReID",      TR, 0, 0,  5, 0, "",        CONTENT, SIZE,             0,    0, 8, 1},
    {0x4F22, "EF.Realm",     TR, 0, 0,  5, 0, "",        CONTENT, SIZE,             0,    0, 9, 1},
};

const struct template template_table_isim[] = {
    {8, 1, "ADF.ISIM", TEMPLATE_ADF_ISIM, true, .files = isim_files, .count = COUNT(isim_files)},
    {9, 1, "ADF.ISIM, optional", TEMPLATE_IN_ISIM, false, .files = opt_isim_files, .count = OPT_ISIM_V1_COUNT},
    {9, 2, "ADF.ISIM, optional", TEMPLATE_IN_ISIM, false, .files = opt_isim_files, .count = COUNT(opt_isim_files)},
    {12, 1, "DF.EAP", TEMPLATE_IN_ADF, false, .files = eap_files, .count = COUNT(eap_files)},
};
const size_t template_table_isim_count = sizeof template_table_isim / sizeof template_table_isim[0];

/* clang-format on */
