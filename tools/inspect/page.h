/* page: the page's files, which are in the program itself (page/, embed.py). */
#ifndef EMUICC_TOOLS_INSPECT_PAGE_H
#define EMUICC_TOOLS_INSPECT_PAGE_H

#include <stddef.h>
#include <stdint.h>

struct page_file {
    const char *path; /* "/main.js" */
    const char *type; /* of its content */
    const uint8_t *data;
    size_t len;
};

extern const struct page_file page_files[];
extern const size_t page_file_count;

#endif
