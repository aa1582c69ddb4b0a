/* SUSPEND UICC (TS 102 221 §11.1.22). */
#include "apdu/status.h"
#include "crypto/primitives/secret.h"
#include "fs/uicc/uicc_commands.h"

enum suspend_operation { OPERATION_SUSPEND = 0x00, OPERATION_RESUME = 0x01 };

#define DURATION_SIZE 2 /* unit, then how many of it */
#define UNIT_LAST 0x04  /* ten days */

/* Seconds of each unit (TS 102 221 table 11.1.22.2). */
static uint32_t seconds(struct bytes duration)
{
    static const uint32_t units[UNIT_LAST + 1] = {1, 60, 3600, 86400, 864000};
    return units[duration.data[0]] * duration.data[1];
}

static bool take_durations(struct bytes data, struct bytes *shortest, struct bytes *longest)
{
    return bytes_take(&data, DURATION_SIZE, shortest) &&
           bytes_take(&data, DURATION_SIZE, longest) && data.len == 0;
}

static bool are_possible(struct bytes shortest, struct bytes longest)
{
    return shortest.data[0] <= UNIT_LAST && longest.data[0] <= UNIT_LAST &&
           seconds(shortest) <= seconds(longest);
}

/* The longest duration proposed suits a chip that keeps its state for nothing. */
static int suspend(struct uicc *uicc, struct bytes data, struct writer *response)
{
    struct uicc_suspension *suspension = &uicc->suspension;
    struct bytes shortest, longest;
    if (!take_durations(data, &shortest, &longest))
        return SW_WRONG_LENGTH;
    if (!are_possible(shortest, longest))
        return SW_WRONG_DATA;
    const int result = random_fill(uicc->random, suspension->token, UICC_TOKEN_SIZE);
    if (result != 0)
        return result;
    suspension->state = uicc->channels[0];
    suspension->state.transfer = (struct uicc_transfer){0};
    proactive_move(&uicc->proactive, &suspension->proactive);
    suspension->phase = UICC_SUSPENDED;
    writer_put(response, longest);
    writer_put(response, bytes_of(suspension->token, UICC_TOKEN_SIZE));
    return 0;
}

/* What a resumption finds must be what the reset has left. */
static bool is_untouched(const struct uicc *uicc)
{
    const struct uicc_channel *channel = &uicc->channels[0];
    return uicc->suspension.phase == UICC_RESUMABLE &&
           uicc->suspension.generation == uicc->generation &&
           channel->directory == uicc->profile->mf && channel->file == NULL && channel->adf == NULL;
}

bool uicc_suspend_survives_reset(const struct uicc *uicc)
{
    return uicc->suspension.phase == UICC_SUSPENDED || is_untouched(uicc);
}

static int resume(struct uicc *uicc, struct bytes data)
{
    const struct uicc_suspension *suspension = &uicc->suspension;
    if (data.len != UICC_TOKEN_SIZE)
        return SW_WRONG_LENGTH;
    if (!is_untouched(uicc))
        return SW_CONDITIONS_NOT_SATISFIED;
    if (!secret_equal(data, bytes_of(suspension->token, UICC_TOKEN_SIZE)))
        return SW_SECURITY_STATUS;
    uicc->channels[0] = suspension->state;
    proactive_reset(&uicc->proactive);
    proactive_move(&uicc->suspension.proactive, &uicc->proactive);
    uicc_state_forget_suspension(uicc);
    uicc_moved(uicc);
    return 0;
}

/* TS 102 221 §11.1.22. Files and PIN states of the basic channel are there again after the reset;
 * the other channels are closed by it. */
int uicc_suspend(void *state, const struct apdu *apdu, struct writer *response)
{
    if (apdu->p2 != 0 || apdu->p1 > OPERATION_RESUME)
        return SW_WRONG_P1_P2;
    return apdu->p1 == OPERATION_SUSPEND ? suspend(state, apdu->data, response)
                                         : resume(state, apdu->data);
}
