/* Elements that are checked and then kept whole: what they ask for is not run by this card, or
 * later, by those who read them (TCA §8.4.3, TCA §8.6 to TCA §8.9). */
#include "fs/saip/saip_pe.h"

enum domain_field { DOMAIN_HEADER, DOMAIN_INSTANCE, DOMAIN_KEYS };
enum key_field { KEY_USAGE, KEY_ACCESS, KEY_IDENTIFIER, KEY_VERSION, KEY_FIELDS = 6 };
enum rfm_field { RFM_HEADER, RFM_INSTANCE, RFM_DOMAIN, RFM_TARS };
enum application_field { APPLICATION_HEADER, APPLICATION_LOAD_BLOCK, APPLICATION_INSTANCES };

#define AID_WITH_TAR 15 /* the TAR is in bytes 13 to 15 of the instance's AID */

static bool same_key(const struct tlv *one, const struct tlv *other)
{
    return bytes_equal(one[KEY_IDENTIFIER].value, other[KEY_IDENTIFIER].value) &&
           bytes_equal(one[KEY_VERSION].value, other[KEY_VERSION].value);
}

/* A key's identifier and version stand for one key (TCA §8.6.3). */
static int check_keys(struct saip *saip, const struct pe_schema_type *list, struct bytes keys)
{
    struct tlv key, other, fields[KEY_FIELDS], other_fields[KEY_FIELDS];
    while (tlv_take(&keys, &key)) {
        struct bytes rest = keys;
        pe_schema_split(list->element, key.value, fields);
        while (tlv_take(&rest, &other)) {
            pe_schema_split(list->element, other.value, other_fields);
            if (same_key(fields, other_fields))
                return saip_refuse_because(saip, PE_BAD_VALUES, other.whole.data,
                                           "its keys have one of this version and identifier");
        }
    }
    return PE_OK;
}

int saip_security_domain(struct saip *saip, const struct saip_pe *pe)
{
    const int result =
        check_keys(saip, pe->type->fields[DOMAIN_KEYS].type, pe->fields[DOMAIN_KEYS].value);
    return result == PE_OK ? saip_store(saip, pe) : result;
}

int saip_rfm(struct saip *saip, const struct saip_pe *pe)
{
    const struct tlv *instance = &pe->fields[RFM_INSTANCE];
    if (pe->fields[RFM_TARS].tag == 0 && instance->value.len < AID_WITH_TAR)
        return saip_refuse_because(saip, PE_BAD_VALUES, instance->whole.data,
                                   "it has no TAR, neither in tarList nor in its AID");
    return saip_store(saip, pe);
}

/* Code needs a runtime environment; it is kept, and loaded by none (TCA §8.7). */
int saip_application(struct saip *saip, const struct saip_pe *pe)
{
    const struct tlv *load_block = &pe->fields[APPLICATION_LOAD_BLOCK];
    const uint32_t runtimes = SAIP_BIT(SAIP_SERVICE_JAVACARD) | SAIP_BIT(SAIP_SERVICE_MULTOS);
    if (load_block->tag != 0 && (saip->platform.services & runtimes) == 0)
        return saip_refuse_because(saip, PE_RUNTIME_NOT_SUPPORTED, load_block->whole.data,
                                   "the card has no runtime for code");
    return saip_store(saip, pe);
}
