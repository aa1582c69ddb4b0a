/* A known state to start from: the whole chip put aside under a name, and taken back. */
#include "apdu/status.h"
#include "card/startup.h"
#include "card/control/requests_table.h"

#define NAME_SIZE 96
#define BAD_NAME "a name has letters, digits, dots, dashes and underscores, and starts with no dot"

static bool to_name(struct bytes argument, char name[NAME_SIZE])
{
    if (argument.len >= NAME_SIZE || memchr(argument.data, '\0', argument.len) != NULL)
        return false;
    memcpy(name, argument.data, argument.len);
    name[argument.len] = '\0';
    return store_snapshot_is_name(name);
}

const char *requests_snapshot(void *context, struct bytes argument, struct writer *answer)
{
    struct card *card = context;
    char name[NAME_SIZE];
    if (!to_name(argument, name))
        return BAD_NAME;
    return store_snapshot(card->store, name) == 0 ? requests_done(answer)
                                                  : "it cannot be written; the card has said why";
}

const char *requests_restore(void *context, struct bytes argument, struct writer *answer)
{
    struct card *card = context;
    char name[NAME_SIZE];
    if (!to_name(argument, name))
        return BAD_NAME;
    const int result = store_restore(card->store, name);
    if (result == SW_REFERENCE_NOT_FOUND)
        return "there is no snapshot of this name; 'snapshots' lists them";
    if (result != 0 || startup_reload(card) != 0)
        return "it cannot be taken back; the card has said why";
    return requests_done(answer);
}
