#include "tools/ipa/engine_poll.h"

#include <string.h>

#include "apdu/der.h"
#include "tools/ipa/engine_chip.h"
#include "tools/ipa/engine_data.h"
#include "tools/ipa/engine_download.h"
#include "tools/ipa/engine_eim.h"
#include "tools/ipa/engine_package.h"
#include "tools/ipa/engine_waiting.h"
#include "tools/lib/iot/eim_configuration.h"

#define EUICC_DATA 0xBF3E
#define EIM_CONFIGURATION 0xBF55
#define EID 0x5A
#define LIST 0xA0
#define CAUSE_MAX 127
#define ROUNDS_MAX 256 /* packages of one poll: an eIM that never says "none" is not followed */
#define NO_PACKAGE 1

static bool read_eid(struct engine *engine)
{
    struct blob answer;
    struct bytes inside;
    struct tlv eid;
    const bool read =
        engine_chip_call(engine, EUICC_DATA, BYTES(0x5C, 0x01, EID), &answer, &inside) &&
        tlv_find(inside, EID, &eid) &&
        bytes_copy_exact(eid.value, engine->eid, sizeof(engine->eid));
    blob_finish(&answer);
    if (!read)
        engine_say(engine, "the chip tells no EID");
    return read;
}

static bool copy_text(struct bytes from, char *out, size_t size)
{
    if (from.len == 0 || from.len >= size || memchr(from.data, 0, from.len) != NULL)
        return false;
    memcpy(out, from.data, from.len);
    out[from.len] = '\0';
    return true;
}

/* The address is the FQDN, or the eimId where that is one (SGP.32 §2.11.1.1.1). */
static bool use_eim(struct engine *engine, const struct eim_configuration *eim)
{
    char address[ENGINE_ADDRESS_SIZE];
    const struct bytes where = eim->fqdn.len > 0 ? eim->fqdn : eim->id;
    if (!copy_text(eim->id, engine->eim_id, sizeof(engine->eim_id)) ||
        !copy_text(where, address, sizeof(address)))
        return false;
    engine->eim_indirect = eim->indirect_download;
    engine->has_token = eim->has_token;
    engine->token = eim->token;
    return engine->host->set_eim(engine->host->context, address);
}

static bool read_configuration(struct engine *engine, const char *wanted)
{
    uint8_t data[2 * EIM_CONFIGURATION_SIZE];
    struct blob answer;
    struct bytes inside;
    struct tlv list = {0}, entry;
    struct eim_configuration eim;
    struct bytes ids[ENGINE_CHANGE_EIMS_MAX];
    size_t count = 0;
    bool found = false;
    if (engine_chip_call(engine, EIM_CONFIGURATION, (struct bytes){0}, &answer, &inside) &&
        tlv_take_tag(&inside, LIST, &list))
        while (tlv_take_tag(&list.value, DER_SEQUENCE, &entry)) {
            struct writer room = writer_on(data, sizeof(data));
            if (!eim_configuration_read(entry.value, &room, &eim))
                continue;
            if (count < ENGINE_CHANGE_EIMS_MAX)
                ids[count++] = eim.id;
            if (!found && (wanted == NULL || bytes_equal(eim.id, bytes_of_text(wanted))))
                found = use_eim(engine, &eim);
        }
    engine_change_know(&engine->changes, ids, count);
    blob_finish(&answer);
    if (!found)
        engine_say(engine, wanted != NULL ? "the chip knows no eIM of this eimId"
                                          : "the chip knows no eIM: 'emuicc-ipa add-eim FILE'");
    return found;
}

static void tell_change(const struct engine *engine, struct writer *room,
                        struct esipa_values *request)
{
    struct tlv number;
    const enum engine_cause cause = engine_change_for(&engine->changes, engine->eim_id);
    if (cause == ENGINE_CAUSE_NONE)
        return;
    der_put_integer(room, DER_INTEGER, cause);
    if (!tlv_whole(writer_bytes(room), DER_INTEGER, &number))
        return;
    esipa_set(request, ESIPA_NOTIFY_CHANGE, (struct bytes){0});
    esipa_set(request, ESIPA_CHANGE_CAUSE, number.value);
}

/* What the eIM has for this chip. */
static bool ask(struct engine *engine, struct blob *blob, struct esipa_values *answer,
                uint32_t *error)
{
    uint8_t data[8];
    struct writer room = writer_on(data, sizeof(data));
    struct esipa_values request = {0};
    esipa_set(&request, ESIPA_EID, bytes_of(engine->eid, sizeof(engine->eid)));
    tell_change(engine, &room, &request);
    if (!engine_eim_call(engine, ESIPA_GET_EIM_PACKAGE, &request, blob, answer, error))
        return false;
    engine_change_told(&engine->changes, engine->eim_id);
    return true;
}

static bool refuse(struct engine *engine, uint32_t error)
{
    static const char *const texts[] = {"", "noEimPackageAvailable", "eidNotFound", "invalidEid",
                                        "missingEid"};
    engine_say(engine, "the eIM says %s (%u)",
               error < sizeof(texts) / sizeof(texts[0]) ? texts[error] : "undefinedError",
               (unsigned)error);
    return false;
}

static bool act(struct engine *engine, const struct esipa_values *answer)
{
    if (answer->has[ESIPA_PACKAGE])
        return engine_package_take(engine, answer->at[ESIPA_PACKAGE]);
    if (answer->has[ESIPA_DATA_REQUEST])
        return engine_data_take(engine, answer->at[ESIPA_DATA_REQUEST]);
    return engine_download_take(engine, answer->at[ESIPA_TRIGGER]);
}

bool engine_prepare(struct engine *engine, const char *eim)
{
    return read_eid(engine) && read_configuration(engine, eim);
}

bool engine_poll(struct engine *engine, const char *eim)
{
    if (!engine_prepare(engine, eim) || !engine_waiting_deliver(engine))
        return false;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        struct esipa_values answer;
        struct blob blob;
        uint32_t error = 0;
        bool good = ask(engine, &blob, &answer, &error);
        const bool over = good && error == NO_PACKAGE;
        if (good && error != 0 && !over)
            good = refuse(engine, error);
        if (good && !over)
            good = act(engine, &answer);
        blob_finish(&blob);
        if (!good || over)
            return good;
    }
    return true;
}
