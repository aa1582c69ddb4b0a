#include "tools/profile/text/dump.h"

#include "tools/profile/text/value.h"

#define INDENT 4

struct dump {
    FILE *out;
    unsigned element; /* number of the profile element */
    bool in_line;     /* within a sequence that stands on one line */
    int written;      /* depth of a list that stands there whole, as raw; else NOT_WRITTEN */
};

#define NOT_WRITTEN (-1)

/* Short ones that every element has; the rest have a line for each part. */
static bool fits_in_line(const struct walk_node *node)
{
    return node->type->name != NULL && strcmp(node->type->name, "PEHeader") == 0;
}

static void begin_line(const struct dump *dump, const struct walk_node *node)
{
    if (dump->in_line)
        fputc(' ', dump->out);
    else
        fprintf(dump->out, "%*s", INDENT * node->depth, "");
}

static void end_line(const struct dump *dump)
{
    if (!dump->in_line)
        fputc('\n', dump->out);
}

/* Returns the column behind the label. */
static int print_label(const struct dump *dump, const struct walk_node *node)
{
    int column = INDENT * node->depth;
    begin_line(dump, node);
    if (node->kind == WALK_RAW)
        return column + fprintf(dump->out, "%s ", walk_name(node));
    if (node->field != NULL)
        column += fprintf(dump->out, "%s ", node->field->name);
    if (node->alternative != NULL)
        column += fprintf(dump->out, "%s : ", node->alternative->name);
    return column;
}

static void dump_leaf(const struct dump *dump, const struct walk_node *node)
{
    char note[VALUE_NOTE_SIZE];
    const int column = print_label(dump, node);
    value_print(dump->out, node, dump->in_line ? 0 : column);
    if (!dump->in_line && value_note(node, note))
        fprintf(dump->out, " -- %s", note);
    end_line(dump);
}

/* build would leave it out: so it is written as bytes. */
static void dump_default(struct dump *dump, const struct walk_node *node)
{
    const struct walk_node raw = {
        .kind = WALK_RAW, .depth = node->depth, .value = node->whole, .whole = node->whole};
    const int column = print_label(dump, &raw);
    value_print(dump->out, &raw, dump->in_line ? 0 : column);
    if (!dump->in_line)
        fprintf(dump->out, " -- %s with the value of its DEFAULT, which DER leaves out",
                walk_name(node));
    end_line(dump);
    if (node->kind == WALK_ENTER)
        dump->written = node->depth;
}

/* Whether the node is part of what stands there already. */
static bool is_written(struct dump *dump, const struct walk_node *node)
{
    if (dump->written == NOT_WRITTEN)
        return false;
    if (node->kind == WALK_LEAVE && node->depth == dump->written)
        dump->written = NOT_WRITTEN;
    return true;
}

static void enter(struct dump *dump, const struct walk_node *node)
{
    print_label(dump, node);
    fputc('{', dump->out);
    dump->in_line |= fits_in_line(node);
    end_line(dump);
}

static void leave(struct dump *dump, const struct walk_node *node)
{
    begin_line(dump, node);
    fputc('}', dump->out);
    dump->in_line &= !fits_in_line(node);
    end_line(dump);
}

static int dump_node(void *context, const struct walk_node *node)
{
    struct dump *dump = context;
    if (is_written(dump, node))
        return 0;
    if (node->depth == 0 && node->kind != WALK_LEAVE)
        fprintf(dump->out, "\n-- element %u: %zu bytes\n", ++dump->element, node->whole.len);
    if (node->is_default)
        dump_default(dump, node);
    else if (node->kind == WALK_ENTER)
        enter(dump, node);
    else if (node->kind == WALK_LEAVE)
        leave(dump, node);
    else
        dump_leaf(dump, node);
    return 0;
}

void dump_package(struct bytes package, FILE *out)
{
    struct dump dump = {.out = out, .written = NOT_WRITTEN};
    fprintf(out, "-- eUICC profile package, %zu bytes; emuicc-profile build makes it anew\n",
            package.len);
    (void)walk_package(package, dump_node, &dump);
}
