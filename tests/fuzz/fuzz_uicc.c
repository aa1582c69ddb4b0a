/* A stream of commands, each behind two bytes of length, to a small profile: whatever comes, in
 * whatever order, gets a status word, and every channel stands somewhere in the tree. */
#include "tests/fs/test_uicc.h"

#include "fs/profile/tree.h"

#define COMMANDS_MAX 400 /* of one input, to keep a run short */

static bool is_in_tree(struct profile *profile, const struct file *file)
{
    if (tree_contains(profile->mf, file))
        return true;
    for (struct file *adf = profile->adfs; adf != NULL; adf = adf->next)
        if (tree_contains(adf, file))
            return true;
    return false;
}

static void check_channels(struct uicc *uicc)
{
    for (size_t i = 0; i < APDU_CHANNELS; i++) {
        const struct uicc_channel *channel = &uicc->channels[i];
        test_must(file_is_directory(channel->directory), "current DF");
        test_must(is_in_tree(uicc->profile, channel->directory), "current DF in the tree");
        test_must(channel->file == NULL || is_in_tree(uicc->profile, channel->file),
                  "current EF in the tree");
        test_must(channel->adf == NULL || channel->adf->type == FILE_ADF, "application");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = bytes_of(data, size), command;
    struct test_card *card = test_card_new();
    uint16_t len;
    for (int i = 0; i < COMMANDS_MAX && bytes_take_u16(&in, &len); i++) {
        if (!bytes_take(&in, len < in.len ? len : in.len, &command))
            break;
        if (command.len == 1)
            uicc_reset(&card->uicc);
        else
            test_must(strcmp(test_send_bytes(card, command), "failure") != 0, "status word");
        check_channels(&card->uicc);
    }
    test_card_free(card);
    return 0;
}
