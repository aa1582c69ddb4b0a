#include "card/refresh.h"

#include "apdu/status.h"

int refresh_answered(const struct refresh *refresh)
{
    const struct proactive_answer *answer = &refresh->uicc->proactive.answer;
    const bool state_change = answer->kind == PROACTIVE_REFRESH_STATE_CHANGE;
    if (!answer->given || (!state_change && answer->kind != PROACTIVE_REFRESH_RESET))
        return 0;
    /* A terminal that accepts a UICC Reset has not reset yet. */
    return answer->done && !state_change ? 0 : isd_r_refreshed(refresh->isd_r, answer->done);
}

/* Whether the terminal gets to know of a change. */
static bool reaches_terminal(const struct refresh *refresh)
{
    const struct proactive *proactive = &refresh->uicc->proactive;
    if (refresh->dialect->refresh == DIALECT_REFRESH_SILENT)
        return false;
    return proactive_supports(proactive, PROACTIVE_REFRESH_RESET) ||
           proactive_supports(proactive, PROACTIVE_REFRESH_STATE_CHANGE);
}

void refresh_ask(const struct refresh *refresh)
{
    struct proactive *proactive = &refresh->uicc->proactive;
    if (!reaches_terminal(refresh))
        return;
    proactive_ask(proactive, proactive_supports(proactive, PROACTIVE_REFRESH_STATE_CHANGE)
                                 ? PROACTIVE_REFRESH_STATE_CHANGE
                                 : PROACTIVE_REFRESH_RESET);
}

void refresh_tell(const struct refresh *refresh)
{
    const struct proactive *proactive = &refresh->uicc->proactive;
    isd_r_set_terminal(refresh->isd_r,
                       (struct terminal){.toolkit = reaches_terminal(refresh),
                                         .busy = proactive_is_busy(proactive),
                                         .capable = refresh->uicc->terminal_capable,
                                         .enterprise = refresh->uicc->terminal_enterprise});
}

/* 91xx may also come from what a command before has put aside for GET RESPONSE. */
static bool is_success(uint16_t status)
{
    return status == SW_OK || (status & 0xFF00) == SW_PROACTIVE;
}

uint16_t refresh_announce(const struct refresh *refresh, uint16_t status)
{
    const uint8_t waiting = proactive_waiting(&refresh->uicc->proactive);
    if (status == SW_MORE_DATA && waiting > 0)
        return SW_MORE_DATA_PROACTIVE;
    if (!is_success(status))
        return status;
    return waiting > 0 ? SW_PROACTIVE | waiting : SW_OK;
}
