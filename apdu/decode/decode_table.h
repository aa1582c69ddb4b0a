/* decode_table: the names of what an LPA and a card say to each other (SGP.22 §5.7, Annex H), as a
 * tree of elements, and which instructions may be shown with their data. */
#ifndef EMUICC_APDU_DECODE_DECODE_TABLE_H
#define EMUICC_APDU_DECODE_DECODE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How an element's value is shown. What has no row is shown as its length alone. */
enum decode_table_kind {
    DECODE_HIDDEN, /* its length */
    DECODE_BYTES,
    DECODE_TEXT,
    DECODE_NUMBER,
    DECODE_RESULT, /* a number with a name */
    DECODE_ICCID,  /* digits, the nibbles of each byte swapped */
    DECODE_TREE,
};

enum decode_table_node {
    DECODE_REQUEST, /* elements that a function's request begins with */
    DECODE_ANSWER,
    DECODE_SEGMENTS, /* those of a bound package behind its first */
    /* The rest are reached from these. */
    DECODE_TAG_LIST,
    DECODE_CHALLENGE,
    DECODE_INFO1,
    DECODE_INFO2,
    DECODE_KEY_IDS,
    DECODE_CERTIFICATION,
    DECODE_ADDRESSES,
    DECODE_AUTHENTICATE,
    DECODE_SERVER_SIGNED1,
    DECODE_CONTEXT,
    DECODE_DEVICE,
    DECODE_AUTHENTICATED,
    DECODE_AUTHENTICATE_OK,
    DECODE_EUICC_SIGNED1,
    DECODE_SESSION_ERROR,
    DECODE_PREPARE,
    DECODE_SMDP_SIGNED2,
    DECODE_PREPARED,
    DECODE_PREPARE_OK,
    DECODE_EUICC_SIGNED2,
    DECODE_PREPARE_MOVE,
    DECODE_SMDP_SIGNED4,
    DECODE_MOVE_PREPARED,
    DECODE_MOVE_PREPARE_OK,
    DECODE_VERIFY_MOVE,
    DECODE_MOVE_CONFIRMATION,
    DECODE_SMDP_SIGNED5,
    DECODE_MOVE_RESPONSE,
    DECODE_MOVE_DATA,
    DECODE_MOVE_VERIFIED,
    DECODE_MOVE_VERIFIED_OK,
    DECODE_PACKAGE,
    DECODE_SECURE_CHANNEL,
    DECODE_INSTALLATION,
    DECODE_INSTALLATION_DATA,
    DECODE_FINAL_RESULT,
    DECODE_INSTALLED,
    DECODE_NOT_INSTALLED,
    DECODE_NOTIFICATION,
    DECODE_NOTIFICATION_LIST,
    DECODE_NOTIFICATIONS,
    DECODE_SIGNED_NOTIFICATION,
    DECODE_SEARCH,
    DECODE_PROFILES,
    DECODE_PROFILE_LIST,
    DECODE_PROFILE,
    DECODE_OPERATOR,
    DECODE_CHANGE,
    DECODE_PROFILE_ID,
    DECODE_ENABLED,
    DECODE_DISABLED,
    DECODE_DELETED,
    DECODE_NAMED,
    DECODE_RESULT_ONLY,
    DECODE_RESET,
    DECODE_CANCEL,
    DECODE_CANCELLED,
    DECODE_CANCEL_OK,
    DECODE_CANCEL_SIGNED,
    DECODE_EID,
    DECODE_RULES,
    /* of SGP.32 */
    DECODE_EUICC_PACKAGE,
    DECODE_PACKAGE_SIGNED,
    DECODE_PSMO,
    DECODE_ENABLE_PSMO,
    DECODE_ECO,
    DECODE_PACKAGE_RESULT,
    DECODE_PACKAGE_RESULT_SIGNED,
    DECODE_PACKAGE_RESULT_DATA,
    DECODE_PACKAGE_RESULTS,
    DECODE_PACKAGE_ERROR,
    DECODE_PACKAGE_ERROR_DATA,
    DECODE_PACKAGE_ERROR_UNSIGNED,
    DECODE_RESULT_LIST,
    DECODE_EIM_LIST_REQUEST,
    DECODE_EIM_LIST,
    DECODE_EIM,
    DECODE_EIM_SEARCH,
    DECODE_EIM_ADDED,
    DECODE_EIM_TOKENS,
    DECODE_EIM_RESULT,
    DECODE_CERTS,
    DECODE_CERTS_REQUEST,
    DECODE_REFRESH,
    DECODE_CHANGED,
    DECODE_ROLLED_BACK,
    DECODE_IOT_RESET,
    DECODE_IMMEDIATE,
    DECODE_IOT_INFO,
    DECODE_VERSIONS,
};

struct decode_table_row {
    enum decode_table_node node; /* in which it stands */
    uint32_t tag;
    char name[36]; /* "": the name of the ES10 function of this tag */
    enum decode_table_kind kind;
    enum decode_table_node child; /* of a tree; of a result: whose codes it has */
};

/* The row of the element with that tag which is the occurrence-th of its kind (from 0) among its
 * siblings; where several rows have the same tag they stand for one each. NULL: unknown. */
const struct decode_table_row *decode_table_find(enum decode_table_node node, uint32_t tag,
                                                 size_t occurrence);

/* The name of the ES10 function of this tag; NULL if there is none. */
const char *decode_table_function(uint32_t tag);

/* The name of a result; NULL if it has none. */
const char *decode_table_result_name(enum decode_table_node node, uint32_t code);

/* Whether a result of this code is one of something that failed. */
bool decode_table_is_failure(enum decode_table_node node, uint32_t code);

/* Instructions, by the names of their rows, whose data hold no secret and no file's content. */
struct decode_table_instruction {
    const char *name;
    bool shows_command, shows_response;
};
/* Of one that is not in the table nothing is shown. */
struct decode_table_instruction decode_table_instruction(const char *name);

#endif
