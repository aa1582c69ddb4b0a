#include "tools/ipa/engine_chip.h"

#include <stdarg.h>
#include <stdio.h>

#include "apdu/der.h"

#define REQUEST_MAX 512
#define CODE_MAX 0xFFFF
#define NOTIFICATION_SENT 0xBF30
#define SEQUENCE_NUMBER 0x80
#define LINE_SIZE 256

void engine_say(struct engine *engine, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    engine->host->say(engine->host->context, line);
}

void engine_report(struct engine *engine, const char *what, json_t *value)
{
    if (engine->report != NULL)
        json_array_append_new(engine->report, json_pack("{s:o}", what, value));
    else
        json_decref(value);
}

bool engine_chip_call(struct engine *engine, uint32_t tag, struct bytes content,
                      struct blob *answer, struct bytes *inside)
{
    uint8_t data[REQUEST_MAX];
    struct writer request = writer_on(data, sizeof(data));
    struct tlv element;
    bool refused;
    *answer = (struct blob){0};
    tlv_put(&request, tag, content);
    if (request.overflow ||
        !engine->host->chip(engine->host->context, writer_bytes(&request), answer, &refused) ||
        !tlv_whole(blob_bytes(answer), tag, &element))
        return false;
    *inside = element.value;
    return true;
}

int engine_chip_code(struct engine *engine, uint32_t tag, struct bytes content, uint32_t code_tag)
{
    struct blob answer;
    struct bytes inside;
    struct tlv code;
    uint32_t number;
    const bool told = engine_chip_call(engine, tag, content, &answer, &inside) &&
                      tlv_find(inside, code_tag, &code) &&
                      der_to_unsigned(code.value, CODE_MAX, &number);
    blob_finish(&answer);
    return told ? (int)number : -1;
}

bool engine_chip_remove(struct engine *engine, uint32_t sequence)
{
    uint8_t data[16];
    struct writer content = writer_on(data, sizeof(data));
    der_put_integer(&content, SEQUENCE_NUMBER, sequence);
    return engine_chip_code(engine, NOTIFICATION_SENT, writer_bytes(&content), 0x80) >= 0;
}
