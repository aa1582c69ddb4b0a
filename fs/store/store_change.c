/* The part of the store that rewrites one PIN, PUK or set of AKA parameters. */
#include "apdu/status.h"
#include "fs/store/store.h"
#include "fs/store/store_profile.h"

/* The statements to update leave ?2 unused, where the ones to add have the position. */
static int update(struct store *store, enum store_statement which, uint32_t profile,
                  const struct store_columns *columns, const void *node)
{
    sqlite3_stmt *statement = store_statement_for_change(store, which);
    if (statement == NULL)
        return FAILURE_MEMORY;
    sqlite3_bind_int64(statement, 1, profile);
    store_column_bind(statement, 3, columns, node);
    return store_statement_run_on_one(store, statement);
}

int store_pin_update(struct store *store, uint32_t profile, const struct pin *pin)
{
    return update(store, STORE_PIN_UPDATE, profile, &store_pin_columns, pin);
}

int store_puk_update(struct store *store, uint32_t profile, const struct puk *puk)
{
    return update(store, STORE_PUK_UPDATE, profile, &store_puk_columns, puk);
}

int store_aka_update(struct store *store, uint32_t profile, const struct aka *aka)
{
    return update(store, STORE_AKA_UPDATE, profile, &store_aka_columns, aka);
}
