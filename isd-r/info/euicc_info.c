#include "isd-r/info/euicc_info.h"

#include "apdu/der.h"
#include "apdu/status.h"
#include "isd-r/info/es10_tag.h"

#define MEDIUM_EUICC 2
#define TRE_IS_DISCRETE (1u << 0)
#define TAG_SVN 0x82
#define TAG_RSP_CAPABILITY 0x88
#define TAG_PLATFORM_LABEL 0x80
#define TAG_DISCOVERY_BASE_URL 0x81
#define TAG_INSTALLED_APPLICATIONS 0x81 /* TS 102 226 §8.2.1.7.2 */
#define TAG_FREE_NON_VOLATILE 0x82
#define TAG_FREE_VOLATILE 0x83
#define CONFIGURATION_ENABLED_PROFILE (1u << 2)     /* euiccConfiguration */
#define IOT_CONFIGURATION_ENABLED_PROFILE (1u << 1) /* SGP.32's */
#define TAG_CONFIGURATION 0x80
#define IPA_MODE_IPAD 0
#define TAG_IOT_VERSIONS 0xA0
#define TAG_ECALL 0x81
#define TAG_FALLBACK 0x82

const struct euicc_info euicc_info_default = {
    .svn = {2, 5, 0},
    .highest_svn = {2, 5, 0},
    .profile_version = {2, 3, 1},
    .firmware_version = {1, 0, 0},
    .globalplatform_version = {2, 3, 0},
    .protection_profile_version = {1, 0, 0},
    .platform = &saip_default_platform,
    .rsp_capability = EUICC_INFO_ADDITIONAL_PROFILE | EUICC_INFO_CRL | EUICC_INFO_TEST_PROFILE |
                      EUICC_INFO_DEVICE_INFO_EXTENSIBILITY,
    .tre_properties = TRE_IS_DISCRETE,
    .category = MEDIUM_EUICC,
    .lpa_mode = 0, /* lpad */
    .accreditation_number = "EMUICC-TEST",
    .root_ds_address = "testrootsmds.example.com",
    .memory = 1 << 20,
    .ram = 1 << 14,
    .iot_mechanisms = EUICC_INFO_ECALL | EUICC_INFO_FALLBACK,
};

uint32_t euicc_info_free_ram(const struct euicc_info *info, size_t profiles)
{
    const uint64_t used = (uint64_t)profiles * info->profile_ram;
    return used < info->ram ? info->ram - (uint32_t)used : 0;
}

int euicc_info_free_memory(const struct euicc_info *info, struct store *store, uint64_t *out)
{
    uint64_t used;
    const int result = store_used(store, &used);
    if (result == 0)
        *out = used < info->memory ? info->memory - used : 0;
    return result;
}

int euicc_info_platform_left(const struct euicc_info *info, struct store *store, size_t profiles,
                             struct saip_platform *out)
{
    uint64_t memory;
    const int result = euicc_info_free_memory(info, store, &memory);
    if (result != 0)
        return result;
    *out = *info->platform;
    out->memory = (size_t)memory;
    return euicc_info_free_ram(info, profiles) < info->profile_ram;
}

/* What the fields are made of. */
struct source {
    const struct euicc_info *info;
    const struct credentials *credentials;
    uint64_t free_memory;
    size_t profiles;
};

/* Writes the element, or nothing where the chip has no such field. */
typedef void put_field(const struct source *source, uint32_t tag, size_t offset,
                       struct writer *out);

static const void *field_at(const struct source *source, size_t offset)
{
    return (const uint8_t *)source->info + offset;
}

static void put_version(const struct source *source, uint32_t tag, size_t offset,
                        struct writer *out)
{
    tlv_put(out, tag, bytes_of(field_at(source, offset), EUICC_INFO_VERSION_SIZE));
}

static void put_optional_version(const struct source *source, uint32_t tag, size_t offset,
                                 struct writer *out)
{
    const uint8_t *version = field_at(source, offset);
    if (version[0] != 0 || version[1] != 0 || version[2] != 0)
        put_version(source, tag, offset, out);
}

static void put_packages(const struct source *source, uint32_t tag, size_t offset,
                         struct writer *out)
{
    (void)offset;
    const struct euicc_info *info = source->info;
    if (info->additional_package_count == 0)
        return;
    const size_t mark = tlv_open(out, tag);
    for (uint32_t i = 0; i < info->additional_package_count; i++)
        tlv_put(out, DER_OCTET_STRING,
                bytes_of(info->additional_packages[i], EUICC_INFO_VERSION_SIZE));
    tlv_close(out, mark);
}

