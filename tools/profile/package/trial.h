/* trial: a package given to the card's interpreter, as a chip of the default kind would run it. */
#ifndef EMUICC_TOOLS_PROFILE_PACKAGE_TRIAL_H
#define EMUICC_TOOLS_PROFILE_PACKAGE_TRIAL_H

#include "fs/saip/saip.h"

#define TRIAL_RESPONSE_MAX 4096

struct trial {
    struct profile *profile; /* what has been built, also if it was refused later */
    struct saip *saip;       /* what became of it; reasons borrow from it */
    bool accepted;           /* the package is whole, and the card's own comparison holds */
    bool installed;          /* the package is whole: the interpreter has no more to say */
    struct bytes response;   /* EUICCResponse */
    uint32_t *last_file;     /* for each element: id of the last file that was there after it */
    unsigned element_count;
    uint8_t room[TRIAL_RESPONSE_MAX];
};

/* 0 whatever the interpreter says of the package; a failure is one of this program. */
int trial_run(struct bytes package, struct trial *out);
void trial_finish(struct trial *trial);

/* Number of the element that made a file, from 1; 0 if it is not known. */
unsigned trial_element(const struct trial *trial, const struct file *file);

/* "3F00/7F10/6F3A": the file ids that lead to it. */
#define TRIAL_PATH_SIZE 64
void trial_path(const struct file *file, char path[TRIAL_PATH_SIZE]);

/* What no metadata can save: the card compares the ICCID of header and EF.ICCID (SGP.22 §5.5.5) and
 * refuses the package at its end. False if they agree, or there is nothing to compare. */
#define TRIAL_MISMATCH_SIZE 128
bool trial_mismatch(const struct trial *trial, char text[TRIAL_MISMATCH_SIZE]);

#endif
