/* gsm_header: a file as a 2G SELECT describes it (TS 51.011 §9.2.1). */
#ifndef EMUICC_FS_FCP_GSM_HEADER_H
#define EMUICC_FS_FCP_GSM_HEADER_H

#include "fs/profile/profile.h"

#define GSM_HEADER_DIRECTORY_LEN 23
#define GSM_HEADER_EF_LEN 15

/* CHV1 and CHV2 of a 2G session: PIN1, and the second PIN of the first USIM; NULL if there is none.
 */
struct pin *gsm_header_chv(struct profile *profile, unsigned number);

/* Access conditions are told as far as 2G has names for them: always, CHV1, CHV2, ADM, never. */
void gsm_header_put(struct profile *profile, struct file *file, struct writer *out);

#endif
