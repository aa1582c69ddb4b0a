/* Tables of services: the bits that are set, by name. */
#include <stdio.h>

#include "fs/files/ef_say.h"
#include "fs/files/service_table.h"

#define LABEL_SIZE 8

static void say_services(struct bytes content, const char *(*name_of)(unsigned number),
                         struct writer *out)
{
    char label[LABEL_SIZE];
    for (unsigned i = 0; i < 8 * content.len; i++) {
        if ((content.data[i / 8] >> i % 8 & 1) == 0)
            continue;
        const char *name = name_of(i + 1);
        snprintf(label, sizeof(label), "%u", i + 1);
        ef_say(out, label, "%s", name != NULL ? name : "service without a name here");
    }
}

void ef_words_ust(struct bytes content, struct writer *out)
{
    say_services(content, service_table_usim, out);
}

void ef_words_est(struct bytes content, struct writer *out)
{
    say_services(content, service_table_enabled, out);
}

void ef_words_ist(struct bytes content, struct writer *out)
{
    say_services(content, service_table_isim, out);
}
