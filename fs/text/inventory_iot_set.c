/* What an IoT eUICC keeps, set from outside in a chip at rest. */
#include <stdio.h>
#include <stdlib.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "apdu/status.h"
#include "fs/profile/iccid.h"
#include "fs/text/inventory.h"
#include "fs/text/inventory_iot.h"

#define BLANKS " \t\n"
#define TAG_ID 0x80
#define TAG_COUNTER 0x83
#define TAG_TOKEN 0x84
#define COUNTER_MAX 0x7FFFFF
#define TOKEN_MAX INT32_MAX
#define CONFIGURATION_MAX 4096
#define PARAMETERS_MAX 1024
#define NAME_SIZE 32

#define NO_LINE "a line is 'WHAT = VALUE'; emuicc-ctl(1) says what can be set"
#define NO_EIM "no eIM of this chip has this id"

const char inventory_iot_words[] = "counter EIM = NUMBER\n"
                                   "token EIM = NUMBER or none\n"
                                   "rollback = ICCID or none\n"
                                   "before-fallback = ICCID or none\n"
                                   "emergency = ICCID that was enabled before, none or off\n"
                                   "fallback = ICCID or none\n"
                                   "connectivity ICCID = hexadecimal or none\n";

/* A line in its parts. */
struct order {
    struct store *store;
    const char *of, *value;
    const char *wrong;
};

static char *trim(char *text)
{
    text += strspn(text, BLANKS);
    for (size_t len = strlen(text); len > 0 && strchr(BLANKS, text[len - 1]) != NULL; len--)
        text[len - 1] = '\0';
    return text;
}

static int refuse(struct order *order, const char *wrong)
{
    order->wrong = wrong;
    return 0;
}

/* A number up to a limit; false if it is none. */
static bool to_number(const char *text, uint32_t max, uint32_t *out)
{
    char *end;
    const unsigned long long value = strtoull(text, &end, 10);
    *out = (uint32_t)value;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && value <= max;
}

struct search {
    struct bytes id;
    char name[NAME_SIZE];
    struct writer *configuration;
};

static int find_eim(void *context, const char *name, struct bytes value)
{
    struct search *search = context;
    struct tlv whole, id;
    if (!tlv_whole(value, DER_SEQUENCE, &whole) || !tlv_take_tag(&whole.value, TAG_ID, &id) ||
        !bytes_equal(id.value, search->id))
        return 0;
    (void)snprintf(search->name, sizeof(search->name), "%s", name);
    writer_put(search->configuration, value);
    return 1;
}

/* The fields as they were, but for this one: in the order of their coding, at its place. */
static void put_changed(struct bytes configuration, uint32_t tag, const uint32_t *number,
                        struct writer *out)
{
    struct tlv whole, field;
    bool due = true;
    if (!tlv_whole(configuration, DER_SEQUENCE, &whole))
        return;
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    while (tlv_take(&whole.value, &field)) {
        const bool after = (field.tag & 0x1F) > (tag & 0x1F);
        if (due && after && number != NULL)
            der_put_integer(out, tag, *number);
        due &= !after;
        if (field.tag != tag)
            writer_put(out, field.whole);
    }
    if (due && number != NULL)
        der_put_integer(out, tag, *number);
    tlv_close(out, mark);
}

static int set_of_eim(struct order *order, uint32_t tag, uint32_t max)
{
    uint8_t old_room[CONFIGURATION_MAX], new_room[CONFIGURATION_MAX];
    struct writer old = writer_on(old_room, sizeof(old_room));
    struct writer changed = writer_on(new_room, sizeof(new_room));
    struct search search = {bytes_of_text(order->of), "", &old};
    uint32_t number;
    const bool none = tag == TAG_TOKEN && strcmp(order->value, "none") == 0;
    if (!none && !to_number(order->value, max, &number))
        return refuse(order, tag == TAG_TOKEN ? "a token is a number or none"
                                              : "a counter is a number up to 8388607");
    const int found = store_each_value(order->store, INVENTORY_IOT_EIM, find_eim, &search);
    if (found <= 0)
        return found < 0 ? found : refuse(order, NO_EIM);
    put_changed(writer_bytes(&old), tag, none ? NULL : &number, &changed);
    return store_put(order->store, search.name, writer_bytes(&changed));
}

static int set_counter(struct order *order)
{
    return set_of_eim(order, TAG_COUNTER, COUNTER_MAX);
}

static int set_token(struct order *order)
{
    return set_of_eim(order, TAG_TOKEN, TOKEN_MAX);
}

struct profile_search {
    uint8_t iccid[PROFILE_ICCID_SIZE];
    uint32_t id; /* 0: not found */
};

