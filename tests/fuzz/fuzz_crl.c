/* Revocation lists as an LPA passes them on, and each entry of those that can be read. */
#include "crypto/pki/crl.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void touch(struct bytes bytes)
{
    static volatile uint8_t sum;
    for (size_t i = 0; i < bytes.len; i++)
        sum = (uint8_t)(sum ^ bytes.data[i]);
}

static void look_into(struct crl *crl)
{
    struct bytes serial;
    if (crl->part < 1 || crl->part > crl->parts)
        abort();
    touch(crl->tbs);
    touch(crl->issuer);
    touch(crl->authority_key_id);
    while (crl_take_revoked(&crl->revoked, &serial))
        touch(serial);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes input = bytes_of(data, size);
    struct crl crl;
    if (crl_parse(input, &crl))
        look_into(&crl);
    if (crl_parse_content(input, &crl))
        look_into(&crl);
    return 0;
}
