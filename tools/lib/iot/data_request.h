/* data_request: what an eIM asks of an IPA beside packages: data of chip and device, and profile
 * downloads; and the answers (SGP.32 §2.11.1.2, §2.11.1.3, §2.11.2). */
#ifndef EMUICC_TOOLS_LIB_IOT_DATA_REQUEST_H
#define EMUICC_TOOLS_LIB_IOT_DATA_REQUEST_H

#include <jansson.h>

#include "apdu/tlv.h"

/* Tags of a tagList, and of the elements that answer it. */
#define DATA_NOTIFICATIONS 0xA0
#define DATA_DEFAULT_SMDP 0x81
#define DATA_RESULTS 0xA2
#define DATA_INFO1 0xBF20
#define DATA_INFO2 0xBF22
#define DATA_ROOT_SMDS 0x83
#define DATA_TOKEN 0x84
#define DATA_EUM_CERTIFICATE 0xA5
#define DATA_EUICC_CERTIFICATE 0xA6
#define DATA_TRANSACTION 0x87
#define DATA_CAPABILITIES 0xA8
#define DATA_DEVICE_INFO 0xA9

#define DATA_TAG_LIST_MAX 64
#define DATA_TRANSACTION_MAX 16
#define DATA_CERTIFICATE_MAX 2048

/* IpaEuiccDataRequest; the slices borrow. */
struct data_request {
    struct bytes tags;      /* content of the tag list */
    struct bytes ci_key_id; /* empty: the first of the chip's */
    bool has_notification, has_notification_events, has_result;
    uint32_t notification;        /* sequence number */
    uint32_t notification_events; /* bits */
    uint32_t result;              /* sequence number */
    struct bytes transaction_id;  /* empty: none */
};
void data_request_put(const struct data_request *request, struct writer *out); /* BF52 whole */
bool data_request_read(struct bytes whole, struct data_request *out);
/* The next tag of a tag list; false at its end or where it is cut. */
bool data_tag_take(struct bytes *list, uint32_t *tag);

enum data_answer_kind { DATA_ANSWER, DATA_ANSWER_ERROR };
struct data_answer {
    enum data_answer_kind kind;
    struct bytes data; /* the elements, one after the other */
    uint32_t error;
    struct bytes transaction_id;
};
/* IpaEuiccDataResponse, BF52 whole; the error of v1.0, an INTEGER alone, as well. */
bool data_answer_read(struct bytes whole, struct data_answer *out);
/* The certificate (DER) under DATA_EUM_CERTIFICATE or DATA_EUICC_CERTIFICATE of an answer's data,
 * of at most DATA_CERTIFICATE_MAX bytes; false if there is none. */
bool data_answer_certificate(struct bytes data, uint32_t tag, struct writer *out);
/* {"edrResult": "ok", "euiccData": {…}}; NULL if what is in it is malformed. */
json_t *data_answer_json(const struct data_answer *answer);
const char *data_answer_error_text(uint32_t error);

/* ProfileDownloadTriggerRequest */
enum data_trigger_kind {
    DATA_TRIGGER_EIM,             /* the eIM keeps what the download needs */
    DATA_TRIGGER_ACTIVATION_CODE, /* without "LPA:" */
    DATA_TRIGGER_DEFAULT_SMDP,
    DATA_TRIGGER_SMDS,
};
struct data_trigger {
    enum data_trigger_kind kind;
    struct bytes text; /* the code, or the SM-DS' address (empty: the chip's root SM-DS) */
    struct bytes transaction_id;
};
void data_trigger_put(const struct data_trigger *trigger, struct writer *out); /* BF54 whole */
bool data_trigger_read(struct bytes whole, struct data_trigger *out);

/* ProfileDownloadTriggerResult, BF54 whole. */
struct data_trigger_result {
    struct bytes transaction_id;
    struct bytes installation; /* ProfileInstallationResult, BF37 whole; empty: it failed before */
    uint32_t reason;           /* then: 104 or 127 */
    struct bytes response;     /* what server or chip answered, or empty */
};
bool data_trigger_result_read(struct bytes whole, struct data_trigger_result *out);
void data_trigger_result_put(const struct data_trigger_result *result, struct writer *out);

#endif
