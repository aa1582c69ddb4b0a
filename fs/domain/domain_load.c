/* LOAD (GlobalPlatform §11.6): a load file is kept and listed; nothing here runs it. */
#include "fs/domain/domain_commands.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/tlv.h"

#define P1_LAST 0x80
#define TAG_SIGNATURES 0xE2
#define TAG_CODE 0xC4
#define MODULES_MAX 512

/* Components of a CAP file (Java Card VM Specification §6). */
#define COMPONENT_APPLETS 3
#define OFFSET_SIZE 2 /* of an applet's install method */

/* The file's bytes: behind signatures, in one object. */
static bool find_code(struct bytes data, struct bytes *out)
{
    struct tlv tlv;
    while (tlv_take_tag(&data, TAG_SIGNATURES, &tlv)) {
    }
    if (!tlv_take_tag(&data, TAG_CODE, &tlv) || data.len > 0)
        return false;
    *out = tlv.value;
    return true;
}

static void put_applets(struct bytes component, struct writer *out)
{
    struct bytes aid, offset;
    uint8_t count = 0, len;
    (void)bytes_take_u8(&component, &count);
    while (count-- > 0 && bytes_take_u8(&component, &len) && bytes_take(&component, len, &aid) &&
           bytes_take(&component, OFFSET_SIZE, &offset) && len <= DOMAIN_AID_MAX) {
        writer_put_u8(out, len);
        writer_put(out, aid);
    }
}

/* The classes of a CAP file; of another format none are known. */
static void read_modules(struct bytes code, struct writer *out)
{
    struct bytes component;
    uint8_t tag;
    uint16_t len;
    while (bytes_take_u8(&code, &tag) && bytes_take_u16(&code, &len) &&
           bytes_take(&code, len, &component))
        if (tag == COMPONENT_APPLETS) {
            put_applets(component, out);
            return;
        }
}

static int check_memory(const struct domains *domains, size_t wanted)
{
    uint64_t used;
    const int result = store_used(domains->store, &used);
    if (result != 0)
        return result;
    return used <= domains->memory && wanted <= domains->memory - used ? 0 : SW_NOT_ENOUGH_MEMORY;
}

static int keep_file(struct domain_context *context)
{
    struct domain_registry *registry;
    struct domain_entry entry = context->loading;
    uint8_t room[MODULES_MAX];
    struct writer modules = writer_on(room, sizeof(room));
    struct bytes code;
    int result = domain_context_managed(context, &registry);
    if (result != 0)
        return result;
    if (!find_code(bytes_of(context->load.data, context->load.len), &code))
        return SW_WRONG_DATA;
    result = check_memory(context->domains, code.len);
    if (result != 0)
        return result;
    read_modules(code, &modules);
    entry.size = (uint32_t)code.len;
    entry.modules = writer_bytes(&modules);
    result = domain_registry_put(registry, &entry);
    return result == 0 ? domain_registry_put_code(registry, &entry.aid, code) : result;
}

static void forget(struct domain_context *context)
{
    context->loading = (struct domain_entry){0};
    domain_context_drop(&context->load);
}

int domain_load(struct domain_context *context, const struct apdu *apdu, struct writer *response)
{
    const bool last = (apdu->p1 & P1_LAST) != 0;
    if ((apdu->p1 & ~P1_LAST) != 0)
        return SW_WRONG_P1_P2;
    if (context->loading.aid.len == 0 || apdu->p2 != context->load.next) {
        forget(context);
        return SW_CONDITIONS_NOT_SATISFIED;
    }
    int result = domain_context_append(&context->load, apdu->data);
    if (result == 0 && last)
        result = keep_file(context);
    if (result != 0 || last)
        forget(context);
    if (result == 0 && last)
        writer_put_u8(response, 0); /* no receipt */
    return result;
}
