/* What an SM-DS tells an LPA of events: eventEntries of v2, SmdsSigned2 of v3. */
#include <stdlib.h>

#include "tools/lib/download/discovery.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ENTRIES 'J' /* first byte of an input; anything else: SmdsSigned2 */
#define ID_BYTE 0x11
#define ID_SIZE 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_of(data, size);
    uint8_t head = 0, oid[DISCOVERY_OID_MAX], id[ID_SIZE];
    json_t *document = json_object(), *event;
    size_t i;
    (void)bytes_take_u8(&input, &head);
    memset(id, ID_BYTE, sizeof(id));
    const bool good = head == ENTRIES
                          ? discovery_read_entries(input, document)
                          : discovery_read_signed2(input, bytes_of(id, sizeof(id)), document);
    json_array_foreach(json_object_get(document, "events"), i, event)
    {
        struct session_request request = {.operation = ES10B_DOWNLOAD};
        if (!discovery_request(event, "2.999.10", oid, &request) && good)
            abort(); /* what was taken can be asked for */
    }
    json_decref(document);
    return 0;
}
