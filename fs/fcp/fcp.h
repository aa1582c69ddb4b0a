/* fcp: file control parameters, as SELECT and STATUS answer them and as CREATE FILE and RESIZE FILE
 * bring them (TS 102 221 §11.1.1.3, §11.1.1.4; TS 102 222 §6.3, §6.10). */
#ifndef EMUICC_FS_FCP_FCP_H
#define EMUICC_FS_FCP_FCP_H

#include "fs/profile/profile.h"

#define FCP_MAX 127 /* bytes of the template's value: its length stays one byte */
#define FCP_EF_PROPERTIES_MAX 16

/* What cards show each in their own way. */
struct fcp_style {
    int special_d0;      /* 1: special file information under tag D0, not C0 */
    int ef_pin_status;   /* 1: EFs have a PIN status template, too: their directory's */
    int adf_without_fid; /* 1: an ADF names itself by its AID alone: its file identifier is optional
                          */
    struct bytes ef_properties; /* data objects behind the special file information; borrowed */
};

/* Template 62 for this file, data objects in the order of TS 102 221 tables 11.4 and 11.5. The PIN
 * status shows which PINs are enabled now. A file without an access rule has the compact form with
 * no access mode, which grants nothing; other rules of that form (§9.2.4) are not made, as a
 * package refers to EF.ARR. A link shows its own identifiers and access rule and
 * its target's structure. */
void fcp_put(struct profile *profile, struct file *file, struct writer *out);
void fcp_put_in_style(struct profile *profile, struct file *file, const struct fcp_style *style,
                      struct writer *out);

/* What a received template asks for. Absent members are zero or empty. */
struct fcp {
    bool has_descriptor, has_size, has_sfi;
    enum file_type type;
    bool shareable;
    uint16_t record_len;
    uint16_t fid;
    struct bytes aid;
    uint32_t size;
    uint8_t life_cycle;
    struct file_rules rules;
    uint8_t sfi;
    struct bytes pin_status; /* key references of the PIN status template, one TLV 83 each */
    struct bytes proprietary;
    uint8_t special;
    struct bytes fill, repeat;  /* patterns for the content */
    uint32_t reserved, maximum; /* BER-TLV */
};

/*@ predicate borrows(struct fcp *out) =
        readable(out->aid) && readable(out->pin_status) && readable(out->proprietary) &&
        readable(out->fill) && readable(out->repeat); */

/* Reads the template, which is all of data: 0, or SW_WRONG_DATA. Slices borrow from data. */
/*@ requires readable(data) && \valid(out);
    assigns *out;
    ensures borrows(out); */
int fcp_read(struct bytes data, struct fcp *out);

#endif
