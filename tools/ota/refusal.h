/* refusal: what a token says no with, kept to stand in a fault. */
#ifndef EMUICC_TOOLS_OTA_REFUSAL_H
#define EMUICC_TOOLS_OTA_REFUSAL_H

#define REFUSAL_MAX 320

struct refusal {
    char text[REFUSAL_MAX];
};

/* From here to refusal_end() an error that this thread traces is kept in *refusal (the last one);
 * other lines go where they always go. */
void refusal_begin(struct refusal *refusal);
void refusal_end(void);

#endif
