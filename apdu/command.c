#include "apdu/command.h"

#include "apdu/status.h"

int command_match(const struct command_table *table, const struct apdu *apdu,
                  const struct command_row **out)
{
    int refusal = SW_CLASS;
    for (size_t i = 0; i < table->count; i++) {
        const struct command_row *row = &table->rows[i];
        if (row->family != apdu->family)
            continue;
        if (row->ins != apdu->ins) {
            if (refusal == SW_CLASS)
                refusal = SW_INSTRUCTION;
            continue;
        }
        if (row->cases & apdu->shape) {
            *out = row;
            return 0;
        }
        refusal = SW_WRONG_LENGTH;
    }
    return refusal;
}
