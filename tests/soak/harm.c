#include "tests/soak/harm.h"

/* clang-format off */
const struct harm harms[HARMS] = {
    {"status 6F00", KEPT_NOTHING, false, false},
    {"status 6985", KEPT_NOTHING, false, false},
    {"result 5", KEPT_NOTHING, false, true},
    {"delay 50", KEPT_ALL, false, false},
    {"mute", KEPT_ALL, true, false},
    {"drop", KEPT_NOTHING, false, false},
    {"cut-before-commit", KEPT_NOTHING, false, false},
    {"cut-after-commit", KEPT_ALL, false, false},
};
/* clang-format on */