static int find_profile(void *context, const struct store_profile *row)
{
    struct profile_search *search = context;
    if (memcmp(row->iccid, search->iccid, sizeof(search->iccid)) == 0)
        search->id = row->id;
    return 0;
}

/* Digits to a profile of the chip; of id 0 if there is none. */
static int look_up(struct store *store, const char *digits, struct profile_search *out)
{
    uint8_t plain[PROFILE_ICCID_SIZE];
    char text[2 * PROFILE_ICCID_SIZE + 1];
    struct writer writer = writer_on(plain, sizeof(plain));
    *out = (struct profile_search){0};
    if (snprintf(text, sizeof(text), "%s", digits) >= (int)sizeof(text))
        return 0;
    for (size_t i = strlen(text); i < sizeof(text) - 1; i++)
        text[i] = 'F';
    text[sizeof(text) - 1] = '\0';
    if (!hex_decode(text, &writer))
        return 0;
    iccid_swap(plain, out->iccid);
    return store_each_profile(store, find_profile, out);
}

static int set_profile(struct order *order, const char *name)
{
    struct profile_search search;
    if (strcmp(order->value, "none") == 0)
        return store_forget(order->store, name);
    const int result = look_up(order->store, order->value, &search);
    if (result != 0 || search.id == 0)
        return result != 0 ? result : refuse(order, INVENTORY_NO_PROFILE);
    return store_put(order->store, name, bytes_of(search.iccid, sizeof(search.iccid)));
}

/* The authorisation of a rollback goes without a result that could be replaced. */
static int set_rollback(struct order *order)
{
    static const uint8_t none[8];
    const int result = set_profile(order, INVENTORY_IOT_ROLLBACK);
    return result == 0 && order->wrong == NULL
               ? store_put(order->store, INVENTORY_IOT_ROLLBACK_NUMBERS,
                           bytes_of(none, sizeof(none)))
               : result;
}

static int set_before_fallback(struct order *order)
{
    return set_profile(order, INVENTORY_IOT_BEFORE_FALLBACK);
}

static int set_fallback(struct order *order)
{
    return set_profile(order, INVENTORY_IOT_FALLBACK);
}

static int set_emergency(struct order *order)
{
    static const uint8_t none[PROFILE_ICCID_SIZE];
    if (strcmp(order->value, "none") == 0)
        return store_put(order->store, INVENTORY_IOT_EMERGENCY, bytes_of(none, sizeof(none)));
    if (strcmp(order->value, "off") == 0)
        return store_forget(order->store, INVENTORY_IOT_EMERGENCY);
    return set_profile(order, INVENTORY_IOT_EMERGENCY);
}

static int set_connectivity(struct order *order)
{
    uint8_t room[PARAMETERS_MAX];
    struct writer parameters = writer_on(room, sizeof(room));
    struct profile_search search;
    char name[NAME_SIZE];
    const bool none = strcmp(order->value, "none") == 0;
    const int result = look_up(order->store, order->of, &search);
    if (result != 0 || search.id == 0)
        return result != 0 ? result : refuse(order, INVENTORY_NO_PROFILE);
    if (!none && !hex_decode(order->value, &parameters))
        return refuse(order, "parameters are hexadecimal, at most 1024 bytes, or none");
    (void)snprintf(name, sizeof(name), INVENTORY_IOT_CONNECTIVITY "%u", (unsigned)search.id);
    return none ? store_forget(order->store, name)
                : store_put(order->store, name, writer_bytes(&parameters));
}

static const struct {
    const char *word;
    bool has_of; /* something is named behind the word */
    int (*set)(struct order *order);
} rows[] = {
    {"counter", true, set_counter},           {"token", true, set_token},
    {"rollback", false, set_rollback},        {"before-fallback", false, set_before_fallback},
    {"emergency", false, set_emergency},      {"fallback", false, set_fallback},
    {"connectivity", true, set_connectivity},
};

int inventory_iot_set(struct store *store, char *line, const char **wrong)
{
    struct order order = {.store = store, .wrong = NO_LINE};
    char *equals = strrchr(line, '=');
    int result = 0;
    *wrong = NO_LINE;
    if (equals == NULL)
        return 0;
    *equals = '\0';
    order.value = trim(equals + 1);
    char *what = trim(line), *of = what + strcspn(what, BLANKS);
    if (*of != '\0')
        *of++ = '\0';
    order.of = trim(of);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(what, rows[i].word) == 0 && (*order.of != '\0') == rows[i].has_of) {
            order.wrong = NULL;
            result = rows[i].set(&order);
        }
    *wrong = order.wrong;
    return result;
}
