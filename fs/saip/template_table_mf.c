/* Templates 2.1 to 2.3: MF, DF.CD, DF.TELECOM (TCA §9.2 to §9.4). */
#include "fs/saip/template_table.h"

/* clang-format off */

/* FID, name, type, records, size, ARR, SFI, default content, content required, parameters,
 * high update, parent, field, instances */
static const struct template_file mf_files[] = {
    {0x3F00, "MF",       MF, 0,  0, 14, 0,    "",        0,       PIN_STATUS,     0, 0, 2, 1},
    {0x2F05, "EF.PL",    TR, 0,  2,  1, 0x05, "FF...FF", 0,       0,              0, 0, 3, 1},
    {0x2FE2, "EF.ICCID", TR, 0, 10, 11, 0,    "",        CONTENT, 0,              0, 0, 4, 1},
    {0x2F00, "EF.DIR",   LF, 0,  0, 10, 0x1E, "",        CONTENT, RECORDS | SIZE, 0, 0, 5, 1},
    {0x2F06, "EF.ARR",   LF, 0,  0, 10, 0,    "",        CONTENT, RECORDS | SIZE, 0, 0, 6, 1},
    {0x2F08, "EF.UMPC",  TR, 0,  5, 10, 0x08, "",        0,       0,              0, 0, 7, 1},
};

static const struct template_file cd_files[] = {
    {0x7F11, "DF.CD",        DF, 0, 0, 14, 0, "",   0,       PIN_STATUS, 0, 0, 2,  1},
    {0x6F01, "EF.LAUNCHPAD", TR, 0, 0,  2, 0, "",   CONTENT, SIZE,       0, 0, 3,  1},
    {0x6F40, "EF.ICON",      TR, 0, 0,  2, 0, "",   CONTENT, SIZE,       0, 0, 4, 63},
};

