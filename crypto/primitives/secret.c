#include "crypto/primitives/secret.h"

#include <openssl/crypto.h>

bool secret_set(struct secret *out, struct bytes value)
{
    const bool fits = value.len <= sizeof(out->data);
    const size_t len = fits ? value.len : 0;
    if (len > 0)
        memmove(out->data, value.data, len);
    wipe(out->data + len, sizeof(out->data) - len);
    out->len = len;
    return fits;
}

void secret_wipe(struct secret *secret)
{
    wipe(secret, sizeof(*secret));
}

bool secret_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.data, b.data, a.len) == 0);
}

void wipe(void *memory, size_t len)
{
    if (len > 0)
        explicit_bzero(memory, len); /* OPENSSL_cleanse() goes by eight bytes */
}
