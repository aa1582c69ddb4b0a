#include "tools/profile/text/value.h"

#include "apdu/der.h"

#define BYTES_A_LINE 32
#define RUN_MIN 16 /* equal bytes that are worth writing as 'FF'H * n */

static size_t run_len(struct bytes value)
{
    size_t len = 1;
    while (len < value.len && value.data[len] == value.data[0])
        len++;
    return len;
}

/* Bytes in front of the next run. */
static size_t plain_len(struct bytes value)
{
    size_t len = 0;
    while (len < value.len) {
        const size_t run = run_len(bytes_of(value.data + len, value.len - len));
        if (run >= RUN_MIN)
            break;
        len += run;
    }
    return len;
}

static void print_hex(FILE *out, struct bytes value, int column)
{
    fputc('\'', out);
    for (size_t i = 0; i < value.len; i++) {
        if (column > 0 && i > 0 && i % BYTES_A_LINE == 0)
            fprintf(out, "\n%*s", column + 1, "");
        fprintf(out, "%02X", value.data[i]);
    }
    fputs("'H", out);
}

static void print_octets(FILE *out, struct bytes value, int column)
{
    struct bytes part;
    if (value.len == 0)
        fputs("''H", out);
    for (bool first = true; value.len > 0; first = false) {
        if (!first)
            fprintf(out, column > 0 ? "\n%*s+ " : "%*s+ ", column > 0 ? column - 2 : 1, "");
        const size_t plain = plain_len(value);
        const size_t run = plain == 0 ? run_len(value) : 0;
        (void)bytes_take(&value, plain > 0 ? plain : run, &part);
        print_hex(out, plain > 0 ? part : bytes_of(part.data, 1), column);
        if (run > 0)
            fprintf(out, " * %zu", run);
    }
}

/* Characters that a text may hold as they are. */
static bool is_printable(struct bytes value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.data[i] < ' ' || value.data[i] == 0x7F)
            return false;
    return der_is_utf8(value, value.len);
}

static void print_text(FILE *out, struct bytes value, int column)
{
    if (!is_printable(value)) {
        print_octets(out, value, column);
        return;
    }
    fputc('"', out);
    for (size_t i = 0; i < value.len; i++)
        fputs(value.data[i] == '"' ? "\"\"" : (char[]){(char)value.data[i], '\0'}, out);
    fputc('"', out);
}

static void print_integer(FILE *out, const struct pe_schema_type *type, struct bytes value)
{
    int64_t number = 0;
    (void)der_to_integer(value, &number);
    const bool small = number >= 0 && number <= UINT32_MAX;
    const char *name = small ? pe_schema_name(type, (uint32_t)number) : NULL;
    if (name != NULL)
        fputs(name, out);
    else
        fprintf(out, "%lld", (long long)number);
}

static void print_oid(FILE *out, struct bytes value)
{
    char text[DER_OID_TEXT_SIZE] = "";
    (void)der_oid_to_text(value, text, sizeof(text));
    fputs(text, out);
}

void value_print(FILE *out, const struct walk_node *node, int column)
{
    switch (node->type != NULL ? node->type->kind : PE_SCHEMA_OCTET_STRING) {
    case PE_SCHEMA_INTEGER:
        print_integer(out, node->type, node->value);
        break;
    case PE_SCHEMA_OBJECT_IDENTIFIER:
        print_oid(out, node->value);
        break;
    case PE_SCHEMA_UTF8_STRING:
        print_text(out, node->value, column);
        break;
    case PE_SCHEMA_NULL:
        fputs("NULL", out);
        break;
    default:
        print_octets(out, node->value, column);
        break;
    }
}
