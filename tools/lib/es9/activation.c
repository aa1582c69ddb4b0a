#include "tools/lib/es9/activation.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "apdu/der.h"
#include "tools/lib/common/base64.h"

#define PREFIX "LPA:"
#define FORMAT "1" /* the only AC_Format there is */
#define WHERE "activation code"
#define DELETION_FIELD 7

static bool wrong(struct fault *fault, const char *what)
{
    fault_raise(fault, WHERE, "%s", what);
    return fault_next(fault, "it looks like LPA:1$smdp.example.com$MATCHING-ID (in quotes, because "
                             "of the dollar signs)");
}

/* Moves the text up to the next dollar sign to `field`; false at the end of the code. */
static bool take_field(const char **from, char *field)
{
    if (*from == NULL)
        return false;
    const size_t len = strcspn(*from, "$");
    memcpy(field, *from, len);
    field[len] = '\0';
    *from = (*from)[len] == '$' ? *from + len + 1 : NULL;
    return true;
}

bool activation_is_address(const char *text)
{
    const size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                    ".-_:[]");
    return len > 0 && text[len] == '\0' && text[0] != '.' && text[0] != ':';
}

static bool is_printable(const char *text)
{
    for (; *text != '\0'; text++)
        if (!isgraph((unsigned char)*text))
            return false;
    return true;
}

static bool is_oid(const char *text)
{
    uint8_t content[DER_OID_TEXT_SIZE];
    struct writer out = writer_on(content, sizeof(content));
    return der_oid_from_text(text, &out);
}

/* Where the seventh field begins, or NULL. */
static const char *find_deletion(const char *text)
{
    for (unsigned fields = 1; fields < DELETION_FIELD && text != NULL; fields++) {
        text = strchr(text, '$');
        text = text != NULL ? text + 1 : NULL;
    }
    return text;
}

/* What is no such thing is a field of a later release. */
static void take_deletion(const char *text, struct activation *code)
{
    struct writer out = writer_on(code->deletion, sizeof(code->deletion));
    struct tlv whole;
    const size_t len = strcspn(text, "$");
    if (base64_decode(bytes_of((const uint8_t *)text, len), &out) && !out.overflow &&
        tlv_whole(writer_bytes(&out), DER_SEQUENCE, &whole))
        code->deletion_len = out.len;
}

bool activation_append_deletion(char *text, size_t size, struct bytes deletion)
{
    size_t len = strlen(text);
    unsigned fields = 1;
    for (const char *at = text; (at = strchr(at, '$')) != NULL; at++)
        fields++;
    if (len + DELETION_FIELD + BASE64_SIZE(deletion.len) > size)
        return false;
    for (; fields < DELETION_FIELD; fields++)
        text[len++] = '$';
    base64_encode(deletion, text + len);
    return true;
}

/* The optional part: [$[OID][$1]]. */
static bool parse_options(const char *rest, struct activation *code, struct fault *fault)
{
    char flag[ACTIVATION_TEXT_MAX + 1] = "";
    take_field(&rest, code->smdp_oid);
    take_field(&rest, flag);
    if (code->smdp_oid[0] != '\0' && !is_oid(code->smdp_oid))
        return wrong(fault, "its fourth field is no object identifier");
    if (flag[0] != '\0' && strcmp(flag, "1") != 0)
        return wrong(fault, "its fifth field (confirmation code required) is neither empty nor 1");
    code->code_required = flag[0] != '\0';
    return true;
}

bool activation_parse(const char *text, struct activation *out, struct fault *fault)
{
    const char *rest =
        strncasecmp(text, PREFIX, strlen(PREFIX)) == 0 ? text + strlen(PREFIX) : text;
    const char *deletion = find_deletion(rest);
    const size_t len = deletion != NULL ? (size_t)(deletion - rest) - 1 : strlen(rest);
    if (len > ACTIVATION_TEXT_MAX)
        return wrong(fault, "it is longer than 255 characters");
    char own[ACTIVATION_TEXT_MAX + 1];
    memcpy(own, rest, len);
    own[len] = '\0';
    rest = own;
    if (!is_printable(rest))
        return wrong(fault, "it contains a blank or a character that is not ASCII");

    struct activation code = {0};
    char format[ACTIVATION_TEXT_MAX + 1];
    take_field(&rest, format);
    if (strcmp(format, FORMAT) != 0)
        return wrong(fault, "it does not begin with LPA:1$");
    if (!take_field(&rest, code.address) || !activation_is_address(code.address))
        return wrong(fault, "its second field is no server address");
    if (!take_field(&rest, code.matching_id))
        return wrong(fault, "its third field (matching id) is missing");
    if (!parse_options(rest, &code, fault))
        return false;
    if (deletion != NULL)
        take_deletion(deletion, &code);
    *out = code;
    return true;
}
