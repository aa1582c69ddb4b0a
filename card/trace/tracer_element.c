#include "card/trace/tracer_element.h"

#include "apdu/der.h"
#include "apdu/tlv.h"
#include "isd-r/es10.h"

#define DEPTH_MAX 10
#define INDENT 2
#define FIRST_INDENT 6
#define SHOWN_MAX 64 /* bytes of one value */
#define TAGS_MAX 32  /* elements of a list that are counted apart */
#define FILLING 0xF

void tracer_element_print_bytes(FILE *file, struct bytes bytes)
{
    const size_t shown = bytes.len < SHOWN_MAX ? bytes.len : SHOWN_MAX;
    for (size_t i = 0; i < shown; i++)
        fprintf(file, "%02X", bytes.data[i]);
    if (shown < bytes.len)
        fprintf(file, "... (%zu bytes)", bytes.len);
}

static void print_text(FILE *file, struct bytes text)
{
    fputc('\'', file);
    for (size_t i = 0; i < text.len && i < SHOWN_MAX; i++)
        fputc(text.data[i] < ' ' || text.data[i] == 0x7F ? '?' : text.data[i], file);
    fputs(text.len > SHOWN_MAX ? "...'" : "'", file);
}

static void print_iccid(FILE *file, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.len && i < SHOWN_MAX; i++) {
        fprintf(file, "%X", bytes.data[i] & 0x0F);
        if (bytes.data[i] >> 4 != FILLING)
            fprintf(file, "%X", bytes.data[i] >> 4);
    }
}

static void print_number(FILE *file, struct bytes bytes, const struct tracer_row *row)
{
    uint32_t number;
    if (!bytes_to_u32(bytes, &number)) {
        tracer_element_print_bytes(file, bytes);
        return;
    }
    fprintf(file, "%u", number);
    const char *name = row->kind == TRACER_RESULT ? tracer_result_name(row->child, number) : NULL;
    if (name != NULL)
        fprintf(file, " %s", name);
}

static void print_value(FILE *file, struct bytes value, const struct tracer_row *row)
{
    switch (row != NULL ? row->kind : TRACER_HIDDEN) {
    case TRACER_BYTES:
        tracer_element_print_bytes(file, value);
        break;
    case TRACER_TEXT:
        print_text(file, value);
        break;
    case TRACER_NUMBER:
    case TRACER_RESULT:
        print_number(file, value, row);
        break;
    case TRACER_ICCID:
        print_iccid(file, value);
        break;
    case TRACER_HIDDEN:
    case TRACER_TREE:
        fprintf(file, "%zu bytes", value.len);
        break;
    }
}

static const char *name_of(uint32_t tag, const struct tracer_row *row)
{
    if (row != NULL && row->name != NULL)
        return row->name;
    const struct es10_row *function = es10_find(tag);
    return function != NULL ? function->name : "element";
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

static void print_elements(FILE *file, struct bytes bytes, enum tracer_node node, int depth)
{
    uint32_t tags[TAGS_MAX];
    size_t count = 0;
    struct tlv_header header;
    struct bytes value;
    while (bytes.len > 0 && take_front(&bytes, &header, &value)) {
        size_t occurrence = 0;
        for (size_t i = 0; i < count; i++)
            occurrence += tags[i] == header.tag;
        if (count < TAGS_MAX)
            tags[count++] = header.tag;
        const struct tracer_row *row = tracer_find(node, header.tag, occurrence);
        const bool tree = row != NULL && row->kind == TRACER_TREE && depth < DEPTH_MAX;
        fprintf(file, "%*s%s (%02X): ", FIRST_INDENT + INDENT * depth, "", name_of(header.tag, row),
                (unsigned)header.tag);
        print_value(file, value, row);
        fprintf(file, value.len < header.value_len ? " of %zu\n" : "\n", header.value_len);
        if (tree)
            print_elements(file, value, row->child, depth + 1);
    }
    if (bytes.len > 0)
        fprintf(file, "%*s%zu bytes that are no element\n", FIRST_INDENT + INDENT * depth, "",
                bytes.len);
}

void tracer_element_print(FILE *file, struct bytes bytes, enum tracer_node node)
{
    print_elements(file, bytes, node, 0);
}
