/* The answer to an IpaEuiccDataRequest as JSON: each element by its name, as text where it is one
 * and as hexadecimal digits where it is ASN.1. */
#include <stdlib.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "tools/lib/common/text.h"
#include "tools/lib/iot/data_request.h"

enum data_form { DATA_TEXT, DATA_NUMBER, DATA_HEX };

static const struct data_row {
    uint32_t tag;
    const char *name;
    enum data_form form;
} rows[] = {
    {DATA_NOTIFICATIONS, "notificationsList", DATA_HEX},
    {DATA_DEFAULT_SMDP, "defaultSmdpAddress", DATA_TEXT},
    {DATA_RESULTS, "euiccPackageResultList", DATA_HEX},
    {DATA_INFO1, "euiccInfo1", DATA_HEX},
    {DATA_INFO2, "euiccInfo2", DATA_HEX},
    {DATA_ROOT_SMDS, "rootSmdsAddress", DATA_TEXT},
    {DATA_TOKEN, "associationToken", DATA_NUMBER},
    {DATA_EUM_CERTIFICATE, "eumCertificate", DATA_HEX},
    {DATA_EUICC_CERTIFICATE, "euiccCertificate", DATA_HEX},
    {DATA_CAPABILITIES, "ipaCapabilities", DATA_HEX},
    {DATA_DEVICE_INFO, "deviceInfo", DATA_HEX},
};

const char *data_answer_error_text(uint32_t error)
{
    static const struct {
        uint32_t error;
        const char *text;
    } texts[] = {{1, "incorrectTagList"}, {5, "euiccCiPKIdNotFound"}, {104, "ecallActive"}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].error == error)
            return texts[i].text;
    return "undefinedError";
}

static json_t *value_json(enum data_form form, const struct tlv *element)
{
    int64_t number;
    if (form == DATA_TEXT)
        return text_json(element->value);
    if (form == DATA_NUMBER)
        return der_to_integer(element->value, &number) ? json_integer(number) : NULL;
    return text_json_hex(element->whole);
}

static int set_element(json_t *object, const struct tlv *element)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].tag == element->tag)
            return json_object_set_new(object, rows[i].name, value_json(rows[i].form, element));
    return 0;
}

static json_t *elements_json(struct bytes data)
{
    json_t *object = json_object();
    struct tlv element;
    bool good = true;
    while (good && tlv_take(&data, &element))
        good = set_element(object, &element) == 0;
    if (good && data.len == 0)
        return object;
    json_decref(object);
    return NULL;
}

json_t *data_answer_json(const struct data_answer *answer)
{
    if (answer->kind == DATA_ANSWER_ERROR)
        return json_pack("{s:s}", "edrResult", data_answer_error_text(answer->error));
    return json_pack("{s:s, s:o}", "edrResult", "ok", "euiccData", elements_json(answer->data));
}
