#include "card/personality/personality_file.h"

#include <sys/stat.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/personality/personality_table.h"
#include "card/text/shipped.h"

/* A pipe, say, would be empty the second time. */
static bool can_be_read_again(const char *asked)
{
    struct stat about;
    return stat(asked, &about) != 0 || S_ISREG(about.st_mode) || S_ISDIR(about.st_mode);
}

int personality_file_read(const char *asked, struct writer *text)
{
    if (!can_be_read_again(asked)) {
        trace_error("--personality %s: not a regular file; it is read more than once", asked);
        return FAILURE_INTERNAL;
    }
    return shipped_read(&shipped_personalities, "--personality", asked, text);
}

void personality_file_list(FILE *out)
{
    shipped_list(&shipped_personalities, out);
}

static void put_words(const struct personality_row *row, FILE *out)
{
    fputs("\n    words:", out);
    for (size_t i = 0; row->words[i] != NULL; i++)
        if (row->words[i][0] != '\0')
            fprintf(out, " %s", row->words[i]);
}

void personality_file_keys(FILE *out)
{
    for (size_t i = 0; i < personality_table_count; i++) {
        const struct personality_row *row = &personality_table[i];
        fprintf(out, "%s = %s%s\n    %s", row->key, row->form,
                row->repeatable ? "; repeatable" : "", row->help);
        if (row->words != NULL)
            put_words(row, out);
        fputc('\n', out);
    }
}
