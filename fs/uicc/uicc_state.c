#include "fs/uicc/uicc_state.h"

#include <stdlib.h>

#include "crypto/primitives/secret.h"

void uicc_state_end_transfer(struct uicc_transfer *transfer)
{
    if (transfer->buffer != NULL)
        wipe(transfer->buffer, transfer->total);
    free(transfer->buffer);
    *transfer = (struct uicc_transfer){0};
}

void uicc_state_wipe_gba(struct uicc *uicc)
{
    wipe(&uicc->gba, sizeof uicc->gba);
}

void uicc_state_forget_places(struct uicc *uicc, int channel)
{
    if (uicc->places != NULL && channel >= 0)
        uicc->places[channel] = (struct uicc_place){0};
    if (channel >= 0)
        return;
    free(uicc->places);
    uicc->places = NULL;
}

void uicc_state_home(struct uicc *uicc, struct uicc_channel *channel)
{
    const uint64_t verified = channel->verified;
    uicc_state_end_transfer(&channel->transfer);
    *channel = (struct uicc_channel){.verified = verified};
    if (uicc->places != NULL)
        uicc_state_forget_places(uicc, (int)(channel - uicc->channels));
    else
        channel->directory = uicc->profile->mf;
}

void uicc_state_take_profile(struct uicc *uicc, struct profile *profile)
{
    profile_destroy(uicc->profile);
    profile->arena.limit = profile->arena.used + UICC_MEMORY_SPARE;
    uicc->profile = profile;
    uicc_moved(uicc);
}

void uicc_state_forget_suspension(struct uicc *uicc)
{
    proactive_reset(&uicc->suspension.proactive);
    uicc->suspension = (struct uicc_suspension){0};
}
