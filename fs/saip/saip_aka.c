/* Network keys: PE-AKAParameter (TCA §8.4.2) and PE-CDMAParameter (TCA §8.4.3). */
#include "apdu/der.h"
#include "apdu/hex.h"
#include "crypto/primitives/secret.h"
#include "fs/saip/saip_pe.h"

enum pe_field { PE_HEADER, PE_CONFIGURATION, PE_SQN_OPTIONS, PE_SQN_DELTA, PE_AGE_LIMIT, PE_SQN };
enum configuration_tag { CONFIGURATION_MAPPING = 0xA0, CONFIGURATION_ALGORITHM = 0xA1 };
enum mapping_field { MAPPING_OPTIONS, MAPPING_SOURCE, MAPPING_FIELDS };
enum algorithm_field {
    ALGORITHM_ID,
    ALGORITHM_OPTIONS,
    ALGORITHM_KEY,
    ALGORITHM_OPC,
    ALGORITHM_ROTATION,
    ALGORITHM_XORING,
    ALGORITHM_COUNTER_MAX,
    ALGORITHM_KECCAK,
    ALGORITHM_FIELDS,
};

#define KEY_SHORT 16
#define KEY_LONG 32
#define MILENAGE_OPC 16
#define TUAK_TOPC 32
#define SQN_MAX_FIRST 0x07 /* first byte of the greatest SQN, delta and limit: 07FFFFFFFFFF */

/* The value of a field, or its DEFAULT, which is given for as many bytes as `out` has. */
static void read_octets(const struct pe_schema_type *type, const struct tlv *fields, size_t n,
                        uint8_t *out, size_t len)
{
    struct writer writer = writer_on(out, len);
    if (fields[n].tag != 0)
        bytes_copy_exact(fields[n].value, out, len);
    else if (type->fields[n].fallback != NULL)
        hex_decode(type->fields[n].fallback, &writer);
}

static const struct pe_schema_type *alternative(const struct saip_pe *pe, uint32_t tag)
{
    const struct pe_schema_type *choice = pe->type->fields[PE_CONFIGURATION].type;
    return pe_schema_find(choice, 0, tag)->type;
}

/* The lengths of key and OPc that go with the algorithm. */
static bool sizes_fit(enum aka_algorithm algorithm, size_t key, size_t opc)
{
    switch (algorithm) {
    case AKA_MILENAGE:
        return key == KEY_SHORT && opc == MILENAGE_OPC;
    case AKA_TUAK:
        return (key == KEY_SHORT || key == KEY_LONG) && opc == TUAK_TOPC;
    case AKA_TEST:
        return key == KEY_SHORT && opc <= TUAK_TOPC;
    default:
        return false;
    }
}

static enum saip_service service_of(const struct aka *aka)
{
    if (aka->algorithm == AKA_MILENAGE)
        return SAIP_SERVICE_MILENAGE;
    if (aka->algorithm == AKA_TEST)
        return SAIP_SERVICE_TEST_ALGORITHM;
    return aka->key_len == KEY_LONG ? SAIP_SERVICE_TUAK256 : SAIP_SERVICE_TUAK128;
}

static int read_algorithm(struct saip *saip, const struct pe_schema_type *type,
                          const struct tlv *choice, struct aka *aka)
{
    struct tlv fields[ALGORITHM_FIELDS];
    uint32_t algorithm = 0, keccak = 1;
    pe_schema_split(type, choice->value, fields);
    const struct bytes key = fields[ALGORITHM_KEY].value, opc = fields[ALGORITHM_OPC].value;
    if (!der_to_unsigned(fields[ALGORITHM_ID].value, AKA_TEST, &algorithm) ||
        !sizes_fit((enum aka_algorithm)algorithm, key.len, opc.len))
        return saip_refuse_because(saip, PE_BAD_VALUES, choice->whole.data,
                                   "algorithm %u has no key of %zu bytes with an OPc of %zu",
                                   algorithm, key.len, opc.len);
    if (fields[ALGORITHM_KECCAK].tag != 0 &&
        (!der_to_unsigned(fields[ALGORITHM_KECCAK].value, UINT8_MAX, &keccak) || keccak == 0))
        return saip_refuse_because(saip, PE_BAD_VALUES, fields[ALGORITHM_KECCAK].whole.data,
                                   "numberOfKeccak is 1 to %d", UINT8_MAX);
    aka->algorithm = (enum aka_algorithm)algorithm;
    aka->options = fields[ALGORITHM_OPTIONS].value.data[0];
    aka->key_len = (uint8_t)key.len;
    memcpy(aka->key, key.data, key.len);
    aka->opc_len = (uint8_t)opc.len;
    if (opc.len > 0)
        memcpy(aka->opc, opc.data, opc.len);
    read_octets(type, fields, ALGORITHM_ROTATION, aka->rotation, sizeof aka->rotation);
    read_octets(type, fields, ALGORITHM_XORING, aka->xoring, sizeof aka->xoring);
    aka->has_auth_counter_max = fields[ALGORITHM_COUNTER_MAX].tag != 0;
    read_octets(type, fields, ALGORITHM_COUNTER_MAX, aka->auth_counter_max,
                sizeof aka->auth_counter_max);
    aka->keccak = (uint8_t)keccak;
    if (!saip_supports(saip, service_of(aka)))
        return saip_refuse_because(saip, PE_FEATURE_NOT_SUPPORTED, choice->whole.data,
                                   "the card lacks the algorithm %u", algorithm);
    return PE_OK;
}

