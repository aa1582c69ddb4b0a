#include "card/requests.h"

#include "apdu/status.h"
#include "fs/inventory.h"

#define UNREADABLE "the store cannot be read; the card has said why"

static const char *list(void *context, struct bytes argument, struct writer *answer)
{
    const struct card *card = context;
    (void)argument;
    return inventory_list(card->store, answer) == 0 ? NULL : UNREADABLE;
}

static const char *show(void *context, struct bytes argument, struct writer *answer)
{
    const struct card *card = context;
    const int result = inventory_show(card->store, argument, answer);
    if (result == SW_REFERENCE_NOT_FOUND)
        return "no profile on the chip has this ICCID";
    return result == 0 ? NULL : UNREADABLE;
}

/* clang-format off */
static const struct control_request rows[] = {
    {"list", NULL,    "The profiles on the chip and what they hold.", list},
    {"show", "ICCID", "One profile with the elements that are stored and not run.", show},
};
/* clang-format on */

struct control_table requests_table(struct card *card)
{
    return (struct control_table){.rows = rows,
                                  .count = sizeof(rows) / sizeof(rows[0]),
                                  .answer_max = INVENTORY_MAX,
                                  .context = card};
}
