#include "fs/uicc/uicc_unload.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "fs/uicc/uicc_commands.h"

static uint32_t id_of(const struct file *file)
{
    return file != NULL ? file->id : 0;
}

static bool can_unload(const struct uicc *uicc)
{
    if (uicc->places != NULL || uicc->profile_id == 0 || uicc->suspension.phase != UICC_ACTIVE ||
        store_changed(uicc->store))
        return false;
    for (size_t i = 0; i < APDU_CHANNELS; i++)
        if (uicc->channels[i].transfer.file != NULL)
            return false;
    return true;
}

void uicc_unload(struct uicc *uicc)
{
    if (!can_unload(uicc) || (uicc->places = calloc(APDU_CHANNELS, sizeof(*uicc->places))) == NULL)
        return;
    for (size_t i = 0; i < APDU_CHANNELS; i++) {
        struct uicc_channel *channel = &uicc->channels[i];
        uicc->places[i] = (struct uicc_place){id_of(channel->directory), id_of(channel->adf),
                                              id_of(channel->file)};
        channel->directory = channel->adf = channel->file = NULL;
        channel->grant = (struct uicc_grant){0};
    }
    store_profile_rest(uicc->store, uicc->profile_id, uicc->profile);
    profile_destroy(uicc->profile);
    uicc->profile = NULL;
}

/* The store has what was there before: a file that is not there any more cannot be. */
static void restore_places(struct uicc *uicc)
{
    for (size_t i = 0; i < APDU_CHANNELS; i++) {
        const struct uicc_place *place = &uicc->places[i];
        struct uicc_channel *channel = &uicc->channels[i];
        struct file *directory = profile_file_by_id(uicc->profile, place->directory);
        channel->directory = directory != NULL ? directory : uicc->profile->mf;
        channel->adf = profile_file_by_id(uicc->profile, place->adf);
        channel->file = profile_file_by_id(uicc->profile, place->file);
    }
}

int uicc_reload(struct uicc *uicc)
{
    struct profile *profile;
    if (uicc->places == NULL)
        return 0;
    const int result = store_profile_load(uicc->store, uicc->profile_id, &profile);
    if (result != 0)
        return result < 0 ? result : FAILURE_INTERNAL;
    uicc_state_take_profile(uicc, profile);
    restore_places(uicc);
    uicc_state_forget_places(uicc, UICC_ALL_CHANNELS);
    return 0;
}
