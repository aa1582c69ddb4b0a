/* es10: the functions that an LPA calls through STORE DATA (SGP.22 §5.7), one row each. */
#ifndef EMUICC_ISD_R_ES10_H
#define EMUICC_ISD_R_ES10_H

#include "isd-r/es10_row.h"

struct es10_table {
    const struct es10_row *rows;
    size_t count;
};
extern const struct es10_table es10_functions;

/* NULL for a tag that no chip has a function for. */
const struct es10_row *es10_find(uint32_t tag);
/* A failed function's whole answer: 0, or SW_WRONG_DATA when the request lacks what it needs. Not
 * for ES10_ERROR_NONE and ES10_ERROR_PACKAGE. */
int es10_put_error(const struct es10_row *row, struct bytes request, int code,
                   struct writer *response);
/* Carries out one whole command. */
int es10_execute(struct isd_r *isd_r, struct bytes command, struct writer *response);

#endif
