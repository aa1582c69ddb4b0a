#include "card/personality/factory.h"

#include "apdu/der.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/personality/words.h"
#include "card/text/shipped.h"
#include "fs/profile/blob.h"
#include "fs/text/metadata_text.h"

#define PACKAGE_MAX (1 << 20)
#define NICKNAME_MAX 64 /* characters */
#define PACKAGE_ENDING ".der"
#define METADATA_ENDING ".metadata"

struct factory_profile {
    struct bytes package, nickname; /* borrow from the text */
    struct isd_r_aid aid;           /* of length 0: none is said */
    enum isd_r_factory_state state;
};

static bool read_aid(struct bytes value, struct factory_profile *out)
{
    char digits[2 * FILE_AID_MAX + 1];
    if (value.len >= sizeof(digits))
        return false;
    snprintf(digits, sizeof(digits), "%.*s", (int)value.len, (const char *)value.data);
    return words_to_aid(digits, &out->aid);
}

static bool read_nickname(struct bytes value, struct factory_profile *out)
{
    out->nickname = value;
    return value.len > 0 && der_is_utf8(value, NICKNAME_MAX);
}

static bool set_state(struct factory_profile *out, enum isd_r_factory_state state)
{
    const bool first = out->state == ISD_R_FACTORY_DISABLED;
    out->state = state;
    return first;
}

/* `key = value`, or a word that has no value. */
static void split(struct bytes text, struct bytes *key, struct bytes *value)
{
    *key = *value = (struct bytes){0};
    const uint8_t *equals = text.len > 0 ? memchr(text.data, '=', text.len) : NULL;
    const size_t len = equals != NULL ? (size_t)(equals - text.data) : text.len;
    struct bytes front;
    bytes_take(&text, len, &front);
    words_take(&front, "", key);
    if (text.len > 1)
        *value = bytes_of(text.data + 1, text.len - 1);
    words_skip_blanks(value);
}

/* The next of them, cut off the front. */
static bool read_word(struct bytes *from, struct factory_profile *out)
{
    struct bytes word, key, value;
    split(*from, &key, &value);
    if (bytes_equal(key, bytes_of_text("nickname"))) {
        *from = (struct bytes){0};
        return read_nickname(value, out);
    }
    words_take(from, ",", &word);
    if (bytes_equal(word, bytes_of_text("enabled")))
        return set_state(out, ISD_R_FACTORY_ENABLED);
    if (bytes_equal(word, bytes_of_text("before-test")))
        return set_state(out, ISD_R_FACTORY_BEFORE_TEST);
    split(word, &key, &value);
    return bytes_equal(key, bytes_of_text("aid")) && out->aid.len == 0 && read_aid(value, out);
}

static bool read(const char *text, struct factory_profile *out)
{
    struct bytes rest = bytes_of_text(text);
    *out = (struct factory_profile){0};
    if (!words_take(&rest, ",", &out->package) || out->package.len == 0)
        return false;
    while (rest.len > 0)
        if (!read_word(&rest, out))
            return false;
    return true;
}

bool factory_is_profile(const char *text)
{
    return read(text, &(struct factory_profile){0});
}

/* Where the package lies; false if the path is too long. */
static bool find_package(const struct factory_profile *profile, const char *folder,
                         char path[PATH_MAX])
{
    char name[PATH_MAX];
    const int len = (int)profile->package.len;
    const char *text = (const char *)profile->package.data;
    if (snprintf(name, sizeof(name), "%.*s", len, text) >= PATH_MAX)
        return false;
    return shipped_find(&shipped_profiles, name, path) ||
           snprintf(path, PATH_MAX, "%s%s", name[0] == '/' ? "" : folder, name) < PATH_MAX;
}

/* What is said of it: a text beside the package, if there is one. */
static int read_metadata(const char *package, struct metadata_text *out)
{
    char path[PATH_MAX + sizeof(METADATA_ENDING)];
    size_t len = strlen(package);
    const size_t end = sizeof(PACKAGE_ENDING) - 1;
    if (len > end && strcmp(package + len - end, PACKAGE_ENDING) == 0)
        len -= end;
    snprintf(path, sizeof(path), "%.*s" METADATA_ENDING, (int)len, package);
    metadata_text_init(out, NULL, "", NULL);
    return metadata_text_read(out, path);
}

int factory_install(const char *text, const char *folder, struct isd_r *isd_r)
{
    struct factory_profile profile;
    char path[PATH_MAX];
    struct metadata_text said;
    struct blob package = {0};
    if (!read(text, &profile) || !find_package(&profile, folder, path)) {
        trace_error("%s: no profile, or its path is too long", text);
        return FAILURE_INTERNAL;
    }
    int result = blob_read_file(path, PACKAGE_MAX, &package);
    if (result > 0)
        trace_error(
            "%s: there is no such package, nor does one of this name ship; '--install list' "
            "prints the names that do",
            path);
    if (result == 0)
        result = read_metadata(path, &said);
    if (result == 0) {
        const struct isd_r_factory_profile factory = {.name = path,
                                                      .package = blob_bytes(&package),
                                                      .said = &said,
                                                      .aid = profile.aid,
                                                      .nickname = profile.nickname,
                                                      .state = profile.state};
        result = isd_r_factory_install(isd_r, &factory);
    }
    blob_finish(&package);
    return result == 0 ? 0 : FAILURE_INTERNAL;
}

void factory_list(FILE *out)
{
    shipped_list(&shipped_profiles, out);
}
