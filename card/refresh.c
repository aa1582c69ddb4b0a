#include "card/refresh.h"

#include "apdu/status.h"

int refresh_answered(struct card *card)
{
    const struct proactive_answer *answer = &card->uicc.proactive.answer;
    const bool state_change = answer->kind == PROACTIVE_REFRESH_STATE_CHANGE;
    if (!answer->given || (!state_change && answer->kind != PROACTIVE_REFRESH_RESET))
        return 0;
    /* A terminal that accepts a UICC Reset has not reset yet. */
    return answer->done && !state_change ? 0 : isd_r_refreshed(card->isd_r, answer->done);
}

/* Whether the terminal gets to know of a change. */
static bool has_refresh(const struct card *card)
{
    const struct proactive *proactive = &card->uicc.proactive;
    if (card->personality.habits.refresh == HABITS_REFRESH_SILENT)
        return false;
    return proactive_supports(proactive, PROACTIVE_REFRESH_RESET) ||
           proactive_supports(proactive, PROACTIVE_REFRESH_STATE_CHANGE);
}

void refresh_ask(struct card *card)
{
    struct proactive *proactive = &card->uicc.proactive;
    if (!has_refresh(card))
        return;
    proactive_ask(proactive, proactive_supports(proactive, PROACTIVE_REFRESH_STATE_CHANGE)
                                 ? PROACTIVE_REFRESH_STATE_CHANGE
                                 : PROACTIVE_REFRESH_RESET);
}

void refresh_tell(struct card *card)
{
    const struct proactive *proactive = &card->uicc.proactive;
    isd_r_set_terminal(card->isd_r,
                       (struct isd_r_terminal){.toolkit = has_refresh(card),
                                               .busy = proactive_is_busy(proactive),
                                               .capable = card->uicc.terminal_capable,
                                               .enterprise = card->uicc.terminal_enterprise});
}

/* 91xx may also come from what a command before has put aside for GET RESPONSE. */
static bool is_success(uint16_t status)
{
    return status == SW_OK || (status & 0xFF00) == SW_PROACTIVE;
}

uint16_t refresh_announce(const struct card *card, uint16_t status)
{
    const uint8_t waiting = proactive_waiting(&card->uicc.proactive);
    if (status == SW_MORE_DATA && waiting > 0)
        return SW_MORE_DATA_PROACTIVE;
    if (!is_success(status))
        return status;
    return waiting > 0 ? SW_PROACTIVE | waiting : SW_OK;
}
