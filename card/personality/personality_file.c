#include "card/personality/personality_file.h"

#include "card/personality/personality_table.h"
#include "card/text/shipped.h"

int personality_file_read(const char *asked, struct writer *text)
{
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
