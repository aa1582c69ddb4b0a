#include "apdu/decode/decode_element.h"

#include <stdarg.h>

#include "apdu/der.h"
#include "apdu/json_writer.h"
#include "apdu/tlv.h"

#define DEPTH_MAX 10
#define INDENT 2
#define FIRST_INDENT 6
#define SHOWN_MAX 64 /* bytes of one value */
#define VALUE_SIZE 256
#define TAGS_MAX 32 /* elements of a list that are counted apart */
#define FILLING 0xF

/* A text that grows; what is too long is cut. */
struct value_text {
    char text[VALUE_SIZE];
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct value_text *to, const char *format,
                                                      ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int len = vsnprintf(to->text + to->len, sizeof(to->text) - to->len, format, arguments);
    va_end(arguments);
    if (len > 0)
        to->len +=
            (size_t)len < sizeof(to->text) - to->len ? (size_t)len : sizeof(to->text) - to->len - 1;
}

static void add_bytes(struct value_text *to, struct bytes bytes)
{
    const size_t shown = bytes.len < SHOWN_MAX ? bytes.len : SHOWN_MAX;
    for (size_t i = 0; i < shown; i++)
        add(to, "%02X", bytes.data[i]);
    if (shown < bytes.len)
        add(to, "... (%zu bytes)", bytes.len);
}

static void add_text(struct value_text *to, struct bytes text)
{
    add(to, "'");
    for (size_t i = 0; i < text.len && i < SHOWN_MAX; i++)
        add(to, "%c", text.data[i] < ' ' || text.data[i] == 0x7F ? '?' : text.data[i]);
    add(to, "%s", text.len > SHOWN_MAX ? "...'" : "'");
}

static void add_iccid(struct value_text *to, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.len && i < SHOWN_MAX; i++) {
        add(to, "%X", bytes.data[i] & 0x0F);
        if (bytes.data[i] >> 4 != FILLING)
            add(to, "%X", bytes.data[i] >> 4);
    }
}

static void add_number(struct value_text *to, struct bytes bytes,
                       const struct decode_table_row *row)
{
    uint32_t number;
    if (!bytes_to_u32(bytes, &number)) {
        add_bytes(to, bytes);
        return;
    }
    add(to, "%u", number);
    const char *name =
        row->kind == DECODE_RESULT ? decode_table_result_name(row->child, number) : NULL;
    if (name != NULL)
        add(to, " %s", name);
}

static void add_value(struct value_text *to, struct bytes value, const struct decode_table_row *row)
{
    switch (row != NULL ? row->kind : DECODE_HIDDEN) {
    case DECODE_BYTES:
        add_bytes(to, value);
        break;
    case DECODE_TEXT:
        add_text(to, value);
        break;
    case DECODE_NUMBER:
    case DECODE_RESULT:
        add_number(to, value, row);
        break;
    case DECODE_ICCID:
        add_iccid(to, value);
        break;
    case DECODE_HIDDEN:
    case DECODE_TREE:
        add(to, "%zu bytes", value.len);
        break;
    }
}

void decode_element_print_bytes(FILE *file, struct bytes bytes)
{
    struct value_text text = {0};
    add_bytes(&text, bytes);
    fputs(text.text, file);
}

static const char *name_of(uint32_t tag, const struct decode_table_row *row)
{
    if (row != NULL && row->name[0] != '\0')
        return row->name;
    const char *function = decode_table_function(tag);
    return function != NULL ? function : "element";
}

/* An element whose end is missing counts as far as it has come. */
static bool take_front(struct bytes *from, struct tlv_header *header, struct bytes *value)
{
    struct bytes front;
    if (tlv_read_header(*from, header) != TLV_FRONT_OK ||
        !bytes_take(from, header->header_len, &front))
        return false;
    return bytes_take(from, header->value_len < from->len ? header->value_len : from->len, value);
}

