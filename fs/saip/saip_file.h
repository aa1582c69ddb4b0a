/* saip_file: from a template's row and an FCP to a file with content (TCA §8.3.2, TCA §8.3.3, TCA
 * §8.3.5). Private to the interpreter. Functions return PE_OK or the status that their element is
 * refused with. */
#ifndef EMUICC_FS_SAIP_SAIP_FILE_H
#define EMUICC_FS_SAIP_SAIP_FILE_H

#include "fs/saip/saip_pe.h"

/* What a file is to become. Slices borrow from the element. */
struct saip_plan {
    const struct template_file *row; /* NULL: generic file management */
    struct file *parent;             /* where EFs and DFs go; the MF and ADFs have none */
    uint16_t fid;                    /* 0: not given yet */
    enum file_type type;
    bool type_known;
    bool shareable;
    uint16_t record_len;
    uint8_t records; /* the template's, for a package that gives no size */
    uint32_t size;   /* of the whole file */
    bool size_given;
    uint32_t maximum; /* 0: none */
    uint8_t sfi;
    bool sfi_given;
    uint8_t life_cycle, special;
    uint8_t arr_record; /* 0: not given yet */
    uint16_t arr;       /* 0: the one that the place implies */
    struct bytes aid, pin_status, proprietary;
    struct bytes pattern; /* fillPattern or repeatPattern; empty: none */
    bool repeats;         /* it is a repeatPattern */
    struct bytes link;    /* path of the target; empty: no link */
};

/* The n-th file (from 0) that a template's row stands for. */
struct saip_plan saip_plan_row(const struct template_file *row, unsigned n, struct file *parent);
/* A file of which nothing is known yet. */
struct saip_plan saip_plan_blank(struct file *parent);
/* What an Fcp says replaces what was planned. */
int saip_plan_read(struct saip *saip, struct saip_plan *plan, struct bytes fcp);
/* Makes the file; a refusal points to `at`. */
int saip_plan_create(struct saip *saip, const struct saip_plan *plan, const uint8_t *at,
                     struct file **out);

/* Where content goes next. */
struct saip_cursor {
    struct file *file; /* NULL: nowhere */
    uint32_t position;
};

/* fillFileOffset: the pointer moves on by so many bytes. */
int saip_content_skip(struct saip *saip, struct saip_cursor *cursor, struct bytes offset);
/* fillFileContent: at the pointer, which moves behind it. */
int saip_content_put(struct saip *saip, struct saip_cursor *cursor, struct bytes content);
/* No more content for this file: the cursor is nowhere then. A BER-TLV file holds whole objects. */
int saip_content_end(struct saip *saip, struct saip_cursor *cursor, const uint8_t *at);

#endif
