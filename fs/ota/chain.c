#include "fs/ota/chain.h"

#include "apdu/status.h"

#define VALUE "ota-chain" /* in the store */
#define VALUE_MAX 64

static bool is_open_for(const struct chain_link *link)
{
    const struct chain *chain = link->chain;
    return chain->profile != 0 && chain->profile == link->profile &&
           domain_aid_equal(&chain->application, &link->application);
}

static void put_u32(struct writer *out, uint32_t value)
{
    writer_put_u16(out, (uint16_t)(value >> 16));
    writer_put_u16(out, (uint16_t)value);
}

static bool take_u32(struct bytes *from, uint32_t *out)
{
    uint16_t high, low;
    if (!bytes_take_u16(from, &high) || !bytes_take_u16(from, &low))
        return false;
    *out = (uint32_t)high << 16 | low;
    return true;
}

static int keep(const struct chain *chain)
{
    uint8_t room[VALUE_MAX];
    struct writer value = writer_on(room, sizeof(room));
    put_u32(&value, chain->profile);
    put_u32(&value, chain->place.directory);
    put_u32(&value, chain->place.adf);
    put_u32(&value, chain->place.file);
    writer_put_u16(&value, chain->record);
    writer_put(&value, domain_aid_bytes(&chain->application));
    return store_put(chain->store, VALUE, writer_bytes(&value));
}

/* A value that is none of ours is as if there were none. */
static int fetch(struct chain *chain)
{
    uint8_t room[VALUE_MAX];
    struct writer out = writer_on(room, sizeof(room));
    const int result = store_get(chain->store, VALUE, &out);
    if (result != 0)
        return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
    struct bytes value = writer_bytes(&out);
    uint32_t profile;
    if (!take_u32(&value, &profile) || !take_u32(&value, &chain->place.directory) ||
        !take_u32(&value, &chain->place.adf) || !take_u32(&value, &chain->place.file) ||
        !bytes_take_u16(&value, &chain->record) || !domain_aid_set(&chain->application, value))
        return 0;
    chain->profile = profile;
    chain->kept = true;
    return 0;
}

static void begin(const struct chain_link *link, bool kept)
{
    struct chain *chain = link->chain;
    chain_reset(chain);
    chain->profile = link->profile;
    chain->application = link->application;
    chain->kept = kept;
}

int chain_enter(struct chain_link *link, uint8_t position)
{
    const bool first = position == CHAIN_FIRST || position == CHAIN_FIRST_KEPT;
    if (link->chain == NULL || (position == CHAIN_FIRST_KEPT && !link->keepable) ||
        (!first && position != CHAIN_MORE && position != CHAIN_LAST))
        return CHAIN_NOT_SUPPORTED;
    const int result = !first && link->chain->profile == 0 ? fetch(link->chain) : 0;
    if (result != 0)
        return result;
    if (!first && !is_open_for(link))
        return CHAIN_NONE_BEFORE;
    if (first)
        begin(link, position == CHAIN_FIRST_KEPT);
    link->resumed = !first;
    link->goes_on = position != CHAIN_LAST;
    return CHAIN_OK;
}

int chain_leave(const struct chain_link *link)
{
    struct chain *chain = link->chain;
    if (link->goes_on && chain->kept)
        return keep(chain);
    if (link->goes_on) /* one that was kept has ended with this */
        return link->resumed ? 0 : store_forget(chain->store, VALUE);
    if (!link->resumed)
        return 0;
    const int result = chain->kept ? store_forget(chain->store, VALUE) : 0;
    chain_reset(chain);
    return result;
}

void chain_reset(struct chain *chain)
{
    domain_context_end(&chain->work);
    *chain = (struct chain){.store = chain->store};
}
