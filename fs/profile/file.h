/* file: one MF, DF, ADF or EF of a profile (TS 102 221 §8). */
#ifndef EMUICC_FS_PROFILE_FILE_H
#define EMUICC_FS_PROFILE_FILE_H

#include "apdu/bytes.h"

#define FILE_AID_MAX 16
#define FILE_FID_MF 0x3F00
#define FILE_FID_CURRENT 0x7FFF /* the current application's ADF */
#define FILE_FID_RFU_1 0x3FFF
#define FILE_FID_RFU_2 0xFFFF
#define FILE_RECORDS_MAX 254

/* TS 102 221 §8.6: no file of a package or of CREATE FILE may have it. */
static inline bool file_fid_is_reserved(uint16_t fid)
{
    return fid == 0 || fid == FILE_FID_MF || fid == FILE_FID_CURRENT || fid == FILE_FID_RFU_1 ||
           fid == FILE_FID_RFU_2;
}

enum file_type {
    FILE_MF,
    FILE_DF,
    FILE_ADF,
    FILE_TRANSPARENT,
    FILE_LINEAR_FIXED,
    FILE_CYCLIC,
    FILE_BER_TLV,
};

/* Life cycle status integer (TS 102 221 §11.1.1.4.9). */
enum file_life_cycle {
    FILE_CREATION = 0x01,
    FILE_INITIALISATION = 0x03,
    FILE_DEACTIVATED = 0x04,
    FILE_ACTIVATED = 0x05,
    FILE_TERMINATED = 0x0C,
};

/* Where a file's access rules stand: a record of an EF.ARR. */
struct file_rules {
    uint16_t arr; /* 2F06, 6F06 or another FID; 0: none (never allowed) */
    uint8_t record;
};

struct file {
    uint32_t id; /* number in its profile, from 1 (the MF) in order of creation; key in the store */
    uint16_t fid; /* of an ADF: the package's temporary file id, not visible to a terminal */
    enum file_type type;
    bool shareable;
    uint8_t sfi;        /* 1 to 30; 0: none */
    uint8_t life_cycle; /* enum file_life_cycle */
    uint8_t special;    /* special file information: 80 high update, 40 readable when deactivated */
    struct file_rules rules;
    uint16_t record_len; /* linear fixed, cyclic */
    uint32_t size;       /* of the content; of a BER-TLV file: what is reserved */
    uint32_t maximum;    /* BER-TLV: maximum file size, 0: none given */
    uint8_t *content;    /* size bytes, the arena's (BER-TLV: the objects, filled to content_len) */
    uint32_t content_len;
    uint8_t aid[FILE_AID_MAX]; /* ADF */
    uint8_t aid_len;
    uint32_t pins; /* of a DF: id of the DF whose local PINs it shares; 0: its own, its parents' */
    struct bytes pin_status;  /* of a DF: PIN references, as PS_DO's value part lists them */
    struct bytes proprietary; /* content of A5 as the package gave it, or empty */
    struct file *target;      /* a link: the file whose content and children are shown instead */
    struct file *parent;      /* NULL for the MF and for ADFs */
    struct file *children, *next; /* in order of creation */
};

static inline bool file_is_directory(const struct file *file)
{
    return file->type == FILE_MF || file->type == FILE_DF || file->type == FILE_ADF;
}

static inline bool file_has_records(const struct file *file)
{
    return file->type == FILE_LINEAR_FIXED || file->type == FILE_CYCLIC;
}

static inline unsigned file_record_count(const struct file *file)
{
    return file->record_len == 0 ? 0 : file->size / file->record_len;
}

/* The file that holds the content: the file itself, or what a link leads to. */
static inline struct file *file_resolve(struct file *file)
{
    return file->target != NULL ? file->target : file;
}

#endif
