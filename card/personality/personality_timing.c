/* The keys that say how long things take. */
#include "card/personality/personality_value.h"
#include "card/personality/words.h"
#include "isd-r/es10.h"

#define US_OF_A_MS 1000
#define COST_MAX_MS 600000 /* ten minutes */
#define FRACTION_DIGITS 3

bool personality_value_timing(struct personality *personality, const struct personality_row *row,
                              const char *value, bool again)
{
    (void)again;
    struct timing *timing = (struct timing *)((uint8_t *)personality + row->offset);
    timing->real = strcmp(value, row->words[1]) == 0;
    return timing->real || strcmp(value, row->words[0]) == 0;
}

/* Milliseconds with up to three digits behind the point, as microseconds. */
static bool to_cost(struct bytes text, uint32_t *out)
{
    uint64_t cost = 0;
    size_t fraction = 0;
    bool point = false;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t digit = text.data[i];
        if (digit == '.' && !point && i > 0 && i + 1 < text.len) {
            point = true;
            continue;
        }
        fraction += point;
        if (digit < '0' || digit > '9' || fraction > FRACTION_DIGITS)
            return false;
        cost = 10 * cost + (digit - (unsigned)'0');
        if (cost > (uint64_t)COST_MAX_MS * US_OF_A_MS)
            return false;
    }
    for (; fraction < FRACTION_DIGITS; fraction++)
        cost *= 10;
    if (cost > (uint64_t)COST_MAX_MS * US_OF_A_MS)
        return false;
    *out = (uint32_t)cost;
    return text.len > 0;
}

/* False if there is no such thing. */
static bool set_cost(struct timing *timing, struct bytes name, uint32_t us)
{
    const struct {
        const char *name;
        uint32_t *us;
    } wire[] = {{"command", &timing->command_us},
                {"byte", &timing->byte_us},
                {"segment", &timing->segment_us}};
    for (size_t i = 0; i < sizeof(wire) / sizeof(wire[0]); i++)
        if (bytes_equal(name, bytes_of_text(wire[i].name))) {
            *wire[i].us = us;
            return true;
        }
    for (size_t i = 0; i < es10_functions.count; i++)
        if (bytes_equal(name, bytes_of_text(es10_functions.rows[i].name)))
            return timing_set(timing, es10_functions.rows[i].tag, us);
    return false;
}

bool personality_value_cost(struct personality *personality, const struct personality_row *row,
                            const char *value, bool again)
{
    (void)again;
    struct timing *timing = (struct timing *)((uint8_t *)personality + row->offset);
    struct bytes rest = bytes_of_text(value), name, cost;
    uint32_t us;
    return words_take(&rest, " \t", &name) && words_take(&rest, " \t", &cost) && rest.len == 0 &&
           to_cost(cost, &us) && set_cost(timing, name, us);
}
