#include "tools/profile/text/lines.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/profile/text/value.h"

#define DEPTH_MAX 32 /* far more than the ASN.1 has */
#define GROWTH 256   /* lines that room is made for at a time */

struct collect {
    struct lines *lines;
    const char *path[DEPTH_MAX]; /* names by depth */
    unsigned element;
};

/* FNV-1a */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xCBF29CE484222325;
    for (; *text != '\0'; text++)
        hash = (hash ^ (uint8_t)*text) * 0x100000001B3;
    return hash;
}

static int out_of_memory(void)
{
    trace_error("out of memory");
    return FAILURE_INTERNAL;
}

static int append(struct lines *lines, const struct line *line)
{
    if (lines->count % GROWTH == 0) {
        struct line *more = realloc(lines->items, (lines->count + GROWTH) * sizeof(*lines->items));
        if (more == NULL) {
            free(line->text);
            return out_of_memory();
        }
        lines->items = more;
    }
    lines->items[lines->count++] = *line;
    return 0;
}

static void print_path(FILE *out, const struct collect *collect, const struct walk_node *node)
{
    if (node->depth == 0)
        fputs(collect->path[0], out);
    for (int i = 1; i <= node->depth; i++)
        fprintf(out, i > 1 && collect->path[i][0] != '\0' ? "/%s" : "%s", collect->path[i]);
    if (node->field != NULL && node->alternative != NULL)
        fprintf(out, "/%s", node->alternative->name);
}

static char *text_of(const struct collect *collect, const struct walk_node *node)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return NULL;
    print_path(out, collect, node);
    fputs(node->kind == WALK_ENTER ? " {" : " ", out);
    if (node->kind != WALK_ENTER)
        value_print(out, node, 0);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

static int collect_node(void *context, const struct walk_node *node)
{
    struct collect *collect = context;
    if (node->kind == WALK_LEAVE)
        return 0;
    collect->path[node->depth % DEPTH_MAX] = walk_name(node);
    collect->element += node->depth == 0;
    struct line line = {
        .text = text_of(collect, node), .element = collect->element, .name = collect->path[0]};
    if (line.text == NULL)
        return out_of_memory();
    line.hash = hash_of(line.text);
    return append(collect->lines, &line);
}

int lines_of(struct bytes package, struct lines *out)
{
    *out = (struct lines){0};
    const int result = walk_package(package, collect_node, &(struct collect){.lines = out});
    if (result != 0)
        lines_finish(out);
    return result;
}

void lines_finish(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->items[i].text);
    free(lines->items);
    *lines = (struct lines){0};
}
