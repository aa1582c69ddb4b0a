/* The JSON requests of ES9+, and every TLV that chips put into them. */
#include "tests/fuzz/es9_world.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct es9_world world;

static void end(void)
{
    es9_world_end(&world);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned status;
    if (world.smdpp == NULL) {
        es9_world_start(&world);
        atexit(end);
    }
    char *answer = es9_world_run(&world, bytes_of(data, size), &status);
    if ((answer == NULL) != (status == FUNCTION_HTTP_NO_CONTENT) || status >= FUNCTION_HTTP_FAILURE)
        abort(); /* whatever comes, it gets an answer, and none is our own fault */
    free(answer);
    return 0;
}
