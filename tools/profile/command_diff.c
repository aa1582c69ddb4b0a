/* emuicc-profile diff: the values in which two packages differ. */
#include "tools/profile/command.h"

#include <jansson.h>

#include "tools/profile/text/diff.h"
#include "tools/profile/package/file.h"

struct output {
    json_t *list;     /* NULL: text */
    unsigned element; /* whose heading was printed last */
    char sign;
    size_t count;
};

static void print_heading(struct output *output, const struct diff_change *change)
{
    const struct line *line = change->line;
    if (output->count > 0 && output->element == line->element && output->sign == change->sign)
        return;
    printf("%s element %u, %s\n", change->sign == '-' ? "---" : "+++", line->element, line->name);
    output->element = line->element;
    output->sign = change->sign;
}

static int print_change(void *context, const struct diff_change *change)
{
    struct output *output = context;
    print_heading(output, change);
    printf("%c   %s\n", change->sign, change->line->text);
    output->count++;
    return 0;
}

static int list_change(void *context, const struct diff_change *change)
{
    struct output *output = context;
    json_t *entry = json_pack(
        "{s:s, s:i, s:s, s:s}", "only", change->sign == '-' ? "first" : "second", "element",
        (int)change->line->element, "name", change->line->name, "value", change->line->text);
    output->count++;
    return entry != NULL && json_array_append_new(output->list, entry) == 0 ? 0 : -1;
}

static int compare(const struct command_options *options, struct bytes a, struct bytes b)
{
    struct lines first = {0}, second = {0};
    struct output output = {.list = options->json ? json_array() : NULL};
    int result = lines_of(a, &first);
    if (result == 0)
        result = lines_of(b, &second);
    if (result == 0)
        result = diff_lines(&first, &second, options->json ? list_change : print_change, &output);
    if (result == 0 && options->json) {
        json_dumpf(output.list, stdout, JSON_INDENT(2));
        putchar('\n');
    }
    json_decref(output.list);
    lines_finish(&first);
    lines_finish(&second);
    if (result != 0)
        return COMMAND_WRONG;
    return output.count == 0 ? COMMAND_FINE : COMMAND_NO;
}

int command_diff(const struct command_options *options, char **words)
{
    struct blob a = {0}, b = {0};
    int result = COMMAND_WRONG;
    if (file_read_real_package(words[0], &a) == 0 && file_read_real_package(words[1], &b) == 0)
        result = compare(options, blob_bytes(&a), blob_bytes(&b));
    blob_finish(&a);
    blob_finish(&b);
    return result;
}
