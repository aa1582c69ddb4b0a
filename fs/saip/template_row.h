/* template_row: the columns of the template tables: a template, and one row for each of its files
 * (eUICC Profile Package: Interoperable Format §9, Annex A). */
#ifndef EMUICC_FS_SAIP_TEMPLATE_ROW_H
#define EMUICC_FS_SAIP_TEMPLATE_ROW_H

#include "fs/profile/file.h"

/* What a package must say about a file when it names its template (column Parameters). */
enum template_parameter {
    TEMPLATE_RECORDS = 1 << 0,    /* number of records, by the file's size */
    TEMPLATE_SIZE = 1 << 1,       /* size, of a record in a file that has records */
    TEMPLATE_SFI = 1 << 2,        /* short file identifier, else there is none */
    TEMPLATE_PIN_STATUS = 1 << 3, /* pinStatusTemplateDO */
    TEMPLATE_AID = 1 << 4,
    TEMPLATE_FID = 1 << 5,  /* file id, of an ADF the temporary one */
    TEMPLATE_ARR = 1 << 6,  /* access rules */
    TEMPLATE_TYPE = 1 << 7, /* what kind of file it is: `type` is a guess */
};

/* Texts stand in the row itself: pointers to them would have to be relocated, page by page, at each
 * start of a program. */
struct template_file {
    uint16_t fid;  /* 0: the package's */
    char name[28]; /* "EF.IMSI" */
    enum file_type type;
    uint8_t records; /* 0: the package's */
    uint16_t size;   /* of the file, or of a record; 0: the package's */
    uint8_t arr;     /* record of EF.ARR; 0: the package's */
    uint8_t sfi;     /* 0: none */
    /* Default content in hexadecimal. "A...B": A, then its last byte repeated, then B at the end
     * (of each record); "A...": A repeated over and over; without dots: A, then FF. "": FF. */
    char content[64];
    bool content_required; /* the package is to give content */
    uint8_t parameters;    /* enum template_parameter */
    bool high_update;
    uint16_t parent;   /* FID of the DF in this template that it is in; 0: the template's base */
    uint8_t field;     /* number of the field in the profile element's SEQUENCE */
    uint8_t instances; /* a package may make so many, with the FIDs from `fid` on */
};

/* Where a template's first file goes, or, if it is no directory, all of them. */
enum template_base {
    TEMPLATE_AT_ROOT, /* the first file is the MF */
    TEMPLATE_AT_MF,
    TEMPLATE_ADF_USIM, /* the first file is a new ADF */
    TEMPLATE_ADF_ISIM,
    TEMPLATE_ADF_CSIM,
    TEMPLATE_IN_USIM, /* in the last ADF of this kind that was made */
    TEMPLATE_IN_ISIM,
    TEMPLATE_IN_CSIM,
    TEMPLATE_IN_ADF, /* in the last ADF of any kind */
};

struct template
{
    uint8_t number, version; /* OID 2.23.143.1.2.number, and .version unless that is 1 */
    const char *name;        /* "DF.TELECOM" */
    enum template_base base;
    bool by_default; /* files that the package does not mention are created too */
    const struct template_file *files;
    size_t count;
};

#endif
