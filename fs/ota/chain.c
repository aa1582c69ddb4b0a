#include "fs/ota/chain.h"

static bool is_open_for(const struct chain_link *link)
{
    const struct chain *chain = link->chain;
    return chain->profile != 0 && chain->profile == link->profile &&
           domain_aid_equal(&chain->application, &link->application);
}

static void begin(const struct chain_link *link)
{
    chain_end(link->chain);
    link->chain->profile = link->profile;
    link->chain->application = link->application;
}

enum chain_error chain_enter(struct chain_link *link, uint8_t position)
{
    const bool first = position == CHAIN_FIRST;
    if (link->chain == NULL || (!first && position != CHAIN_MORE && position != CHAIN_LAST))
        return CHAIN_NOT_SUPPORTED;
    if (!first && !is_open_for(link))
        return CHAIN_NONE_BEFORE;
    if (first)
        begin(link);
    link->resumed = !first;
    link->goes_on = position != CHAIN_LAST;
    return CHAIN_OK;
}

void chain_end(struct chain *chain)
{
    domain_context_end(&chain->work);
    *chain = (struct chain){0};
}
