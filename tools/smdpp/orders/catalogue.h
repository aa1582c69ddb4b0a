/* catalogue: the packages in a folder, NAME.der each, with what NAME.metadata says of them. Looked
 * at anew whenever one is asked for, so that a file may be put there while the server runs. */
#ifndef EMUICC_TOOLS_SMDPP_ORDERS_CATALOGUE_H
#define EMUICC_TOOLS_SMDPP_ORDERS_CATALOGUE_H

#include <limits.h>

#include "crypto/primitives/hash.h"
#include "fs/profile/blob.h"
#include "fs/text/metadata_text.h"
#include "tools/lib/common/package.h"

#define CATALOGUE_NAME_SIZE 256 /* a file name without its ending, and an end */

struct catalogue_entry {
    char name[CATALOGUE_NAME_SIZE];
    struct package_header header; /* all zero if it cannot be read */
    char iccid[ICCID_TEXT_SIZE];  /* digits; the metadata's, which the chip is told */
    struct metadata_text metadata;
    struct blob package;
    uint8_t digest[SHA256_SIZE]; /* of the package */
};
void catalogue_finish_entry(struct catalogue_entry *entry);

/* The path of a package's file, whose name may be a client's: false if it is none that a file of
 * the folder could have. */
#define CATALOGUE_PACKAGE ".der"
#define CATALOGUE_METADATA ".metadata"
bool catalogue_path(const char *folder, const char *name, const char *ending, char path[PATH_MAX]);

/* The package of this name; address: where notifications go by default. 0; CATALOGUE_NONE if there
 * is none (or the name is none that a file could have); CATALOGUE_UNUSABLE after one trace line
 * about what is wrong with the files. */
enum { CATALOGUE_NONE = 1, CATALOGUE_UNUSABLE };
int catalogue_read(const char *folder, const char *name, const char *address,
                   struct catalogue_entry *out);

/* Hands over every package that can be read, in order of names, until visit returns other than 0;
 * *unreadable counts the others, each with its trace line. What visit returned, 0 at the end, or a
 * failure when the folder cannot be read (traced). */
typedef int catalogue_visitor(void *context, const struct catalogue_entry *entry);
int catalogue_each(const char *folder, const char *address, catalogue_visitor *visit, void *context,
                   size_t *unreadable);

#endif
