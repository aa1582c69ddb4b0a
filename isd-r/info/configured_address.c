#include "isd-r/info/configured_address.h"

#define ADDRESS_NAME "default-dp-address"
#define CI_NAME "default-dp-ci"

int configured_address_get(struct store *store, struct writer *out)
{
    return store_get(store, ADDRESS_NAME, out);
}

int configured_address_get_ci(struct store *store, struct writer *out)
{
    return store_get(store, CI_NAME, out);
}

int configured_address_set(struct store *store, struct bytes address, struct bytes allowed_ci)
{
    const int result = store_put(store, ADDRESS_NAME, address);
    if (result != 0)
        return result;
    return allowed_ci.len > 0 ? store_put(store, CI_NAME, allowed_ci)
                              : store_forget(store, CI_NAME);
}

int configured_address_forget(struct store *store)
{
    const int result = store_forget(store, ADDRESS_NAME);
    return result == 0 ? store_forget(store, CI_NAME) : result;
}