/* Version 1 ends before DF.MCS. */
static const struct template_file telecom_files[] = {
    {0x7F10, "DF.TELECOM",      DF,  0,  0, 14, 0,    "",          0,       PIN_STATUS,           0,    0,       2,  1},
    {0x6F06, "EF.ARR",          LF,  0,  0, 10, 0,    "",          CONTENT, RECORDS | SIZE,       0,    0,       3,  1},
    {0x6F53, "EF.RMA",          LF,  0,  0,  3, 0,    "",          CONTENT, RECORDS | SIZE,       0,    0,       4,  1},
    {0x6F54, "EF.SUME",         TR,  0, 22,  3, 0,    "",          CONTENT, 0,                    0,    0,       5,  1},
    {0x6FE0, "EF.ICE_DN",       LF, 50, 24,  9, 0,    "FF...FF",   0,       0,                    0,    0,       6,  1},
    {0x6FE1, "EF.ICE_FF",       LF,  0,  0,  9, 0,    "FF...FF",   0,       RECORDS | SIZE,       0,    0,       7,  1},
    {0x6FE5, "EF.PSISMSC",      LF,  0,  0,  5, 0,    "",          CONTENT, RECORDS | SIZE,       0,    0,       8,  1},
    {0x5F50, "DF.GRAPHICS",     DF,  0,  0, 14, 0,    "",          0,       PIN_STATUS,           0,    0,       9,  1},
    {0x4F20, "EF.IMG",          LF,  0,  0,  2, 0,    "00FF...FF", 0,       RECORDS | SIZE,       0,    0x5F50, 10,  1},
    {0x4F21, "EF.ICE_GRAPHICS", BT,  0,  0,  9, 0,    "",          0,       SIZE,                 0,    0x5F50, 12,  1},
    {0x4F01, "EF.LAUNCH_SCWS",  TR,  0,  0, 10, 0,    "",          CONTENT, SIZE,                 0,    0x5F50, 13,  1},
    {0x4F40, "EF.IIDF",         TR,  0,  0,  2, 0,    "FF...FF",   0,       SIZE,                 0,    0x5F50, 11, 64},
    {0x4F80, "EF.ICON",         TR,  0,  0, 10, 0,    "",          CONTENT, SIZE,                 0,    0x5F50, 14, 64},
    {0x5F3A, "DF.PHONEBOOK",    DF,  0,  0, 14, 0,    "",          CONTENT, PIN_STATUS,           0,    0,      15,  1},
    {0x4F30, "EF.PBR",          LF,  0,  0,  2, 0,    "",          CONTENT, RECORDS | SIZE,       0,    0x5F3A, 16,  1},
    {0x4F38, "EF.EXT1",         LF,  0, 13,  5, 0,    "00FF...FF", 0,       SIZE | SFI,           0,    0x5F3A, 17,  8},
    {0x4F40, "EF.AAS",          LF,  0,  0,  5, 0,    "FF...FF",   0,       RECORDS | SIZE,       0,    0x5F3A, 18,  8},
    {0x4F48, "EF.GAS",          LF,  0,  0,  5, 0,    "FF...FF",   0,       RECORDS | SIZE,       0,    0x5F3A, 19,  8},
    {0x4F22, "EF.PSC",          TR,  0,  4,  5, 0,    "00000000",  0,       SFI,                  0,    0x5F3A, 20,  1},
    {0x4F23, "EF.CC",           TR,  0,  2,  5, 0,    "0000",      0,       SFI,                  HIGH, 0x5F3A, 21,  1},
    {0x4F24, "EF.PUID",         TR,  0,  2,  5, 0,    "0000",      0,       SFI,                  HIGH, 0x5F3A, 22,  1},
    {0x4F50, "EF.IAP",          LF,  0,  0,  5, 0,    "FF...FF",   0,       RECORDS | SIZE | SFI, 0,    0x5F3A, 23,  8},
    {0x4F58, "EF.ADN",          LF,  0,  0,  5, 0,    "FF...FF",   0,       RECORDS | SIZE | SFI, 0,    0x5F3A, 24,  8},
    {0x4F60, "EF.PBC",          LF,  0,  2,  5, 0,    "00...00",   0,       RECORDS | SFI,        0,    0x5F3A, 25,  8},
    {0x4F68, "EF.ANR",          LF,  0,  0,  5, 0,    "FF...FF",   0,       RECORDS | SIZE | SFI, 0,    0x5F3A, 26,  8},
    {0x4F70, "EF.PURI",         LF,  0,  0,  5, 0,    "",          CONTENT, RECORDS | SIZE | SFI, 0,    0x5F3A, 27,  8},
    {0x4F78, "EF.EMAIL",        LF,  0,  0,  5, 0,    "FF...FF",   0,       RECORDS | SIZE | SFI, 0,    0x5F3A, 28,  8},
    {0x4F80, "EF.SNE",          LF,  0,  0,  5, 0,    "FF...FF",   0,       RECORDS | SIZE | SFI, 0,    0x5F3A, 29,  8},
    {0x4F88, "EF.UID",          LF,  0,  2,  5, 0,    "0000",      0,       RECORDS | SFI,        0,    0x5F3A, 30,  8},
    {0x4F90, "EF.GRP",          LF,  0,  0,  5, 0,    "00...00",   0,       RECORDS | SIZE | SFI, 0,    0x5F3A, 31,  8},
    {0x4F98, "EF.CCP1",         LF,  0,  0,  5, 0,    "FF...FF",   0,       RECORDS | SIZE | SFI, 0,    0x5F3A, 32,  8},
    {0x5F3B, "DF.MULTIMEDIA",   DF,  0,  0, 14, 0,    "",          0,       PIN_STATUS,           0,    0,      33,  1},
    {0x4F47, "EF.MML",          BT,  0,  0,  5, 0,    "",          0,       SIZE,                 0,    0x5F3B, 34,  1},
    {0x4F48, "EF.MMDF",         BT,  0,  0,  5, 0,    "",          0,       SIZE,                 0,    0x5F3B, 35,  1},
    {0x5F3C, "DF.MMSS",         DF,  0,  0, 14, 0,    "",          0,       PIN_STATUS,           0,    0,      36,  1},
    {0x4F20, "EF.MLPL",         TR,  0,  0,  2, 0x01, "",          CONTENT, SIZE,                 0,    0x5F3C, 37,  1},
    {0x4F21, "EF.MSPL",         TR,  0,  0,  2, 0x02, "",          CONTENT, SIZE,                 0,    0x5F3C, 38,  1},
    {0x4F22, "EF.MMSSMODE",     TR,  0,  1,  2, 0x03, "",          CONTENT, 0,                    0,    0x5F3C, 39,  1},
    {0x5F3D, "DF.MCS",          DF,  0,  0, 14, 0,    "",          0,       PIN_STATUS,           0,    0,      40,  1},
    {0x4F01, "EF.MST",          TR,  0,  0,  2, 0x01, "",          CONTENT, SIZE,                 0,    0x5F3D, 41,  1},
    {0x4F02, "EF.MCS_CONFIG",   BT,  0,  0,  2, 0x02, "",          CONTENT, SIZE,                 0,    0x5F3D, 42,  1},
    {0x5F3E, "DF.V2X",          DF,  0,  0, 14, 0,    "",          0,       PIN_STATUS,           0,    0,      43,  1},
    {0x4F01, "EF.VST",          TR,  0,  0,  2, 0x01, "",          CONTENT, SIZE,                 0,    0x5F3E, 44,  1},
    {0x4F02, "EF.V2X_CONFIG",   BT,  0,  0,  2, 0x02, "",          CONTENT, SIZE,                 0,    0x5F3E, 45,  1},
    {0x4F03, "EF.V2XP_PC5",     TR,  0,  0,  2, 0,    "",          CONTENT, SIZE,                 0,    0x5F3E, 46,  1},
    {0x4F04, "EF.V2XP_Uu",      TR,  0,  0,  2, 0,    "",          CONTENT, SIZE,                 0,    0x5F3E, 47,  1},
};
#define TELECOM_V1_COUNT 38

const struct template template_table_mf[] = {
    {1, 1, "MF", TEMPLATE_AT_ROOT, true, .files = mf_files, .count = COUNT(mf_files)},
    {2, 1, "DF.CD", TEMPLATE_AT_MF, false, .files = cd_files, .count = COUNT(cd_files)},
    {3, 1, "DF.TELECOM", TEMPLATE_AT_MF, false, .files = telecom_files, .count = TELECOM_V1_COUNT},
    {3, 2, "DF.TELECOM", TEMPLATE_AT_MF, false, .files = telecom_files, .count = COUNT(telecom_files)},
};
const size_t template_table_mf_count = sizeof template_table_mf / sizeof template_table_mf[0];

/* clang-format on */
