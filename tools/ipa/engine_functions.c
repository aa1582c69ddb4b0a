#include "tools/ipa/engine_functions.h"

#include "apdu/der.h"
#include "apdu/hex.h"
#include "tools/ipa/engine_chip.h"
#include "tools/lib/common/text.h"
#include "tools/lib/iot/eim_configuration.h"

#define FALLBACK 0xBF5D
#define RETURN 0xBF5E
#define EMERGENCY 0xBF5B
#define END_EMERGENCY 0xBF5C
#define IMMEDIATE 0xBF5A
#define ADD_EIM 0xBF57
#define EIM_CONFIGURATION 0xBF55
#define EUICC_DATA 0xBF3E
#define LIST 0xA0
#define ERROR 0x81
#define TOKEN 0x84
#define CODE 0x80
#define ERROR_MAX 0xFFFF
#define NO_REFRESH BYTES(0x80, 0x01, 0x00)

static int change(struct engine *engine, uint32_t tag, enum engine_cause cause)
{
    const int result = engine_chip_code(engine, tag, NO_REFRESH, CODE);
    if (result != 0)
        return result;
    engine_change_note(&engine->changes, cause);
    (void)engine->host->changed(engine->host->context);
    return 0;
}

int engine_fallback(struct engine *engine, bool back)
{
    return change(engine, back ? RETURN : FALLBACK, ENGINE_CAUSE_FALLBACK);
}

int engine_emergency(struct engine *engine, bool on)
{
    return change(engine, on ? EMERGENCY : END_EMERGENCY, ENGINE_CAUSE_EMERGENCY);
}

const char *engine_change_text(int code)
{
    static const struct {
        int code;
        const char *text;
    } texts[] = {{0, "ok"},           {2, "the profile is in that state already"},
                 {5, "catBusy"},      {6, "fallbackNotAvailable"},
                 {7, "commandError"}, {8, "ecallNotAvailable"},
                 {104, "ecallActive"}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].code == code)
            return texts[i].text;
    return "undefinedError";
}

int engine_immediate_enable(struct engine *engine)
{
    return engine_chip_code(engine, IMMEDIATE, NO_REFRESH, CODE);
}

static const char *add_error(uint32_t error)
{
    static const struct {
        uint32_t error;
        const char *text;
    } texts[] = {
        {1, "insufficientMemory"},      {2, "associatedEimAlreadyExists"}, {3, "ciPKUnknown"},
        {5, "invalidAssociationToken"}, {6, "counterValueOutOfRange"},     {7, "commandError"}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].error == error)
            return texts[i].text;
    return "undefinedError";
}

/* A token for each eIM, or null for one that has none. */
static json_t *tokens_of(struct bytes list)
{
    json_t *tokens = json_array();
    struct tlv entry;
    int64_t token;
    while (tlv_take(&list, &entry))
        json_array_append_new(tokens, entry.tag == TOKEN && der_to_integer(entry.value, &token)
                                          ? json_integer(token)
                                          : json_null());
    return json_pack("{s:o}", "tokens", tokens);
}

json_t *engine_add_eim(struct engine *engine, struct bytes request)
{
    struct blob answer = {0};
    struct tlv outer, choice;
    uint32_t error;
    bool refused = false;
    json_t *told = NULL;
    if (engine->host->chip(engine->host->context, request, &answer, &refused) &&
        tlv_whole(blob_bytes(&answer), ADD_EIM, &outer) && tlv_take(&outer.value, &choice)) {
        if (choice.tag == LIST)
            told = tokens_of(choice.value);
        else if (choice.tag == ERROR && der_to_unsigned(choice.value, ERROR_MAX, &error))
            told = json_pack("{s:s}", "error", add_error(error));
    }
    blob_finish(&answer);
    return told;
}

static json_t *describe_eim(struct bytes entry)
{
    uint8_t data[2 * EIM_CONFIGURATION_SIZE];
    struct writer room = writer_on(data, sizeof(data));
    struct eim_configuration eim;
    if (!eim_configuration_read(entry, &room, &eim))
        return json_pack("{s:s}", "error", "it cannot be read");
    json_t *object = json_pack("{s:o}", "eimId", text_json(eim.id));
    if (eim.fqdn.len > 0)
        json_object_set_new(object, "eimFqdn", text_json(eim.fqdn));
    if (eim.has_counter)
        json_object_set_new(object, "counterValue", json_integer(eim.counter));
    if (eim.has_token)
        json_object_set_new(object, "associationToken", json_integer(eim.token));
    json_object_set_new(object, "indirectProfileDownload", json_boolean(eim.indirect_download));
    return object;
}

json_t *engine_status(struct engine *engine)
{
    struct blob answer;
    struct bytes inside;
    struct tlv list, entry, eid;
    json_t *eims = json_array(), *told = NULL;
    char digits[HEX_SIZE(ENGINE_EID_SIZE)] = "";
    if (engine_chip_call(engine, EUICC_DATA, BYTES(0x5C, 0x01, 0x5A), &answer, &inside) &&
        tlv_find(inside, 0x5A, &eid) && eid.value.len == ENGINE_EID_SIZE)
        hex_encode(eid.value, digits);
    blob_finish(&answer);
    if (engine_chip_call(engine, EIM_CONFIGURATION, (struct bytes){0}, &answer, &inside) &&
        tlv_take_tag(&inside, LIST, &list)) {
        while (tlv_take_tag(&list.value, DER_SEQUENCE, &entry))
            json_array_append_new(eims, describe_eim(entry.value));
        told = json_pack("{s:s, s:O}", "eid", digits, "eims", eims);
    }
    json_decref(eims);
    blob_finish(&answer);
    return told;
}
