#include "tools/ipa/engine_inject.h"

#include <stdlib.h>

#include "apdu/der.h"
#include "tools/ipa/engine_chip.h"
#include "tools/ipa/engine_data.h"
#include "tools/ipa/engine_download.h"
#include "tools/ipa/engine_eim.h"
#include "tools/ipa/engine_package.h"
#include "tools/ipa/engine_poll.h"
#include "tools/lib/iot/esipa_status.h"

#define ROOM 16

static const struct esipa_message *transfer(void)
{
    return &esipa_messages[ESIPA_TRANSFER_PACKAGE];
}

static int received(struct blob *out)
{
    return blob_copy(BYTES(DER_NULL, 0x00), out) == 0 ? 0 : ESIPA_UNDEFINED_ERROR;
}

/* 0 with what answers it, or an error of the message. */
static int take(struct engine *engine, const struct esipa_values *request, struct blob *element,
                bool *triggered)
{
    if (request->has[ESIPA_PACKAGE])
        return engine_package_inject(engine, request->at[ESIPA_PACKAGE], element);
    if (request->has[ESIPA_DATA_REQUEST])
        return engine_data_make(engine, request->at[ESIPA_DATA_REQUEST], element)
                   ? 0
                   : ENGINE_INVALID_FORMAT;
    if (request->has[ESIPA_TRANSFERRED_ACKNOWLEDGEMENTS]) {
        engine_eim_acknowledged(engine, request->at[ESIPA_TRANSFERRED_ACKNOWLEDGEMENTS]);
        return received(element);
    }
    *triggered = request->has[ESIPA_TRIGGER];
    return *triggered ? received(element) : ENGINE_UNKNOWN_PACKAGE;
}

static bool write_answer(int code, struct bytes element, struct blob *out)
{
    const size_t size = element.len + ROOM;
    uint8_t *data = malloc(size);
    if (data == NULL)
        return false;
    struct writer writer = writer_on(data, size);
    struct esipa_values values = {0};
    esipa_set(&values, ESIPA_TRANSFER_RESULT, element);
    if (code == 0)
        esipa_put_answer(transfer(), 0, &values, &writer);
    else
        esipa_put_error(transfer(), (uint32_t)code, &writer);
    *out = (struct blob){data, writer_bytes(&writer).len};
    return true;
}

bool engine_inject(struct engine *engine, const char *eim, struct bytes message,
                   struct blob *answer, bool *triggered)
{
    struct esipa_values request;
    struct blob element = {0};
    int code = ENGINE_INVALID_FORMAT;
    *answer = (struct blob){0};
    *triggered = false;
    if (esipa_read_request(transfer(), message, &request))
        code = engine_prepare(engine, eim) ? take(engine, &request, &element, triggered)
                                           : ESIPA_UNDEFINED_ERROR;
    const bool answered = write_answer(code, blob_bytes(&element), answer);
    blob_finish(&element);
    return answered;
}

bool engine_inject_download(struct engine *engine, const char *eim, struct bytes message)
{
    struct esipa_values request;
    return esipa_read_request(transfer(), message, &request) && request.has[ESIPA_TRIGGER] &&
           engine_prepare(engine, eim) && engine_download_take(engine, request.at[ESIPA_TRIGGER]);
}