static int read_mapping(struct saip *saip, const struct pe_schema_type *type,
                        const struct tlv *choice, struct aka *aka)
{
    struct tlv fields[MAPPING_FIELDS];
    pe_schema_split(type, choice->value, fields);
    struct file *source = profile_adf_by_aid(saip->profile, fields[MAPPING_SOURCE].value, NULL);
    const struct aka *used = source != NULL ? profile_aka(saip->profile, source) : NULL;
    if (used == NULL || used->adf == aka->adf)
        return saip_refuse_because(saip, PE_BAD_VALUES, choice->whole.data,
                                   "mappingSource leads to no other application's parameters");
    aka->mapping_options = fields[MAPPING_OPTIONS].value.data[0];
    aka->mapped = used->adf;
    return PE_OK;
}

/* The sequence numbers and what limits them; all start at the DEFAULT, which is given once. */
static int read_sqn(struct saip *saip, const struct saip_pe *pe, struct aka *aka)
{
    struct bytes rest = pe->fields[PE_SQN].value;
    struct tlv element;
    read_octets(pe->type, pe->fields, PE_SQN_OPTIONS, &aka->sqn_options, 1);
    read_octets(pe->type, pe->fields, PE_SQN_DELTA, aka->sqn_delta, AKA_SQN_SIZE);
    read_octets(pe->type, pe->fields, PE_AGE_LIMIT, aka->sqn_age_limit, AKA_SQN_SIZE);
    for (size_t i = 0; i < AKA_SQN_COUNT && tlv_take(&rest, &element); i++)
        bytes_copy_exact(element.value, aka->sqn[i], AKA_SQN_SIZE);
    uint8_t worst = aka->sqn_delta[0] | aka->sqn_age_limit[0];
    for (size_t i = 0; i < AKA_SQN_COUNT; i++)
        worst |= aka->sqn[i][0];
    return worst <= SQN_MAX_FIRST ? PE_OK
                                  : saip_refuse_because(saip, PE_BAD_VALUES, pe->whole.data,
                                                        "a sequence number is longer than 43 bits");
}

static bool has_aka(const struct profile *profile, uint32_t adf)
{
    const struct aka *aka = profile->akas;
    while (aka != NULL && aka->adf != adf)
        aka = aka->next;
    return aka != NULL;
}

static int read_configuration(struct saip *saip, const struct saip_pe *pe, struct aka *aka)
{
    struct bytes rest = pe->fields[PE_CONFIGURATION].value;
    struct tlv choice;
    if (!tlv_take(&rest, &choice))
        return saip_refuse_because(saip, PE_INVALID_REQUEST_FORMAT, pe->whole.data,
                                   "it has no algoConfiguration");
    const struct pe_schema_type *type = alternative(pe, choice.tag);
    return choice.tag == CONFIGURATION_MAPPING ? read_mapping(saip, type, &choice, aka)
                                               : read_algorithm(saip, type, &choice, aka);
}

int saip_aka(struct saip *saip, const struct saip_pe *pe)
{
    struct saip_context *now = &saip->now;
    if (has_aka(saip->profile, now->adf->id))
        return saip_refuse_because(saip, PE_INVALID_REQUEST_FORMAT, pe->whole.data,
                                   "the application has its parameters already");
    struct aka *aka = saip_alloc(saip, sizeof *aka);
    if (aka == NULL)
        return PE_NOT_ENOUGH_MEMORY;
    aka->adf = now->adf->id;
    int result = read_configuration(saip, pe, aka);
    if (result == PE_OK && aka->mapped == 0)
        result = read_sqn(saip, pe, aka);
    if (result != PE_OK)
        return result;
    *(now->last_aka != NULL ? &now->last_aka->next : &saip->profile->akas) = aka;
    now->last_aka = aka;
    return PE_OK;
}
