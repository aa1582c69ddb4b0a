#include "tools/profile/text/spelling.h"

/* clang-format off */
static const struct {
    const char *type, *then, *today;
} rows[] = {
    {"KeyObject", "keyCompontents", "keyComponents"}, /* up to 2.3.1 */
    {"PE-DF-5GS", "ef-nsi",         "ef-supinai"},    /* drafts of 2.3 had EF.NSI at 4F09 */
};
/* clang-format on */

struct bytes spelling_today(const struct pe_schema_type *type, struct bytes word)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (type->name != NULL && strcmp(type->name, rows[i].type) == 0 &&
            bytes_equal(word, bytes_of_text(rows[i].then)))
            return bytes_of_text(rows[i].today);
    return word;
}
