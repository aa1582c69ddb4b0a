/* Any bytes are a command or SW_WRONG_LENGTH; the parts of a command lie within it. */
#include <stdlib.h>

#include "apdu/apdu.h"
#include "apdu/status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct apdu apdu;
    const int result = apdu_parse(bytes_of(data, size), &apdu);
    if (result != 0 && result != SW_WRONG_LENGTH)
        abort();
    if (result == 0 && (apdu.channel >= APDU_CHANNELS || apdu.le > APDU_LE_EXTENDED_MAX ||
                        apdu.data.len + 4 > size))
        abort();
    return 0;
}
