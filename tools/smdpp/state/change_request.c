#include "tools/smdpp/state/change_request.h"

#include "apdu/der.h"
#include "tools/lib/common/text.h"

#include <jansson.h>
#include <stdio.h>

#define TAC_SIZE 4
#define CODE_MAX 255 /* characters */
#define MESSAGE_MAX 80

char *change_request_make(const struct change_question *question, const char *requester,
                          const char *call_id)
{
    char tac[2 * TAC_SIZE + 1] = "";
    text_swapped_digits(question->tac, tac, sizeof(tac));
    json_t *body =
        json_pack("{s:{s:s,s:s},s:s}", "header", "functionRequesterIdentifier", requester,
                  "functionCallIdentifier", call_id, "iccid", question->iccid);
    if (question->eid[0] != '\0')
        json_object_set_new(body, "eid", json_string(question->eid));
    if (tac[0] != '\0')
        json_object_set_new(body, "tac", json_string(tac));
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    return text;
}

static int read_status(const json_t *json)
{
    const char *status;
    const json_t *execution =
        json_object_get(json_object_get(json, "header"), "functionExecutionStatus");
    if (field_text(execution, "status", CODE_MAX, &status) != FIELD_OK)
        return REFUSAL_FUNCTION;
    return strcmp(status, "Executed-Success") == 0 || strcmp(status, "Executed-WithWarning") == 0
               ? 0
               : REFUSAL_ICCID_NOT_ALLOWED;
}

static int read_iccid(const json_t *json, struct change_answer *out)
{
    const char *text;
    uint8_t iccid[ICCID_SIZE];
    const enum field_result found = field_text(json, "newProfileIccid", ICCID_TEXT_SIZE - 1, &text);
    if (found == FIELD_ABSENT)
        return 0;
    if (found != FIELD_OK || !iccid_from_text(text, iccid))
        return REFUSAL_FUNCTION;
    iccid_text(iccid, out->new_iccid);
    return 0;
}

/* LocalisedTextMessage: { languageTag?, message } */
static int read_message(const json_t *json, struct change_answer *out)
{
    const char *text;
    const json_t *message = json_object_get(json, "serviceProviderMessage");
    if (message == NULL)
        return 0;
    if (field_text(message, "message", CHANGE_MESSAGE_SIZE - 1, &text) != FIELD_OK ||
        !der_is_utf8(bytes_of_text(text), MESSAGE_MAX))
        return REFUSAL_FUNCTION;
    snprintf(out->message, sizeof(out->message), "%s", text);
    const enum field_result found =
        field_text(message, "languageTag", CHANGE_LANGUAGE_SIZE - 1, &text);
    if (found == FIELD_OK)
        snprintf(out->language, sizeof(out->language), "%s", text);
    return found == FIELD_INVALID ? REFUSAL_FUNCTION : 0;
}

static int read_code(const json_t *json, struct change_answer *out)
{
    const char *text;
    const enum field_result found = field_text(json, "confirmationCode", CODE_MAX, &text);
    if (found == FIELD_ABSENT)
        return 0;
    if (found != FIELD_OK || text[0] == '\0')
        return REFUSAL_FUNCTION;
    const struct bytes code = bytes_of_text(text);
    out->has_code = true;
    return sha256(&code, 1, out->code);
}

int change_request_read(struct bytes answer, struct change_answer *out)
{
    *out = (struct change_answer){0};
    json_t *json = json_loadb((const char *)answer.data, answer.len, 0, NULL);
    int result = json != NULL ? read_status(json) : REFUSAL_FUNCTION;
    if (result == 0)
        result = read_iccid(json, out);
    if (result == 0)
        result = read_message(json, out);
    if (result == 0)
        result = read_code(json, out);
    json_decref(json);
    return result;
}
