#include "tools/eim/rest_chip.h"

#include <string.h>

bool rest_chip_check(const json_t *content)
{
    return json_is_array(json_object_get(content, "set")) ||
           json_is_array(json_object_get(content, "get"));
}

static bool set_counter(struct eim *eim, const char *eid, const json_t *value)
{
    const json_int_t number = json_integer_value(value);
    return json_is_integer(value) && number >= 0 && number <= EIM_CONFIGURATION_COUNTER_MAX &&
           chips_set_counter(eim->database, eid, (uint32_t)number) == 0;
}

static bool set_token(struct eim *eim, const char *eid, const json_t *value)
{
    return json_is_integer(value) &&
           chips_set_token(eim->database, eid, json_integer_value(value)) == 0;
}

static bool set_changes(struct eim *eim, const char *eid, const json_t *value)
{
    return json_array_size(value) == 0 && json_is_array(value) &&
           chips_set_state_changes(eim->database, eid, "[]") == 0;
}

static json_t *get_counter(struct eim *eim, const struct chip *chip)
{
    (void)eim;
    return json_integer(chip->counter);
}

static json_t *get_token(struct eim *eim, const struct chip *chip)
{
    (void)eim;
    return json_integer(chip->token);
}

static json_t *get_certified(struct eim *eim, const struct chip *chip)
{
    (void)eim;
    return json_boolean(chip->certified);
}

/* As SGP.32 names the causes. */
static const char *cause_name(json_int_t cause)
{
    static const char *const names[] = {"otherEim",    "fallback", "emergencyProfile",
                                        "local",       "reset",    "immediateEnableProfile",
                                        "deviceChange"};
    return cause >= 0 && cause < (json_int_t)(sizeof(names) / sizeof(names[0])) ? names[cause]
                                                                                : "undefined";
}

static json_t *get_changes(struct eim *eim, const struct chip *chip)
{
    struct blob text;
    json_t *names = json_array();
    if (chips_get_state_changes(eim->database, chip->eid, &text) == 0) {
        json_t *causes = json_loadb((const char *)text.data, text.len, 0, NULL);
        for (size_t i = 0; i < json_array_size(causes); i++)
            json_array_append_new(
                names, json_string(cause_name(json_integer_value(json_array_get(causes, i)))));
        json_decref(causes);
    }
    blob_finish(&text);
    return names;
}

static const struct {
    const char *name;
    bool (*set)(struct eim *eim, const char *eid, const json_t *value); /* NULL: only to be read */
    json_t *(*get)(struct eim *eim, const struct chip *chip);
} rows[] = {
    {"counterValue", set_counter, get_counter},
    {"associationToken", set_token, get_token},
    {"certified", NULL, get_certified},
    {"stateChangeCauseList", set_changes, get_changes},
};

/* [{"name": value}] for one name; nothing for one that no row has. */
static void add_state(struct eim *eim, const char *eid, const char *name, json_t *states)
{
    struct chip chip;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].name, name) == 0 && chips_find(eim->database, eid, &chip) == 0)
            json_array_append_new(states, json_pack("{s:o}", name, rows[i].get(eim, &chip)));
}

static void set_state(struct eim *eim, const char *eid, const char *name, const json_t *value)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].name, name) == 0 && rows[i].set != NULL)
            (void)rows[i].set(eim, eid, value);
}

json_t *rest_chip_outcome(struct eim *eim, const char *eid, const json_t *content)
{
    json_t *states = json_array();
    json_t *set = json_object_get(content, "set"), *get = json_object_get(content, "get");
    size_t i;
    json_t *item;
    json_array_foreach(set, i, item)
    {
        const char *name;
        json_t *value;
        json_object_foreach(item, name, value)
        {
            set_state(eim, eid, name, value);
            add_state(eim, eid, name, states);
        }
    }
    json_array_foreach(get, i, item)
    {
        if (json_is_string(item))
            add_state(eim, eid, json_string_value(item), states);
    }
    return json_pack("[{s:o}]", "euiccStateResult", states);
}