static void put_u32(struct writer *out, uint32_t tag, uint32_t value)
{
    tlv_put_header(out, tag, sizeof(value));
    writer_put_u16(out, (uint16_t)(value >> 16));
    writer_put_u16(out, (uint16_t)value);
}

void euicc_info_put_resource(const struct euicc_info *info, uint64_t free_memory, size_t profiles,
                             struct writer *out)
{
    if (info->card_resource.len > 0) {
        writer_put(out, info->card_resource);
        return;
    }
    der_put_integer(out, TAG_INSTALLED_APPLICATIONS, (int64_t)(profiles + info->applications));
    put_u32(out, TAG_FREE_NON_VOLATILE,
            free_memory > UINT32_MAX ? UINT32_MAX : (uint32_t)free_memory);
    put_u32(out, TAG_FREE_VOLATILE, euicc_info_free_ram(info, profiles));
}

static void put_resources(const struct source *source, uint32_t tag, size_t offset,
                          struct writer *out)
{
    (void)offset;
    const size_t mark = tlv_open(out, tag);
    euicc_info_put_resource(source->info, source->free_memory, source->profiles, out);
    tlv_close(out, mark);
}

static void put_services(const struct source *source, uint32_t tag, size_t offset,
                         struct writer *out)
{
    (void)offset;
    der_put_bits(out, tag, source->info->platform->services);
}

static void put_optional_bits(const struct source *source, uint32_t tag, size_t offset,
                              struct writer *out)
{
    const uint32_t *bits = field_at(source, offset);
    if (*bits != 0)
        der_put_bits(out, tag, *bits);
}

static void put_optional_integer(const struct source *source, uint32_t tag, size_t offset,
                                 struct writer *out)
{
    const int *number = field_at(source, offset);
    if (*number >= 0)
        der_put_integer(out, tag, *number);
}

/* lpaMode of SGP.22 v3, or ipaMode of SGP.32: there is no IPA in the chip. */
static void put_assistant_mode(const struct source *source, uint32_t tag, size_t offset,
                               struct writer *out)
{
    if (euicc_info_iot(source->info) != EUICC_INFO_NOT_IOT)
        der_put_integer(out, tag, IPA_MODE_IPAD);
    else
        put_optional_integer(source, tag, offset, out);
}