/* The next element of its siblings. */
struct element {
    struct tlv_header header;
    struct bytes value; /* as far as it has come */
    const struct decode_table_row *row;
    const char *name;
    bool tree;
    struct value_text text;
};

/* Siblings that have been taken, by their tags. */
struct siblings {
    struct bytes left;
    enum decode_table_node node;
    int depth;
    uint32_t tags[TAGS_MAX];
    size_t count;
};

static bool take_element(struct siblings *from, struct element *out)
{
    size_t occurrence = 0;
    if (from->left.len == 0 || !take_front(&from->left, &out->header, &out->value))
        return false;
    for (size_t i = 0; i < from->count; i++)
        occurrence += from->tags[i] == out->header.tag;
    if (from->count < TAGS_MAX)
        from->tags[from->count++] = out->header.tag;
    out->row = decode_table_find(from->node, out->header.tag, occurrence);
    out->name = name_of(out->header.tag, out->row);
    out->tree = out->row != NULL && out->row->kind == DECODE_TREE && from->depth < DEPTH_MAX;
    out->text = (struct value_text){0};
    add_value(&out->text, out->value, out->row);
    if (out->value.len < out->header.value_len)
        add(&out->text, " of %zu", out->header.value_len);
    return true;
}

static void print_elements(FILE *file, struct siblings siblings)
{
    struct element element;
    const int indent = FIRST_INDENT + INDENT * siblings.depth;
    while (take_element(&siblings, &element)) {
        fprintf(file, "%*s%s (%02X): %s\n", indent, "", element.name, (unsigned)element.header.tag,
                element.text.text);
        if (element.tree)
            print_elements(file, (struct siblings){.left = element.value,
                                                   .node = element.row->child,
                                                   .depth = siblings.depth + 1});
    }
    if (siblings.left.len > 0)
        fprintf(file, "%*s%zu bytes that are no element\n", indent, "", siblings.left.len);
}

void decode_element_print(FILE *file, struct bytes bytes, enum decode_table_node node)
{
    print_elements(file, (struct siblings){.left = bytes, .node = node});
}

static void put_elements(struct writer *out, const char *name, struct siblings siblings)
{
    struct element element;
    char tag[2 * sizeof(uint32_t) + 1];
    json_writer_open_list(out, name);
    while (take_element(&siblings, &element)) {
        snprintf(tag, sizeof(tag), "%02X", (unsigned)element.header.tag);
        json_writer_open_object(out, NULL);
        json_writer_word(out, "name", element.name);
        json_writer_word(out, "tag", tag);
        json_writer_text(out, "value",
                         bytes_of((const uint8_t *)element.text.text, element.text.len));
        if (element.tree)
            put_elements(out, "elements",
                         (struct siblings){.left = element.value,
                                           .node = element.row->child,
                                           .depth = siblings.depth + 1});
        json_writer_close_object(out);
    }
    json_writer_close_list(out);
}

void decode_element_put(struct writer *out, const char *name, struct bytes bytes,
                        enum decode_table_node node)
{
    put_elements(out, name, (struct siblings){.left = bytes, .node = node});
}

static const char *find_failure(struct siblings siblings)
{
    struct element element;
    const char *found = NULL;
    uint32_t code;
    while (found == NULL && take_element(&siblings, &element)) {
        if (element.tree)
            found = find_failure((struct siblings){
                .left = element.value, .node = element.row->child, .depth = siblings.depth + 1});
        if (element.row == NULL || element.row->kind != DECODE_RESULT ||
            !bytes_to_u32(element.value, &code) ||
            !decode_table_is_failure(element.row->child, code))
            continue;
        found = decode_table_result_name(element.row->child, code);
        if (found == NULL)
            found = "a result without a name";
    }
    return found;
}

const char *decode_element_failure(struct bytes bytes, enum decode_table_node node)
{
    return find_failure((struct siblings){.left = bytes, .node = node});
}
