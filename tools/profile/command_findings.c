/* findings: the list of what check looks for. */
#include <jansson.h>

#include "tools/lib/common/text.h"
#include "tools/profile/command.h"
#include "tools/profile/lint/lint.h"

#define SECTION_WIDTH 35

static void print_rows(void)
{
    for (size_t i = 0; i < lint_row_count; i++) {
        const char *section = lint_rows[i].section;
        const int pad = SECTION_WIDTH - (int)text_width(section);
        printf("%-16s %-8s %s%*s%s\n", lint_rows[i].name, lint_severity_name(lint_rows[i].severity),
               section, pad, "", lint_rows[i].about);
    }
}

int command_findings(const struct command_options *options, char **words)
{
    (void)words;
    if (!options->json) {
        print_rows();
        return COMMAND_FINE;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < lint_row_count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "finding", lint_rows[i].name,
                                              "severity", lint_severity_name(lint_rows[i].severity),
                                              "section", lint_rows[i].section, "about",
                                              lint_rows[i].about));
    json_dumpf(list, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(list);
    return COMMAND_FINE;
}
