/* tracer_table: the names of what an LPA and a card say to each other (SGP.22 §5.7, Annex H), as a
 * tree of elements, and which instructions may be shown with their data. */
#ifndef EMUICC_CARD_TRACE_TRACER_TABLE_H
#define EMUICC_CARD_TRACE_TRACER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How an element's value is shown. What has no row is shown as its length alone. */
enum tracer_kind {
    TRACER_HIDDEN, /* its length */
    TRACER_BYTES,
    TRACER_TEXT,
    TRACER_NUMBER,
    TRACER_RESULT, /* a number with a name */
    TRACER_ICCID,  /* digits, the nibbles of each byte swapped */
    TRACER_TREE,
};

enum tracer_node {
    TRACER_REQUEST, /* elements that a function's request begins with */
    TRACER_ANSWER,
    TRACER_SEGMENTS, /* those of a bound package behind its first */
    /* The rest are reached from these. */
    TRACER_TAG_LIST,
    TRACER_CHALLENGE,
    TRACER_INFO1,
    TRACER_INFO2,
    TRACER_KEY_IDS,
    TRACER_CERTIFICATION,
    TRACER_ADDRESSES,
    TRACER_AUTHENTICATE,
    TRACER_SERVER_SIGNED1,
    TRACER_CONTEXT,
    TRACER_DEVICE,
    TRACER_AUTHENTICATED,
    TRACER_AUTHENTICATE_OK,
    TRACER_EUICC_SIGNED1,
    TRACER_SESSION_ERROR,
    TRACER_PREPARE,
    TRACER_SMDP_SIGNED2,
    TRACER_PREPARED,
    TRACER_PREPARE_OK,
    TRACER_EUICC_SIGNED2,
    TRACER_PACKAGE,
    TRACER_SECURE_CHANNEL,
    TRACER_INSTALLATION,
    TRACER_INSTALLATION_DATA,
    TRACER_FINAL_RESULT,
    TRACER_INSTALLED,
    TRACER_NOT_INSTALLED,
    TRACER_NOTIFICATION,
    TRACER_NOTIFICATION_LIST,
    TRACER_NOTIFICATIONS,
    TRACER_SIGNED_NOTIFICATION,
    TRACER_SEARCH,
    TRACER_PROFILES,
    TRACER_PROFILE_LIST,
    TRACER_PROFILE,
    TRACER_OPERATOR,
    TRACER_CHANGE,
    TRACER_PROFILE_ID,
    TRACER_ENABLED,
    TRACER_DISABLED,
    TRACER_DELETED,
    TRACER_NAMED,
    TRACER_RESULT_ONLY,
    TRACER_RESET,
    TRACER_CANCEL,
    TRACER_CANCELLED,
    TRACER_CANCEL_OK,
    TRACER_CANCEL_SIGNED,
    TRACER_EID,
    TRACER_RULES,
    /* of SGP.32 */
    TRACER_EUICC_PACKAGE,
    TRACER_PACKAGE_SIGNED,
    TRACER_PSMO,
    TRACER_ENABLE_PSMO,
    TRACER_ECO,
    TRACER_PACKAGE_RESULT,
    TRACER_PACKAGE_RESULT_SIGNED,
    TRACER_PACKAGE_RESULT_DATA,
    TRACER_PACKAGE_RESULTS,
    TRACER_PACKAGE_ERROR,
    TRACER_PACKAGE_ERROR_DATA,
    TRACER_PACKAGE_ERROR_UNSIGNED,
    TRACER_RESULT_LIST,
    TRACER_EIM_LIST_REQUEST,
    TRACER_EIM_LIST,
    TRACER_EIM,
    TRACER_EIM_SEARCH,
    TRACER_EIM_ADDED,
    TRACER_EIM_TOKENS,
    TRACER_EIM_RESULT,
    TRACER_CERTS,
    TRACER_CERTS_REQUEST,
    TRACER_REFRESH,
    TRACER_CHANGED,
    TRACER_ROLLED_BACK,
    TRACER_IOT_RESET,
    TRACER_IMMEDIATE,
    TRACER_IOT_INFO,
    TRACER_VERSIONS,
};

struct tracer_row {
    enum tracer_node node; /* in which it stands */
    uint32_t tag;
    const char *name; /* NULL: the name of the ES10 function of this tag */
    enum tracer_kind kind;
    enum tracer_node child; /* of a tree; of a result: whose codes it has */
};

/* The row of the element with that tag which is the occurrence-th of its kind (from 0) among its
 * siblings; where several rows have the same tag they stand for one each. NULL: unknown. */
const struct tracer_row *tracer_find(enum tracer_node node, uint32_t tag, size_t occurrence);

/* The name of a result; NULL if it has none. */
const char *tracer_result_name(enum tracer_node node, uint32_t code);

/* Instructions, by the names of their rows, whose data hold no secret and no file's content. */
struct tracer_instruction {
    const char *name;
    bool shows_command, shows_response;
};
/* Of one that is not in the table nothing is shown. */
struct tracer_instruction tracer_instruction(const char *name);

#endif