/* iotSpecificInfo: its second and third field are v1.1's. */
static void put_iot(const struct source *source, uint32_t tag, size_t offset, struct writer *out)
{
    (void)offset;
    static const uint8_t versions[][EUICC_INFO_VERSION_SIZE] = {
        {0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {1, 2, 0}, {1, 3, 0}};
    const enum euicc_info_iot iot = euicc_info_iot(source->info);
    const uint32_t mechanisms = iot > EUICC_INFO_IOT_1_0 ? source->info->iot_mechanisms : 0;
    const size_t whole = tlv_open(out, tag);
    const size_t list = tlv_open(out, TAG_IOT_VERSIONS);
    tlv_put(out, DER_OCTET_STRING, bytes_of(versions[iot], EUICC_INFO_VERSION_SIZE));
    tlv_close(out, list);
    if (mechanisms & EUICC_INFO_ECALL)
        tlv_put(out, TAG_ECALL, (struct bytes){0});
    if (mechanisms & EUICC_INFO_FALLBACK)
        tlv_put(out, TAG_FALLBACK, (struct bytes){0});
    tlv_close(out, whole);
}

static void put_text(const struct source *source, uint32_t tag, size_t offset, struct writer *out)
{
    const char *const *text = field_at(source, offset);
    if (*text != NULL)
        tlv_put(out, tag, bytes_of_text(*text));
}

static void put_optional_bytes(const struct source *source, uint32_t tag, size_t offset,
                               struct writer *out)
{
    const struct bytes *bytes = field_at(source, offset);
    if (bytes->len > 0)
        tlv_put(out, tag, *bytes);
}

static void put_certification_data(const struct source *source, uint32_t tag, size_t offset,
                                   struct writer *out)
{
    (void)offset;
    const struct euicc_info *info = source->info;
    if (info->platform_label == NULL || info->discovery_base_url == NULL)
        return;
    const size_t mark = tlv_open(out, tag);
    tlv_put(out, TAG_PLATFORM_LABEL, bytes_of_text(info->platform_label));
    tlv_put(out, TAG_DISCOVERY_BASE_URL, bytes_of_text(info->discovery_base_url));
    tlv_close(out, mark);
}

/* The CIs that `has` says true of; offset is that of a flag in struct credential. */
static void put_ci_list(const struct source *source, uint32_t tag, size_t offset,
                        struct writer *out)
{
    const struct credentials *credentials = source->credentials;
    const size_t mark = tlv_open(out, tag);
    for (size_t i = 0; i < credentials->count; i++) {
        const struct credential *credential = &credentials->list[i];
        if (*(const bool *)((const uint8_t *)credential + offset))
            tlv_put(out, DER_OCTET_STRING, credential->ci.subject_key_id);
    }
    tlv_close(out, mark);
}

static const struct euicc_info_change *find_change(const struct euicc_info *info, uint32_t which,
                                                   uint32_t tag)
{
    for (size_t i = 0; i < info->change_count; i++)
        if (info->changes[i].info == which && info->changes[i].tag == tag)
            return &info->changes[i];
    return NULL;
}

/* euiccRspCapInInfo1 is true of what EUICCInfo1 holds, whatever was made of it. */
static void put_capability(const struct source *source, uint32_t tag, size_t offset,
                           struct writer *out)
{
    (void)offset;
    const struct euicc_info *info = source->info;
    const struct euicc_info_change *change = find_change(info, ES10_GET_EUICC_INFO1, tag);
    const bool told = change == NULL ? euicc_info_is_v3(info) : change->kind != EUICC_INFO_DROP;
    const uint32_t others = info->rsp_capability & ~EUICC_INFO_CAPABILITY_IN_INFO1;
    der_put_bits(out, tag, others | (told ? EUICC_INFO_CAPABILITY_IN_INFO1 : 0));
}

#define NEVER UINT8_MAX /* a release that there is not */
struct field {
    uint32_t tag;
    uint8_t major, minor; /* of the release that brought it; 0: all have it */
    put_field *put;
    size_t offset; /* of its value, where the function wants one */
    bool iot;      /* an IoT chip has it, whatever its release of SGP.22 */
};
#define INFO(name) offsetof(struct euicc_info, name)
#define CI(name) offsetof(struct credential, name)

/* clang-format off */
static const struct field fields_1[] = {
    { TAG_SVN, 0, 0, put_version,          INFO(svn) },
    { 0xA9,    0, 0, put_ci_list,          CI(verifies) },  /* euiccCiPKIdListForVerification */
    { 0xAA,    0, 0, put_ci_list,          CI(signs) },     /* euiccCiPKIdListForSigning */
    { 0xB1,    3, 0, put_ci_list,          CI(signs_v3) },  /* euiccCiPKIdListForSigningV3 */
    { TAG_RSP_CAPABILITY, 3, 0, put_capability, 0 },
    { 0x93,    3, 0, put_version,          INFO(highest_svn) },
};
static const struct field fields_2[] = {
    { 0x81,    0, 0, put_version,          INFO(profile_version) },
    { TAG_SVN, 0, 0, put_version,          INFO(svn) },
    { 0x83,    0, 0, put_version,          INFO(firmware_version) },
    { 0x84,    0, 0, put_resources,        0 },             /* extCardResource */
    { 0x85,    0, 0, put_services,         0 },             /* uiccCapability */
    { 0x86,    0, 0, put_optional_version, INFO(ts102241_version) },
    { 0x87,    0, 0, put_optional_version, INFO(globalplatform_version) },
    { TAG_RSP_CAPABILITY, 0, 0, put_capability, 0 },
    { 0xA9,    0, 0, put_ci_list,          CI(verifies) },
    { 0xAA,    0, 0, put_ci_list,          CI(signs) },
    { 0x8B,    0, 0, put_optional_integer, INFO(category) },
    { 0x99,    0, 0, put_optional_bits,    INFO(forbidden_rules) },
    { DER_OCTET_STRING, 0, 0, put_version, INFO(protection_profile_version) },
    { DER_UTF8_STRING,  0, 0, put_text,    INFO(accreditation_number) },
    { 0xAC,    0, 0, put_certification_data, 0 },
    { 0x8D,    2, 6, put_optional_bits,    INFO(tre_properties) },
    { 0x8E,    2, 6, put_text,             INFO(tre_product_reference) },
    { 0xAF,    2, 6, put_packages,         0 },             /* additionalProfilePackageVersions */
    { 0x90,    3, 0, put_assistant_mode,   INFO(lpa_mode), true },
    { 0xB1,    3, 0, put_ci_list,          CI(signs_v3) },
    { 0x92,    3, 0, put_optional_bytes,   INFO(additional_info) },
    { 0x93,    3, 0, put_version,          INFO(highest_svn) },
    { 0xB4, NEVER, 0, put_iot,             0, true },       /* iotSpecificInfo */
};
/* clang-format on */

struct table {
    uint32_t info; /* its tag */
    const struct field *fields;
    size_t count;
};
static const struct table table_1 = {ES10_GET_EUICC_INFO1, fields_1,
                                     sizeof(fields_1) / sizeof(fields_1[0])};
static const struct table table_2 = {ES10_GET_EUICC_INFO2, fields_2,
                                     sizeof(fields_2) / sizeof(fields_2[0])};

static bool has_release(const struct euicc_info *info, const struct field *field)
{
    return (field->iot && euicc_info_iot(info) != EUICC_INFO_NOT_IOT) ||
           info->highest_svn[0] > field->major ||
           (info->highest_svn[0] == field->major && info->highest_svn[1] >= field->minor);
}

/* The element that begins at `start` gets more at its end. */
static void lengthen(struct writer *out, size_t start, struct bytes more)
{
    struct bytes front = bytes_of(out->data + start, out->len - start);
    struct tlv old;
    if (out->overflow || !tlv_take(&front, &old))
        return;
    const size_t old_header = old.whole.len - old.value.len;
    const size_t header = tlv_header_len(old.tag, old.value.len + more.len);
    if (writer_reserve(out, header - old_header + more.len) == NULL)
        return;
    struct writer again = writer_on(out->data + start, header);
    memmove(out->data + start + header, out->data + start + old_header, old.value.len);
    memcpy(out->data + start + header + old.value.len, more.data, more.len);
    tlv_put_header(&again, old.tag, old.value.len + more.len);
}

/* What was written of a field from `start` on, as the changes want it. */
static void change_field(const struct euicc_info *info, uint32_t which, uint32_t tag, size_t start,
                         struct writer *out)
{
    for (size_t i = 0; i < info->change_count; i++) {
        const struct euicc_info_change *change = &info->changes[i];
        if (change->info != which || change->tag != tag)
            continue;
        if (change->kind != EUICC_INFO_ADD)
            out->len = start;
        if (change->kind == EUICC_INFO_SET || out->len == start)
            tlv_put(out, tag, change->value);
        else if (change->kind == EUICC_INFO_ADD)
            lengthen(out, start, change->value);
        if (change->kind == EUICC_INFO_DROP)
            out->len = start;
    }
}

static bool is_field(const struct table *table, uint32_t tag)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->fields[i].tag == tag)
            return true;
    return false;
}

