/* What a server reads in a change of device: the old chip's answer, its deletion in the hands of
 * the new one, the operator's word. */
#include "tools/lib/authentication/chip_answer.h"
#include "tools/smdpp/orders/pending.h"
#include "tools/smdpp/state/change_request.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Slices lie in the input. */
static void check_inside(struct bytes all, struct bytes part)
{
    if (part.len > 0 && (part.data < all.data || part.data + part.len > all.data + all.len))
        abort();
}

static void read_answer(struct bytes input)
{
    struct call call = {0};
    struct chip_change answer = {0};
    if (chip_answer_change(&call, input, &answer) != 0)
        return;
    check_inside(input, answer.signed3);
    check_inside(input, answer.otpk);
    check_inside(input, answer.hash_cc);
}

static void read_deletion(struct bytes input)
{
    char iccid[ICCID_TEXT_SIZE];
    struct pending pending;
    if (!pending_read_deletion(input, &pending))
        return;
    check_inside(input, pending.signed_part);
    check_inside(input, pending.signature);
    pending_iccid(&pending, iccid);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_of(data, size);
    struct change_answer answer;
    uint8_t choice = 0;
    (void)bytes_take_u8(&input, &choice);
    switch (choice % 3) {
    case 0:
        read_answer(input);
        break;
    case 1:
        read_deletion(input);
        break;
    default:
        if (change_request_read(input, &answer) == 0 &&
            (strlen(answer.message) >= sizeof(answer.message) ||
             strlen(answer.new_iccid) >= sizeof(answer.new_iccid)))
            abort();
    }
    return 0;
}
