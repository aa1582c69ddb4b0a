#include "tools/profile/text/build.h"

#include <stdio.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/profile/text/build_value.h"
#include "tools/profile/text/spelling.h"
#include "tools/profile/package/file.h"

#define PATH_SIZE 4096
#define DEPTH_MAX 8      /* texts that include each other */
#define INCLUDES_MAX 256 /* in all */

static bool put_value(struct build *build, const struct pe_schema_type *type, uint32_t tag);

static bool put_raw(struct build *build)
{
    scan_next(&build->scan);
    return build_octets(build);
}

static const struct pe_schema_field *named_field(const struct build *build,
                                                 const struct pe_schema_type *type)
{
    if (build->scan.token != SCAN_NAME)
        return NULL;
    const struct bytes name = spelling_today(type, build->scan.word);
    for (size_t i = 0; i < type->count; i++)
        if (bytes_equal(name, bytes_of_text(type->fields[i].name)))
            return &type->fields[i];
    return NULL;
}

/* DER leaves out what has the value of its DEFAULT (X.690 §11.5); raw puts it there all the same.
 */
static void drop_default(struct build *build, const struct pe_schema_field *field, size_t start)
{
    struct writer *out = build->out;
    struct tlv written;
    if (!out->overflow &&
        tlv_whole(bytes_of(out->data + start, out->len - start), field->tag, &written) &&
        pe_schema_is_default(field, written.value))
        out->len = start;
}

static bool put_field(struct build *build, const struct pe_schema_type *type)
{
    char expected[96];
    const struct pe_schema_field *field = named_field(build, type);
    if (field == NULL) {
        snprintf(expected, sizeof(expected), "a field of %s, raw or }",
                 type->name != NULL ? type->name : "this type");
        return build_refuse(build, expected);
    }
    const size_t start = build->out->len;
    scan_next(&build->scan);
    if (!put_value(build, field->type, field->tag))
        return false;
    drop_default(build, field, start);
    return true;
}

static bool put_alternative(struct build *build, const struct pe_schema_type *choice)
{
    const struct pe_schema_field *alternative = named_field(build, choice);
    if (alternative == NULL)
        return build_refuse(build, "one of the alternatives");
    scan_next(&build->scan);
    return build_expect(build, SCAN_COLON, "':'") &&
           put_value(build, alternative->type, alternative->tag);
}

/* NAME ProfileElement ::= in front of an element: a value assignment (X.680 §16.2), of which only
 * the value matters. True as well if there is none. */
static bool skip_assignment(struct build *build, const struct pe_schema_type *element)
{
    struct scan ahead = build->scan;
    scan_next(&ahead);
    if (build->scan.token != SCAN_NAME || ahead.token != SCAN_NAME || element->name == NULL)
        return true;
    build->scan = ahead;
    if (!scan_is_name(&ahead, element->name))
        return build_refuse(build, element->name);
    scan_next(&build->scan);
    return build_expect(build, SCAN_ASSIGN, "'::='");
}

static bool put_element(struct build *build, const struct pe_schema_type *element)
{
    if (!skip_assignment(build, element))
        return false;
    if (element->kind == PE_SCHEMA_CHOICE)
        return put_alternative(build, element);
    return put_value(build, element, pe_schema_universal_tag(element));
}

static bool put_parts(struct build *build, const struct pe_schema_type *type, enum scan_token end);

/* The path that the current word names, seen from the text's own folder. */
static bool include_path(const struct build *build, char *path, size_t size)
{
    const struct bytes word = build->scan.word;
    const char *slash = strrchr(build->name, '/');
    const bool own_folder = slash != NULL && word.len > 0 && word.data[0] != '/';
    const int folder = own_folder ? (int)(slash + 1 - build->name) : 0;
    return snprintf(path, size, "%.*s%.*s", folder, build->name, (int)word.len,
                    (const char *)word.data) < (int)size;
}

/* The parts that another text has. */
static bool put_file(struct build *build, const struct pe_schema_type *type, const char *path)
{
    struct blob text;
    if (file_read_text(path, &text) != 0)
        return false;
    struct build inner = {
        .out = build->out, .name = path, .depth = build->depth + 1, .includes = build->includes};
    scan_start(&inner.scan, blob_bytes(&text));
    const bool fine = put_parts(&inner, type, SCAN_END);
    blob_finish(&text);
    return fine;
}

static bool put_include(struct build *build, const struct pe_schema_type *type)
{
    char path[PATH_SIZE];
    scan_next(&build->scan);
    if (build->scan.token != SCAN_TEXT || !include_path(build, path, sizeof(path)))
        return build_refuse(build, "the name of a file");
    if (build->depth == DEPTH_MAX || (*build->includes)++ == INCLUDES_MAX)
        return build_refuse(build, "a text that does not include itself");
    if (!put_file(build, type, path))
        return false;
    scan_next(&build->scan);
    return true;
}

/* The parts of a SEQUENCE or SEQUENCE OF, up to the word that ends them. */
static bool put_parts(struct build *build, const struct pe_schema_type *type, enum scan_token end)
{
    bool fine = true;
    while (fine && build->scan.token != end) {
        if (scan_is_name(&build->scan, "raw"))
            fine = put_raw(build);
        else if (scan_is_name(&build->scan, "include"))
            fine = put_include(build, type);
        else if (type->kind == PE_SCHEMA_SEQUENCE)
            fine = put_field(build, type);
        else
            fine = put_element(build, type->element);
    }
    return fine;
}

static bool put_sequence(struct build *build, const struct pe_schema_type *type, uint32_t tag)
{
    const size_t mark = tlv_open(build->out, tag);
    if (!build_expect(build, SCAN_OPEN, "'{'") || !put_parts(build, type, SCAN_CLOSE))
        return false;
    tlv_close(build->out, mark);
    scan_next(&build->scan);
    return true;
}

/* A field of CHOICE type holds its alternative whole. */
static bool put_choice(struct build *build, const struct pe_schema_type *type, uint32_t tag)
{
    const size_t mark = tlv_open(build->out, tag);
    if (!put_alternative(build, type))
        return false;
    tlv_close(build->out, mark);
    return true;
}

static bool put_value(struct build *build, const struct pe_schema_type *type, uint32_t tag)
{
    switch (type->kind) {
    case PE_SCHEMA_SEQUENCE:
    case PE_SCHEMA_SEQUENCE_OF:
        return put_sequence(build, type, tag);
    case PE_SCHEMA_CHOICE:
        return put_choice(build, type, tag);
    case PE_SCHEMA_INTEGER:
        return build_integer(build, type, tag);
    case PE_SCHEMA_OBJECT_IDENTIFIER:
        return build_oid(build, tag);
    case PE_SCHEMA_NULL:
        return build_null(build, tag);
    default:
        return build_string(build, tag);
    }
}

int build_package(const char *name, struct bytes text, struct writer *out)
{
    static const struct pe_schema_type elements = {.kind = PE_SCHEMA_SEQUENCE_OF,
                                                   .max = PE_SCHEMA_UNLIMITED,
                                                   .element = &pe_schema_profile_element};
    unsigned includes = 0;
    struct build build = {.out = out, .name = name, .includes = &includes};
    scan_start(&build.scan, text);
    if (!put_parts(&build, &elements, SCAN_END))
        return FAILURE_INTERNAL;
    if (!out->overflow)
        return 0;
    trace_error("%s: the package is longer than %zu bytes", name, out->capacity);
    return FAILURE_INTERNAL;
}
