#include "tests/tools/fake_modem.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One command without its CR; false when nobody is there any more. */
static bool hear(struct fake_modem *modem, char *text, size_t size)
{
    for (size_t len = 0; len + 1 < size; len++) {
        if (read(modem->far, text + len, 1) != 1)
            return false;
        if (text[len] == '\r') {
            text[len] = '\0';
            return true;
        }
    }
    return false;
}

/* Byte by byte, so that every reply comes in pieces. */
static void say(struct fake_modem *modem, const char *text)
{
    for (; *text != '\0'; text++)
        if (write(modem->far, text, 1) != 1)
            return;
}

static void *play(void *context)
{
    struct fake_modem *modem = context;
    char text[1024];
    while (hear(modem, text, sizeof(text))) {
        const size_t at = atomic_load(&modem->taken);
        if (at == modem->count || strcmp(text, modem->turns[at].asked) != 0) {
            if (modem->wrong[0] == '\0')
                snprintf(modem->wrong, sizeof(modem->wrong), "%s", text);
            say(modem, "\r\nERROR\r\n");
            continue;
        }
        atomic_store(&modem->taken, at + 1);
        if (modem->turns[at].says == NULL)
            break;
        say(modem, modem->turns[at].says);
    }
    close(modem->far);
    return NULL;
}

void fake_modem_start(struct fake_modem *modem, const struct fake_modem_turn *turns, size_t count)
{
    *modem = (struct fake_modem){.turns = turns, .count = count};
    modem->far = posix_openpt(O_RDWR | O_NOCTTY);
    if (modem->far < 0)
        cr_skip_test("there are no pseudo-terminals: devpts is not mounted");
    cr_assert(grantpt(modem->far) == 0 && unlockpt(modem->far) == 0);
    cr_assert(ptsname_r(modem->far, modem->path, sizeof(modem->path)) == 0);
    /* Until the near end is open there is nothing to hear, which must not look like its end. */
    const int near = open(modem->path, O_RDWR | O_NOCTTY);
    cr_assert(near >= 0 && pthread_create(&modem->thread, NULL, play, modem) == 0);
    modem->near = near;
}

void fake_modem_stop(struct fake_modem *modem)
{
    close(modem->near);
    pthread_join(modem->thread, NULL);
}
