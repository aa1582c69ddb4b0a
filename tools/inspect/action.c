#include "tools/inspect/action.h"

#include <stdio.h>
#include <string.h>

#define LINE_SIZE 256
#define SHOWN_SIZE (FEED_PATH_SIZE + 2 * LINE_SIZE)

/* clang-format off */
static const struct action {
    const char *name; /* emuicc-ctl's */
    const char *request;
    const char *about; /* NULL: nothing */
    const char *help;
} actions[] = {
    {"insert", "insert", NULL, "puts the card into its reader"},
    {"eject", "eject", NULL, "takes it out"},
    {"reset", "reset", NULL, "what is volatile goes, and the reader does not know"},
    {"enable", "enable", "ICCID", "enables a profile, without an LPA"},
    {"disable", "disable", "ICCID", "disables it"},
    {"delete", "delete", "ICCID", "deletes a disabled profile"},
    {"memory-reset", "memory-reset", NULL, "deletes all operational and test profiles"},
    {"fault add", "fault-add", "PLACE = ACTION", "puts a fault on the card"},
    {"fault remove", "fault-remove", "NUMBER", "takes one back"},
    {"fault clear", "fault-clear", NULL, "takes all back"},
    {"snapshot", "snapshot", "NAME", "puts the whole chip aside under a name"},
    {"restore", "restore", "NAME", "takes it back"},
};
/* clang-format on */
#define ACTION_COUNT (sizeof(actions) / sizeof(actions[0]))

json_t *action_list(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < ACTION_COUNT; i++)
        json_array_append_new(list, json_pack("{s:s, s:s?, s:s}", "name", actions[i].name, "about",
                                              actions[i].about, "help", actions[i].help));
    return json_pack("{s:o}", "actions", list);
}

/* A word for the shell: in quotes unless it needs none. */
static void add_word(char *text, size_t size, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:=,+@%";
    size_t len = strlen(text);
    const bool quoted = word[0] == '\0' || word[strspn(word, plain)] != '\0';
    len += (size_t)snprintf(text + len, size - len, quoted ? " '" : " ");
    for (; *word != '\0' && len + 8 < size; word++)
        len += (size_t)snprintf(text + len, size - len, *word == '\'' ? "'\\''" : "%c", *word);
    if (quoted && len + 2 < size)
        snprintf(text + len, size - len, "'");
}

static void show(const char *state, const struct action *action, const char *about,
                 char shown[SHOWN_SIZE])
{
    snprintf(shown, SHOWN_SIZE, "emuicc-ctl --state");
    add_word(shown, SHOWN_SIZE, state);
    const size_t len = strlen(shown);
    snprintf(shown + len, SHOWN_SIZE - len, " %s", action->name);
    if (action->about != NULL)
        add_word(shown, SHOWN_SIZE, about);
}

static const struct action *find(const char *name)
{
    for (size_t i = 0; i < ACTION_COUNT; i++)
        if (strcmp(actions[i].name, name) == 0)
            return &actions[i];
    return NULL;
}

/* A line of its own would be another request. */
static bool is_one_line(const char *about)
{
    return about[0] != '\0' && strpbrk(about, "\r\n") == NULL;
}

json_t *action_do(struct inspect *inspect, const char *chip, const char *name, const char *about)
{
    char line[LINE_SIZE], path[FEED_PATH_SIZE], shown[SHOWN_SIZE];
    const struct action *action = name != NULL ? find(name) : NULL;
    if (action == NULL)
        return json_pack("{s:s}", "error", "there is no such thing to do");
    if (!inspect_state(inspect, chip, path))
        return json_pack("{s:s}", "error", "there is no such chip here");
    if (action->about != NULL && (about == NULL || !is_one_line(about)))
        return json_pack("{s:s+++}", "error", action->name, " needs ", action->about, "");
    if (snprintf(line, sizeof(line), "%s%s%s", action->request, action->about != NULL ? " " : "",
                 action->about != NULL ? about : "") >= (int)sizeof(line))
        return json_pack("{s:s}", "error", "that is too long");
    show(path, action, about, shown);
    return json_pack("{s:o, s:s}", "answer", inspect_ask(inspect, chip, line), "shown", shown);
}
