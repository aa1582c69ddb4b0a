#include "fs/saip/template.h"

#include "apdu/hex.h"
#include "fs/saip/template_table.h"

#define PATTERN_MAX 64 /* bytes of the longest default content */

int template_each(template_visitor *visit, void *context)
{
    const struct {
        const struct template *rows;
        size_t count;
    } tables[] = {
        {template_table_mf, template_table_mf_count},
        {template_table_usim, template_table_usim_count},
        {template_table_isim, template_table_isim_count},
        {template_table_5gs, template_table_5gs_count},
        {template_table_csim, template_table_csim_count},
    };
    int result = 0;
    for (size_t i = 0; i < COUNT(tables) && result == 0; i++)
        for (size_t j = 0; j < tables[i].count && result == 0; j++)
            result = visit(context, &tables[i].rows[j]);
    return result;
}

struct search {
    uint8_t number, version;
    const struct template *found;
};

static int compare(void *context, const struct template *template)
{
    struct search *search = context;
    if (template->number != search->number || template->version != search->version)
        return 0;
    search->found = template;
    return 1;
}

const struct template *template_by_oid(struct bytes oid)
{
    const struct bytes arc = BYTES(0x67, 0x81, 0x0F, 0x01, 0x02); /* 2.23.143.1.2 */
    struct search search = {.version = 1};
    struct bytes front;
    if (!bytes_take(&oid, arc.len, &front) || !bytes_equal(front, arc) ||
        !bytes_take_u8(&oid, &search.number))
        return NULL;
    if (oid.len > 0 && (!bytes_take_u8(&oid, &search.version) || search.version == 1))
        return NULL;
    if (oid.len == 0)
        template_each(compare, &search);
    return search.found;
}

static void copy_at_most(uint8_t *content, size_t len, struct bytes bytes)
{
    memcpy(content, bytes.data, bytes.len < len ? bytes.len : len);
}

static void repeat(uint8_t *content, size_t len, struct bytes pattern)
{
    for (size_t at = 0; at < len; at += pattern.len)
        copy_at_most(content + at, len - at, pattern);
}

/* The bytes of the hexadecimal text up to `end`. */
static struct bytes decode(const char *text, const char *end, struct writer *out)
{
    for (; text + 1 < end; text += 2)
        writer_put_u8(out, (uint8_t)(hex_digit(text[0]) << 4 | hex_digit(text[1])));
    return writer_bytes(out);
}

void template_fill(const struct template_file *file, uint8_t *content, size_t len)
{
    uint8_t front_room[PATTERN_MAX], back_room[PATTERN_MAX];
    struct writer front_writer = writer_on(front_room, sizeof front_room);
    struct writer back_writer = writer_on(back_room, sizeof back_room);
    memset(content, 0xFF, len);
    if (file->content[0] == '\0')
        return;
    const char *end = file->content + strlen(file->content);
    const char *dots = strstr(file->content, "...");
    struct bytes front = decode(file->content, dots != NULL ? dots : end, &front_writer);
    if (front.len == 0)
        return;
    if (dots != NULL && dots[3] == '\0') {
        repeat(content, len, front);
        return;
    }
    if (dots != NULL)
        memset(content, front.data[front.len - 1], len);
    struct bytes back = dots != NULL ? decode(dots + 3, end, &back_writer) : (struct bytes){0};
    if (back.len > 0 && back.len <= len)
        memcpy(content + len - back.len, back.data, back.len);
    copy_at_most(content, len, front);
}
