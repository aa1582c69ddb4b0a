#include "tools/lib/common/package.h"

#include "apdu/der.h"

#define PE_HEADER 0xA0
#define HEADER_MAJOR 0x80
#define HEADER_MINOR 0x81
#define HEADER_TYPE 0x82
#define HEADER_ICCID 0x83
#define VERSION_MAX 255

static bool take_version(struct bytes *from, uint32_t tag, uint8_t *out)
{
    struct tlv version;
    uint32_t number;
    if (!tlv_take_tag(from, tag, &version) || !der_to_unsigned(version.value, VERSION_MAX, &number))
        return false;
    *out = (uint8_t)number;
    return true;
}

static bool read_header(struct bytes value, struct package_header *out)
{
    struct tlv type, iccid;
    if (!take_version(&value, HEADER_MAJOR, &out->major) ||
        !take_version(&value, HEADER_MINOR, &out->minor) ||
        !tlv_take_optional(&value, HEADER_TYPE, &type) || type.value.len >= sizeof(out->type) ||
        !tlv_take_tag(&value, HEADER_ICCID, &iccid))
        return false;
    if (!der_is_utf8(type.value, sizeof(out->type) - 1))
        return false;
    if (type.value.len > 0)
        memcpy(out->type, type.value.data, type.value.len);
    return bytes_copy_exact(iccid.value, out->iccid, sizeof(out->iccid));
}

bool package_read_header(struct bytes package, struct package_header *out)
{
    struct package_header header = {0};
    struct tlv first;
    if (!tlv_take_tag(&package, PE_HEADER, &first) || !read_header(first.value, &header))
        return false;
    *out = header;
    return true;
}
