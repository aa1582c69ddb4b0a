#include "fs/access/access_domain.h"

#define FULL 0x00
#define UICC_MECHANISM 0x02 /* three bytes of key references follow */
#define KEYS_LEN 3
#define KEYS_ADM 1 /* the byte that has the administrative keys */
#define KEYS_ADM1 0x01
#define REFERENCE_ADM1 0x0A

struct access_domain access_domain_read(struct bytes parameter)
{
    struct access_domain domain = {.kind = ACCESS_DOMAIN_NONE};
    uint8_t mechanism;
    if (!bytes_take_u8(&parameter, &mechanism))
        return domain;
    if (mechanism == FULL && parameter.len == 0)
        domain.kind = ACCESS_DOMAIN_FULL;
    if (mechanism == UICC_MECHANISM && parameter.len == KEYS_LEN) {
        domain.kind = ACCESS_DOMAIN_KEYS;
        domain.adm1 = (parameter.data[KEYS_ADM] & KEYS_ADM1) != 0;
    }
    return domain;
}

bool access_domain_has_key(const struct access_domain *domain, uint8_t reference)
{
    return domain->kind == ACCESS_DOMAIN_FULL ||
           (domain->kind == ACCESS_DOMAIN_KEYS && domain->adm1 && reference == REFERENCE_ADM1);
}
