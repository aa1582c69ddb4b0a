#include "tools/inspect/api.h"

#include <stdio.h>
#include <string.h>

#include "tools/inspect/chip.h"
#include "tools/inspect/action.h"

#define LINE_SIZE 128
#define ICCID_MAX 20

static json_t *say_self(struct inspect *inspect, const struct api_call *call)
{
    const struct inspect_options *options = inspect->options;
    json_t *self = action_list();
    (void)call;
    json_object_set_new(self, "mode",
                        json_string(options->replay != NULL ? "replay"
                                    : options->farm != NULL ? "farm"
                                                            : "chip"));
    json_object_set_new(self, "about",
                        json_string(options->replay != NULL ? options->replay
                                    : options->farm != NULL ? options->farm
                                                            : options->state));
    json_object_set_new(self, "version", json_string(EMUICC_VERSION));
    return self;
}

static json_t *say_chip(struct inspect *inspect, const struct api_call *call)
{
    return chip_describe(inspect, call->chip);
}

static json_t *say_files(struct inspect *inspect, const struct api_call *call)
{
    char line[LINE_SIZE];
    if (call->iccid == NULL || strlen(call->iccid) > ICCID_MAX ||
        call->iccid[strspn(call->iccid, "0123456789ABCDEF")] != '\0')
        return json_pack("{s:s}", "error", "a profile is named by its ICCID");
    snprintf(line, sizeof(line), "files %s", call->iccid);
    return inspect_ask(inspect, call->chip, line);
}

static json_t *say_feed(struct inspect *inspect, const struct api_call *call)
{
    struct feed *feed = inspect_feed(inspect, call->chip);
    if (feed == NULL)
        return json_pack("{s:s}", "error", "there is no such chip here, or too many are followed");
    json_t *state = feed_state(feed);
    inspect_release(inspect, feed);
    return state;
}

/* All chips: the farm tells them in parts. */
static json_t *farm_chips(struct inspect *inspect)
{
    char line[LINE_SIZE];
    json_t *all = inspect_ask_farm(inspect, "chips 0");
    json_t *chips = json_object_get(all, "chips");
    const size_t count = (size_t)json_integer_value(json_object_get(all, "count"));
    while (chips != NULL && json_array_size(chips) < count) {
        const size_t had = json_array_size(chips);
        snprintf(line, sizeof(line), "chips %zu", had);
        json_t *more = inspect_ask_farm(inspect, line);
        json_array_extend(chips, json_object_get(more, "chips"));
        json_decref(more);
        if (json_array_size(chips) == had)
            break;
    }
    return all;
}

static json_t *say_farm(struct inspect *inspect, const struct api_call *call)
{
    (void)call;
    return farm_chips(inspect);
}

static json_t *do_action(struct inspect *inspect, const struct api_call *call)
{
    return action_do(inspect, call->chip, json_string_value(json_object_get(call->body, "name")),
                     json_string_value(json_object_get(call->body, "about")));
}

static const struct api_row rows[] = {
    {"/api/self", false, say_self},   {"/api/chip", false, say_chip},
    {"/api/files", false, say_files}, {"/api/feed", false, say_feed},
    {"/api/farm", false, say_farm},   {"/api/action", true, do_action},
};

const struct api_row *api_find(const char *path)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].path, path) == 0)
            return &rows[i];
    return NULL;
}
