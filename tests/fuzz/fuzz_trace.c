/* What a trace makes of any elements, and what a transcript's line may be. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apdu/decode/decode_element.h"
#include "apdu/decode/transcript_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum decode_table_node roots[] = {DECODE_REQUEST, DECODE_ANSWER, DECODE_SEGMENTS};
    static FILE *nowhere;
    uint8_t room[256];
    struct writer bytes = writer_on(room, sizeof(room));
    enum card_power power;
    if (nowhere == NULL)
        nowhere = fopen("/dev/null", "w");
    char *line = malloc(size + 1);
    if (nowhere == NULL || line == NULL)
        abort();
    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
        decode_element_print(nowhere, bytes_of(data, size), roots[i]);
    memcpy(line, data, size);
    line[size] = '\0';
    (void)transcript_line_read(line, &bytes, &power);
    free(line);
    return 0;
}
