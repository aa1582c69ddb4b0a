#include "tools/ipa/engine_download.h"

#include <stdlib.h>

#include "apdu/der.h"
#include "tools/ipa/engine_chip.h"
#include "tools/ipa/engine_eim.h"
#include "tools/ipa/engine_functions.h"
#include "tools/ipa/engine_waiting.h"

#define RESPONSE_ERROR 0xA0
#define TRANSACTION_ID 0x80
#define UNDEFINED_ERROR 127
#define ROOM 64

/* Which way it goes: a trigger without data is the eIM's to carry through; else direct where both
 * ways are open, unless the eIM offers the other. False if none is. */
static bool choose_way(const struct engine *engine, const struct data_trigger *trigger,
                       bool *indirect)
{
    const bool can_indirect = engine->capabilities & ENGINE_INDIRECT;
    const bool can_direct = engine->capabilities & ENGINE_DIRECT;
    if (trigger->kind == DATA_TRIGGER_EIM) {
        *indirect = true;
        return can_indirect && (engine->capabilities & ENGINE_EIM_DATA);
    }
    *indirect = can_indirect && (engine->eim_indirect || !can_direct);
    return *indirect || can_direct;
}

static bool refuse(struct engine *engine, struct bytes transaction_id)
{
    uint8_t data[ROOM];
    struct writer error = writer_on(data, sizeof(data));
    const size_t mark = tlv_open(&error, RESPONSE_ERROR);
    if (transaction_id.len > 0)
        tlv_put(&error, TRANSACTION_ID, transaction_id);
    der_put_integer(&error, DER_INTEGER, ENGINE_INVALID_FORMAT);
    tlv_close(&error, mark);
    engine_say(engine, "a download that this IPA cannot serve");
    return engine_eim_provide(engine, writer_bytes(&error));
}

static bool provide_result(struct engine *engine, const struct data_trigger *trigger,
                           const struct engine_download *download)
{
    const size_t size = download->installation.len + download->error.len + ROOM;
    uint8_t *data = malloc(size);
    if (data == NULL)
        return false;
    const struct data_trigger_result result = {.transaction_id = trigger->transaction_id,
                                               .installation = blob_bytes(&download->installation),
                                               .reason = UNDEFINED_ERROR,
                                               .response = blob_bytes(&download->error)};
    struct writer writer = writer_on(data, size);
    data_trigger_result_put(&result, &writer);
    const bool delivered = engine_eim_provide(engine, writer_bytes(&writer));
    free(data);
    return delivered;
}

/* The installation's result goes to the eIM, which hands it on; then the chip may forget it. */
static bool notify(struct engine *engine, const struct engine_download *download)
{
    uint32_t sequence;
    const struct bytes installation = blob_bytes(&download->installation);
    if (!engine_eim_notify(engine, installation))
        return false;
    if (engine_waiting_number(installation, &sequence))
        (void)engine_chip_remove(engine, sequence);
    return true;
}

static void enable_at_once(struct engine *engine)
{
    if (engine_immediate_enable(engine) != 0)
        return;
    engine_say(engine, "the chip has enabled the new profile at once");
    engine_change_note(&engine->changes, ENGINE_CAUSE_IMMEDIATE);
    (void)engine->host->changed(engine->host->context);
}

bool engine_download_take(struct engine *engine, struct bytes request)
{
    struct data_trigger trigger;
    struct engine_download download = {0};
    bool indirect;
    if (!data_trigger_read(request, &trigger))
        return refuse(engine, (struct bytes){0});
    if (!choose_way(engine, &trigger, &indirect))
        return refuse(engine, trigger.transaction_id);
    engine->host->download(engine->host->context, &trigger, indirect, &download);
    engine_report(engine, "download",
                  json_string(download.installed ? "installed" : "not installed"));
    if (download.installed)
        enable_at_once(engine);
    const bool told = indirect && download.installation.len > 0
                          ? notify(engine, &download)
                          : provide_result(engine, &trigger, &download);
    blob_finish(&download.installation);
    blob_finish(&download.error);
    return told;
}