/* Changes that speak of a field which no release has, each at its first mention. */
static void put_foreign(const struct euicc_info *info, const struct table *table,
                        struct writer *out)
{
    for (size_t i = 0; i < info->change_count; i++) {
        const struct euicc_info_change *change = &info->changes[i];
        if (change->info == table->info && !is_field(table, change->tag) &&
            find_change(info, table->info, change->tag) == change)
            change_field(info, table->info, change->tag, out->len, out);
    }
}

static void put_table(const struct table *table, const struct source *source, struct writer *out)
{
    const struct euicc_info *info = source->info;
    const size_t mark = tlv_open(out, table->info);
    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->fields[i];
        const size_t start = out->len;
        if (has_release(info, field))
            field->put(source, field->tag, field->offset, out);
        if (info->change_count > 0)
            change_field(info, table->info, field->tag, start, out);
    }
    put_foreign(info, table, out);
    tlv_close(out, mark);
}

void euicc_info_put_1(const struct euicc_info *info, const struct credentials *credentials,
                      struct writer *out)
{
    put_table(&table_1, &(struct source){.info = info, .credentials = credentials}, out);
}

int euicc_info_put_2(const struct euicc_info *info, const struct credentials *credentials,
                     struct store *store, size_t profiles, struct writer *out)
{
    struct source source = {.info = info, .credentials = credentials, .profiles = profiles};
    const int result = euicc_info_free_memory(info, store, &source.free_memory);
    if (result == 0)
        put_table(&table_2, &source, out);
    return result;
}

void euicc_info_put_template(const struct euicc_info *info, bool enabled, struct writer *out)
{
    tlv_put(out, TAG_SVN, bytes_of(info->svn, EUICC_INFO_VERSION_SIZE));
    if (euicc_info_is_v3(info))
        der_put_bits(out, DER_BIT_STRING, enabled ? CONFIGURATION_ENABLED_PROFILE : 0);
}

void euicc_info_put_iot_template(bool enabled, struct writer *out)
{
    der_put_bits(out, TAG_CONFIGURATION, enabled ? IOT_CONFIGURATION_ENABLED_PROFILE : 0);
}
