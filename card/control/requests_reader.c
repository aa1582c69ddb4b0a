/* The card in its reader: where it is; ejecting, inserting and resetting it from outside. */
#include "apdu/json_writer.h"
#include "card/control/requests_table.h"

static const char *const places[] = {
    [CARD_INSERTED] = "in", [CARD_REINSERTING] = "in", [CARD_EJECTED] = "out"};

const char *requests_status(void *context, struct bytes argument, struct writer *answer)
{
    const struct card *card = context;
    const struct isd_r_settings *settings = &card->personality.settings;
    char eid[PKI_EID_DIGITS + 1];
    (void)argument;
    if (card->isd_r == NULL)
        return REQUESTS_NO_CHIP;
    pki_eid_to_text(isd_r_eid(card->isd_r), eid);
    json_writer_open_object(answer, NULL);
    json_writer_word(answer, "eid", eid);
    json_writer_hex(answer, "atr", card_atr(card));
    if (settings->aid_count > 0)
        json_writer_hex(answer, "isd-r", bytes_of(settings->aids[0].data, settings->aids[0].len));
    if (card->socket != NULL)
        json_writer_word(answer, "socket", card->socket);
    json_writer_word(answer, "place", places[card->presence]);
    json_writer_boolean(answer, "seen", card->seen && card->presence == CARD_INSERTED);
    json_writer_boolean(answer, "enabled", isd_r_enabled_profile(card->isd_r) != 0);
    json_writer_number(answer, "faults", (int64_t)card->hardware.faults.count);
    json_writer_word(answer, "timing", card->personality.timing.real ? "real" : "instant");
    json_writer_close_object(answer);
    return NULL;
}

const char *requests_eject(void *context, struct bytes argument, struct writer *answer)
{
    struct card *card = context;
    (void)argument;
    card->presence = CARD_EJECTED;
    return requests_done(answer);
}

const char *requests_insert(void *context, struct bytes argument, struct writer *answer)
{
    struct card *card = context;
    (void)argument;
    if (card->isd_r == NULL)
        return REQUESTS_NO_CHIP;
    card->presence = CARD_INSERTED;
    return requests_done(answer);
}

/* The reader does not know: its clients find channels, selections and PINs gone. */
const char *requests_reset(void *context, struct bytes argument, struct writer *answer)
{
    (void)argument;
    card_power(context, CARD_RESET);
    return requests_done(answer);
}
