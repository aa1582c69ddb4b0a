/* The first frame of a client at a farm's listener: what is taken for a hello is one, to the byte.
 */
#include <stdlib.h>

#include "apdu/direct.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t room[DIRECT_LENGTH_SIZE + DIRECT_HELLO_SIZE];
    struct writer again = writer_on(room, sizeof(room));
    struct bytes eid;
    if (!direct_take_hello(bytes_of(data, size), &eid))
        return 0;
    direct_put_hello((const char *)eid.data, &again);
    if (again.overflow ||
        !bytes_equal(bytes_of(data, size),
                     bytes_of(room + DIRECT_LENGTH_SIZE, again.len - DIRECT_LENGTH_SIZE)))
        abort();
    return 0;
}
