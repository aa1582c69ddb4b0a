/* The first element and the last: ProfileHeader (TCA §8.2.1) and PE-End (TCA §8.10). */
#include "apdu/der.h"
#include "fs/saip/saip_pe.h"

enum header_field {
    HEADER_MAJOR,
    HEADER_MINOR,
    HEADER_TYPE,
    HEADER_ICCID,
    HEADER_POL,
    HEADER_SERVICES,
    HEADER_TEMPLATES,
    HEADER_CONNECTIVITY,
    HEADER_AIDS,
    HEADER_IOT,
};

#define MAJOR_MIN 2 /* the format of version 1 differs */
#define SERVICE_TAG 0x80
#define SERVICE_UNKNOWN 0xFF

/* The bit of UICCCapability for each field of ServicesList. */
static const uint8_t service_bits[] = {
    SAIP_SERVICE_CONTACTLESS,   SAIP_SERVICE_USIM,          SAIP_SERVICE_ISIM,
    SAIP_SERVICE_CSIM,          SAIP_SERVICE_MILENAGE,      SAIP_SERVICE_TUAK128,
    SAIP_SERVICE_CAVE,          SAIP_SERVICE_GBA_USIM,      SAIP_SERVICE_GBA_ISIM,
    SAIP_SERVICE_MBMS,          SAIP_SERVICE_EAP,           SAIP_SERVICE_JAVACARD,
    SAIP_SERVICE_MULTOS,        SAIP_SERVICE_MULTIPLE_USIM, SAIP_SERVICE_MULTIPLE_ISIM,
    SAIP_SERVICE_MULTIPLE_CSIM, SAIP_SERVICE_TUAK256,       SAIP_SERVICE_TEST_ALGORITHM,
    SAIP_SERVICE_BER_TLV,       SAIP_SERVICE_DF_LINK,       SAIP_SERVICE_CAT_TP,
    SAIP_SERVICE_GET_IDENTITY,  SAIP_SERVICE_PROFILE_A,     SAIP_SERVICE_PROFILE_B,
    SAIP_SERVICE_SUCI_API,      SAIP_SERVICE_DNS,           SAIP_SERVICE_SCP11,
    SAIP_SERVICE_SCP11C,        SAIP_SERVICE_S16,           SAIP_SERVICE_EAKA,
};

const struct pe_schema_type *saip_service_list(void)
{
    return pe_schema_profile_element.fields[0].type->fields[HEADER_SERVICES].type;
}

static int check_version(struct saip *saip, const struct saip_pe *pe)
{
    uint32_t major = 0, minor = 0;
    const struct saip_platform *platform = &saip->platform;
    der_to_unsigned(pe->fields[HEADER_MAJOR].value, UINT8_MAX, &major);
    der_to_unsigned(pe->fields[HEADER_MINOR].value, UINT8_MAX, &minor);
    if (major < MAJOR_MIN || major > platform->major ||
        (major == platform->major && minor > platform->minor))
        return saip_refuse_because(saip, PE_UNSUPPORTED_PROFILE_VERSION,
                                   pe->fields[HEADER_MAJOR].whole.data,
                                   "format %u.%u, where the card takes %d.0 to %u.%u", major, minor,
                                   MAJOR_MIN, platform->major, platform->minor);
    saip->profile->major = (uint8_t)major;
    saip->profile->minor = (uint8_t)minor;
    return PE_OK;
}

/* Any service the card lacks or has never heard of. */
static int check_services(struct saip *saip, const struct saip_pe *pe)
{
    struct bytes rest = pe->fields[HEADER_SERVICES].value;
    struct tlv service;
    while (tlv_take(&rest, &service)) {
        const uint32_t number = service.tag - SERVICE_TAG;
        if (number >= sizeof service_bits ||
            !saip_supports(saip, (enum saip_service)service_bits[number]))
            return saip_refuse_because(
                saip, PE_FEATURE_NOT_SUPPORTED, service.whole.data, "the card lacks the service %s",
                number < sizeof service_bits ? saip_service_list()->fields[number].name
                                             : "that is not known");
    }
    if (pe->fields[HEADER_IOT].tag != 0 && !saip_supports(saip, SAIP_SERVICE_IOT))
        return saip_refuse_because(saip, PE_FEATURE_NOT_SUPPORTED,
                                   pe->fields[HEADER_IOT].whole.data,
                                   "the card has no IoT minimal profile");
    return PE_OK;
}

static int refuse_template(struct saip *saip, const struct tlv *oid)
{
    char text[DER_OID_TEXT_SIZE] = "";
    (void)der_oid_to_text(oid->value, text, sizeof text);
    return saip_refuse_because(saip, PE_TEMPLATE_NOT_SUPPORTED, oid->whole.data,
                               "the template %.80s is not known", text);
}

static int check_templates(struct saip *saip, const struct saip_pe *pe)
{
    struct bytes rest = pe->fields[HEADER_TEMPLATES].value;
    struct tlv oid;
    while (tlv_take(&rest, &oid))
        if (template_by_oid(oid.value) == NULL)
            return refuse_template(saip, &oid);
    return PE_OK;
}

/* Libraries that must be on the card already; there are none, as code is kept but not run. */
static int check_libraries(struct saip *saip, const struct saip_pe *pe)
{
    const struct bytes list = pe->fields[HEADER_AIDS].value;
    if (list.len == 0)
        return PE_OK;
    return saip_refuse_because(saip, PE_LIB_NOT_SUPPORTED, list.data,
                               "the card has none of the libraries of eUICC-Mandatory-AIDs");
}

/* The type ends with the zero that the profile begins with. */
static void take_names(struct saip *saip, const struct saip_pe *pe)
{
    struct profile *profile = saip->profile;
    const struct bytes type = pe->fields[HEADER_TYPE].value;
    const size_t len = type.len < sizeof profile->type ? type.len : sizeof profile->type - 1;
    if (len > 0)
        memcpy(profile->type, type.data, len);
    bytes_copy_exact(pe->fields[HEADER_ICCID].value, profile->iccid, sizeof profile->iccid);
}

int saip_header(struct saip *saip, const struct saip_pe *pe)
{
    typedef int check(struct saip *, const struct saip_pe *);
    static check *const checks[] = {check_version, check_services, check_templates,
                                    check_libraries};
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        const int result = checks[i](saip, pe);
        if (result != PE_OK)
            return result;
    }
    take_names(saip, pe);
    return saip_store(saip, pe);
}

/* PINs that a directory lists without anybody having given them (TCA §8.1.3). */
static int check_pins(void *context, struct file *file)
{
    struct saip *saip = context;
    if (!file_is_directory(file))
        return PE_OK;
    for (size_t i = 0; i < file->pin_status.len; i++) {
        const uint8_t reference = file->pin_status.data[i];
        if (profile_pin(saip->profile, file, reference) != NULL)
            continue;
        saip->file = (struct saip_place){file->fid, NULL};
        return saip_refuse_because(saip, PE_PIN_CODE_MISSING, saip->current.data,
                                   "its pinStatusTemplateDO lists PIN %02X, which is not there",
                                   reference);
    }
    return PE_OK;
}

int saip_end(struct saip *saip, const struct saip_pe *pe)
{
    (void)pe;
    const int result = profile_each_file(saip->profile, check_pins, saip);
    if (result != PE_OK)
        return result;
    saip->progress = SAIP_ENDED;
    return PE_OK;
}
