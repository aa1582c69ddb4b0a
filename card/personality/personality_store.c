#include "card/personality/personality_store.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/personality/personality_file.h"

#define VALUE_NAME "personality"
#define REMEMBERED "the personality in the chip's memory"

struct memory {
    uint8_t remembered_room[PERSONALITY_TEXT_MAX], asked_room[PERSONALITY_TEXT_MAX];
    struct writer remembered, asked;
    struct personality before;
};

/* As the store has it; a chip that was never given one is the default. */
static int recall(struct store *store, struct writer *text, struct personality *out)
{
    const int result = store_get(store, VALUE_NAME, text);
    personality_init(out);
    if (result != 0)
        return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
    const int wrong = personality_read(out, REMEMBERED, writer_bytes(text));
    out->has_eid = false;
    return wrong;
}

static int become(struct store *store, const char *asked, struct memory *memory,
                  struct personality *out)
{
    if (personality_file_read(asked, &memory->asked) != 0)
        return FAILURE_INTERNAL;
    const struct bytes text = writer_bytes(&memory->asked);
    if (!store_is_new(store) && bytes_equal(text, writer_bytes(&memory->remembered)))
        return 0;
    personality_init(out);
    if (personality_read(out, asked, text) != 0)
        return FAILURE_INTERNAL;
    if (!store_is_new(store) && !personality_same_card(&memory->before, out)) {
        trace_error("--personality %s: this chip has other AIDs; start a new chip in another "
                    "--state",
                    asked);
        return FAILURE_INTERNAL;
    }
    return store_put(store, VALUE_NAME, text);
}

int personality_store_choose(struct store *store, const char *asked, struct personality *out)
{
    struct memory *memory = malloc(sizeof(*memory)); /* whose rooms are large */
    if (memory == NULL) {
        trace_error("no memory for a personality");
        return FAILURE_INTERNAL;
    }
    memory->remembered = writer_on(memory->remembered_room, sizeof(memory->remembered_room));
    memory->asked = writer_on(memory->asked_room, sizeof(memory->asked_room));
    int result = recall(store, &memory->remembered, out);
    if (result == 0 && asked != NULL) {
        writer_reset(&memory->remembered);
        result = recall(store, &memory->remembered, &memory->before);
    }
    if (result == 0 && asked != NULL)
        result = become(store, asked, memory, out);
    free(memory);
    return result;
}

int personality_store_check(const char *asked)
{
    struct memory *memory = calloc(1, sizeof(*memory));
    if (memory == NULL) {
        trace_error("no memory for a personality");
        return FAILURE_INTERNAL;
    }
    memory->asked = writer_on(memory->asked_room, sizeof(memory->asked_room));
    personality_init(&memory->before);
    int result = personality_file_read(asked, &memory->asked);
    if (result == 0)
        result = personality_read(&memory->before, asked, writer_bytes(&memory->asked));
    free(memory);
    return result;
}
