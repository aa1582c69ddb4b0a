#include "tools/inspect/inspect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/text/inventory.h"
#include "tools/inspect/replay.h"
#include "tools/lib/control/ask.h"
#include "tools/lib/control/look.h"

#define ANSWER_MAX ((size_t)16 << 20)

/* The folder has to be there, not yet a chip in it that runs: it may start while the page is open.
 */
static int check_folder(const char *option, const char *folder, const char *program)
{
    struct stat about;
    const bool there = stat(folder, &about) == 0;
    if (there && S_ISDIR(about.st_mode))
        return 0;
    if (!there && errno == ENOENT)
        trace_error("%s %s: there is no such folder; '%s --state' with it makes one", option,
                    folder, program);
    else
        trace_error(
            "%s %s: it is no folder that can be read; a state is the folder of '%s --state'",
            option, folder, program);
    return FAILURE_INTERNAL;
}

static int check_what_is_there(const struct inspect_options *options)
{
    if (options->replay != NULL)
        return 0;
    return options->farm != NULL ? check_folder("--farm", options->farm, "emuicc-farm")
                                 : check_folder("--state", options->state, "emuicc");
}

int inspect_open(struct inspect *inspect, const struct inspect_options *options)
{
    *inspect = (struct inspect){.options = options};
    pthread_mutex_init(&inspect->lock, NULL);
    pthread_mutex_init(&inspect->store_lock, NULL);
    if (check_what_is_there(options) != 0)
        return FAILURE_INTERNAL;
    if (options->replay != NULL) {
        inspect->feeds[0].feed = feed_create();
        return inspect->feeds[0].feed != NULL ? replay_read(options->replay, inspect->feeds[0].feed)
                                              : FAILURE_INTERNAL;
    }
    if (options->farm == NULL)
        inspect->feeds[0].feed = feed_follow(options->state);
    return options->farm != NULL || inspect->feeds[0].feed != NULL ? 0 : FAILURE_INTERNAL;
}

void inspect_end(struct inspect *inspect)
{
    pthread_mutex_lock(&inspect->lock);
    for (size_t i = 0; i < INSPECT_FEEDS_MAX; i++)
        if (inspect->feeds[i].feed != NULL)
            feed_end(inspect->feeds[i].feed);
    pthread_mutex_unlock(&inspect->lock);
}

void inspect_close(struct inspect *inspect)
{
    for (size_t i = 0; i < INSPECT_FEEDS_MAX; i++)
        feed_destroy(inspect->feeds[i].feed);
    pthread_mutex_destroy(&inspect->lock);
    pthread_mutex_destroy(&inspect->store_lock);
}

static bool is_eid(const char *chip)
{
    return strlen(chip) == INSPECT_EID_DIGITS && strspn(chip, "0123456789") == INSPECT_EID_DIGITS;
}

bool inspect_state(const struct inspect *inspect, const char *chip, char path[FEED_PATH_SIZE])
{
    const struct inspect_options *options = inspect->options;
    if (options->farm != NULL)
        return is_eid(chip) &&
               snprintf(path, FEED_PATH_SIZE, "%s/chips/%s", options->farm, chip) < FEED_PATH_SIZE;
    return options->state != NULL && chip[0] == '\0' &&
           snprintf(path, FEED_PATH_SIZE, "%s", options->state) < FEED_PATH_SIZE;
}

static struct inspect_feed *find(struct inspect *inspect, const char *chip)
{
    for (size_t i = 0; i < INSPECT_FEEDS_MAX; i++)
        if (inspect->feeds[i].feed != NULL && strcmp(inspect->feeds[i].chip, chip) == 0)
            return &inspect->feeds[i];
    return NULL;
}

/* An empty place, or one that nobody holds. */
static struct inspect_feed *find_place(struct inspect *inspect)
{
    struct inspect_feed *place = NULL;
    for (size_t i = 0; i < INSPECT_FEEDS_MAX; i++) {
        struct inspect_feed *at = &inspect->feeds[i];
        if (at->feed == NULL)
            return at;
        if (at->holders == 0)
            place = at;
    }
    return place;
}

static struct inspect_feed *find_or_follow(struct inspect *inspect, const char *chip)
{
    char path[FEED_PATH_SIZE];
    struct inspect_feed *found = find(inspect, chip);
    if (found != NULL || !inspect_state(inspect, chip, path))
        return found;
    found = find_place(inspect);
    if (found == NULL)
        return NULL;
    feed_destroy(found->feed);
    *found = (struct inspect_feed){.feed = feed_follow(path)};
    snprintf(found->chip, sizeof(found->chip), "%s", chip);
    return found->feed != NULL ? found : NULL;
}

struct feed *inspect_feed(struct inspect *inspect, const char *chip)
{
    pthread_mutex_lock(&inspect->lock);
    struct inspect_feed *found = find_or_follow(inspect, chip);
    struct feed *feed = found != NULL ? found->feed : NULL;
    if (found != NULL)
        found->holders++;
    pthread_mutex_unlock(&inspect->lock);
    return feed;
}

void inspect_release(struct inspect *inspect, struct feed *feed)
{
    pthread_mutex_lock(&inspect->lock);
    for (size_t i = 0; i < INSPECT_FEEDS_MAX; i++)
        if (inspect->feeds[i].feed == feed && inspect->feeds[i].holders > 0)
            inspect->feeds[i].holders--;
    pthread_mutex_unlock(&inspect->lock);
}

/* What a store says by itself: the word of the request, and a blank if more belongs to it. */
static const struct {
    const char *request;
    bool (*look)(const char *state, const char *about, struct writer *out);
} looks[] = {{"list", look_list}, {"files ", look_files}, {"iot", look_iot}};

static bool look(struct inspect *inspect, const char *state, const char *line, struct writer *out)
{
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
        const size_t len = strlen(looks[i].request);
        const bool more = looks[i].request[len - 1] == ' ';
        if (strncmp(line, looks[i].request, len) != 0 || (!more && line[len] != '\0'))
            continue;
        pthread_mutex_lock(&inspect->store_lock);
        const bool seen = looks[i].look(state, line + len, out);
        pthread_mutex_unlock(&inspect->store_lock);
        return seen;
    }
    return false;
}

static json_t *ask(struct inspect *inspect, const char *state, const char *line)
{
    uint8_t *room = malloc(ANSWER_MAX);
    if (room == NULL)
        return NULL;
    struct writer text = writer_on(room, ANSWER_MAX);
    json_t *answer = NULL;
    const enum ask_result result = ask_card(state, line, &text);
    if (result == ASK_ANSWERED || (result == ASK_NOBODY && look(inspect, state, line, &text)))
        answer = json_loadb((const char *)text.data, text.len, 0, NULL);
    free(room);
    if (answer != NULL)
        return answer;
    return json_pack("{s:s}", "error",
                     result == ASK_NOBODY ? "no card runs on this state"
                                          : "the card has not answered");
}

json_t *inspect_ask(struct inspect *inspect, const char *chip, const char *line)
{
    char path[FEED_PATH_SIZE];
    if (inspect->options->replay != NULL)
        return json_pack("{s:s}", "error", "this is a file, no chip");
    if (!inspect_state(inspect, chip, path))
        return json_pack("{s:s}", "error", "there is no such chip here");
    return ask(inspect, path, line);
}

json_t *inspect_ask_farm(struct inspect *inspect, const char *line)
{
    if (inspect->options->farm == NULL)
        return json_pack("{s:s}", "error", "this is no farm");
    return ask(inspect, inspect->options->farm, line);
}
