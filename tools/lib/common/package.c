#include "tools/lib/common/package.h"

#include <string.h>

#include "apdu/der.h"

#define PE_HEADER 0xA0
#define HEADER_MAJOR 0x80
#define HEADER_MINOR 0x81
#define HEADER_TYPE 0x82
#define HEADER_ICCID 0x83
#define VERSION_MAX 255
#define TEXT_FRONT 256 /* bytes that tell whether a file is text */

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

bool package_begins(struct bytes file)
{
    return file.len > 0 && file.data[0] == PE_HEADER;
}

static bool is_all_of(struct bytes file, const char *characters)
{
    for (size_t i = 0; i < file.len; i++)
        if (file.data[i] == '\0' || strchr(characters, file.data[i]) == NULL)
            return false;
    return true;
}

static bool is_hexadecimal(struct bytes file)
{
    return is_all_of(file, "0123456789abcdefABCDEF \t\r\n");
}

bool package_is_text(struct bytes file)
{
    const size_t len = file.len < TEXT_FRONT ? file.len : TEXT_FRONT;
    for (size_t i = 0; i < len; i++)
        if (file.data[i] < ' ' && strchr("\t\r\n", file.data[i]) == NULL)
            return false;
    return file.len > 0;
}

static bool starts_with(struct bytes file, const char *front)
{
    return bytes_start_with(file, bytes_of_text(front));
}

const char *package_problem(struct bytes file)
{
    struct package_header header;
    if (package_read_header(file, &header))
        return NULL;
    if (file.len == 0)
        return "is empty";
    if (package_begins(file))
        return "begins as a package and has no whole header";
    if (starts_with(file, "\xBF\x36"))
        return "is a bound profile package: an unprotected one is wanted";
    if (starts_with(file, "PK"))
        return "is a ZIP archive: the packages are in it";
    if (is_hexadecimal(file))
        return "is hexadecimal text: 'xxd -r -p' makes a package of it";
    if (package_is_text(file))
        return "is text: 'emuicc-profile build' makes a package of value notation";
    return "is no unprotected profile package: it does not begin with a header (tag A0)";
}
