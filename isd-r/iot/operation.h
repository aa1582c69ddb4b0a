/* operation: what an eUICC package can order: profile state management (PSMO) and configuration of
 * eIMs (eCO), one row each (SGP.32 §2.11.1, §5.9.1). */
#ifndef EMUICC_ISD_R_IOT_OPERATION_H
#define EMUICC_ISD_R_IOT_OPERATION_H

#include "isd-r/iot/eim_list.h"
#include "isd-r/iot/iot.h"

#define OPERATION_PSMO_LIST 0xA0
#define OPERATION_ECO_LIST 0xA1

/* Results that several operations have, beside those of profile_state and of eIMs. */
enum operation_result {
    OPERATION_OK = 0,
    OPERATION_NOT_FOUND = 1,
    OPERATION_DISALLOWED = 3,
    OPERATION_COMMAND_ERROR = 7,
    OPERATION_CHANGE_ONGOING = 11, /* listProfileInfo */
    OPERATION_NO_ROLLBACK = 20,    /* rollbackNotAvailable */
    OPERATION_NO_RETURN = 21,      /* returnFallbackProfile */
    OPERATION_UNDEFINED = 127,
};

/* processingTerminated */
enum operation_end {
    OPERATION_END_OVERFLOW = 1, /* resultSizeOverflow */
    OPERATION_END_DAMAGED = 2,  /* unknownOrDamagedCommand */
    OPERATION_END_OTHERWISE = 127,
};

/* A package on its way. */
struct operation_run {
    const struct iot *iot;
    struct iot_remembered start; /* the profile that was enabled when it began */
    bool changed;                /* a profile has been enabled, disabled or deleted by it */
    bool authorises;             /* it has authorised a rollback */
};

struct operation_row;
struct operation {
    const struct operation_row *row;
    struct bytes content;
    struct bytes iccid; /* of those that name a profile */
    bool rollback;      /* enable with rollbackFlag */
};

/* Carries it out: *answer, and appends what the result holds instead of it, if it does. 0 or a
 * failure. */
typedef int operation_handler(struct operation_run *run, const struct operation *operation,
                              int *answer, struct writer *result);

/* How a result is coded. */
enum operation_form {
    OPERATION_CODE,    /* its tag with the answer */
    OPERATION_NESTED,  /* its tag around 80 with the answer */
    OPERATION_CONTENT, /* its tag around what the handler has written, or an error: */
};

struct operation_row {
    uint32_t list; /* OPERATION_PSMO_LIST or OPERATION_ECO_LIST */
    uint32_t tag;
    const char *name; /* SGP.32's */
    enum euicc_info_iot since;
    bool has_iccid; /* a profile's is all that it holds, but for a rollbackFlag */
    bool changes;   /* which profiles there are, or which is enabled */
    bool once;      /* in a package */
    enum operation_form form;
    uint32_t result_tag;
    uint32_t error_tag; /* of OPERATION_CONTENT */
    operation_handler *handle;
    /* The answers that say that it was done, as a bit each. */
    uint32_t done;
};
struct operation_table {
    const struct operation_row *rows;
    size_t count;
};
extern const struct operation_table operation_rows;

/*@ requires \valid(list) && \valid(out) && \separated(list, out) && readable(*list);
    assigns *list, *out;
    ensures \result ==> \valid_read(out->row) && readable(out->content);
    ensures \result ==> list->len < \old(list->len);
    ensures readable(*list); */
/* Takes the next one off a list; false where none is that the chip's release knows. */
bool operation_take(struct bytes *list, uint32_t list_tag, enum euicc_info_iot release,
                    struct operation *out);
void operation_put_result(const struct operation *operation, int answer, struct bytes content,
                          struct writer *results);
/*@ requires \valid_read(row);
    assigns \nothing; */
bool operation_is_done(const struct operation_row *row, int answer);

/* psmo.c */
operation_handler psmo_enable, psmo_disable, psmo_delete, psmo_list_profile_info, psmo_get_rat,
    psmo_configure_immediate_enable, psmo_set_fallback_attribute, psmo_unset_fallback_attribute,
    psmo_set_default_dp_address;
/* eco.c */
operation_handler eco_add_eim, eco_delete_eim, eco_update_eim, eco_list_eim;

#endif
