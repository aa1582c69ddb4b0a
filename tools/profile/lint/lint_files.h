/* lint_files: tables of what the specifications say of files and services. Private to lint. */
#ifndef EMUICC_TOOLS_PROFILE_LINT_LINT_FILES_H
#define EMUICC_TOOLS_PROFILE_LINT_LINT_FILES_H

#include "tools/profile/lint/lint_rule.h"

struct lint_files_row {
    enum lint_application application;
    uint16_t directory; /* in it; 0: itself */
    uint16_t fid;
    const char *name;
    bool always;       /* each application of this kind has it */
    uint16_t min, max; /* bytes of the file, or of a record; UINT16_MAX: any number */
    uint8_t multiple;  /* the size is one of this */
    const char *section;
};
extern const struct lint_files_row lint_files_rows[];
extern const size_t lint_files_row_count;

/* A service of EF.UST (TS 31.102 §4.2.8) or EF.IST (TS 31.103 §4.2.7) and a file that it needs. */
struct lint_services_row {
    enum lint_application application;
    uint8_t service;
    uint16_t directory, fid;
    const char *name;
    uint8_t unless; /* with this service as well the file is not needed; 0: none */
};
extern const struct lint_services_row lint_services_rows[];
extern const size_t lint_services_row_count;

#endif
