/* The inspector without HTTP and without a chip: events decoded, files read and written, what may
 * be done, the token. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/trace.h"
#include "tools/inspect/api.h"
#include "tools/inspect/action.h"
#include "tools/inspect/replay.h"
#include "tools/inspect/save.h"
#include "tools/inspect/token.h"

static char said[512];

static void keep(void *context, enum trace_level level, const char *text)
{
    (void)context, (void)level;
    snprintf(said, sizeof(said), "%s", text);
}

static const char *const folders[] = {"my chip", "farm"};
static char room[] = "/tmp/emuicc-inspect-XXXXXX";

static void start(void)
{
    said[0] = '\0';
    trace_to(keep, NULL);
    cr_assert(mkdtemp(room) != NULL && chdir(room) == 0);
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        cr_assert_eq(mkdir(folders[i], S_IRWXU), 0);
}

static void finish(void)
{
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        rmdir(folders[i]);
    rmdir(room);
}

TestSuite(inspect, .init = start, .fini = finish, .timeout = 60);

static struct feed *feed_of(struct bytes file, int expected)
{
    struct feed *feed = feed_create();
    cr_assert_not_null(feed);
    cr_assert_eq(replay_read_bytes(file, "file", feed), expected, "%s", said);
    return feed;
}

/* The event of this number as an object, the caller's. */
static json_t *event(struct feed *feed, uint64_t number)
{
    uint64_t found;
    bool over;
    char *text = feed_next(feed, number - 1, 0, &found, &over);
    cr_assert_not_null(text);
    cr_assert_eq(found, number);
    json_t *object = json_loads(text, 0, NULL);
    cr_assert_not_null(object, "%s", text);
    free(text);
    return object;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static const char exchange[] = "# a remark\n"
                               "reset\n"
                               "> 0070000001\n"
                               "< 019000\n"
                               "> 01A4040010A0000005591010FFFFFFFF8900000100\n"
                               "< 9000\n"
                               "> 81E2910003BF2E00\n"
                               "< BF2E128010000102030405060708090A0B0C0D0E0F9000\n"
                               "> 81E2910003BF2000\n"
                               "< 6A88\n"
                               "> 0020000108FFFFFFFFFFFFFFFF\n"
                               "< 63C3\n"
                               "> 0070800100\n"
                               "< 9000\n";

Test(inspect, commands_have_names_and_functions)
{
    struct feed *feed = feed_of(bytes_of_text(exchange), 0);
    json_t *select = event(feed, 5), *challenge = event(feed, 7), *answer = event(feed, 8),
           *refused = event(feed, 10), *verify = event(feed, 11), *close = event(feed, 13);
    cr_assert_str_eq(text_of(select, "instruction"), "SELECT");
    cr_assert_str_eq(text_of(challenge, "application"), "ISD-R");
    cr_assert_str_eq(text_of(challenge, "instruction"), "STORE DATA");
    cr_assert_str_eq(text_of(challenge, "function"), "GetEUICCChallenge");
    cr_assert_eq(json_integer_value(json_object_get(challenge, "session")), 1);
    cr_assert_eq(json_integer_value(json_object_get(answer, "session")), 1);
    const json_t *element = json_array_get(json_object_get(answer, "elements"), 0);
    cr_assert_str_eq(text_of(element, "name"), "GetEUICCChallenge");
    cr_assert_null(json_object_get(answer, "failed"));
    cr_assert(json_is_true(json_object_get(refused, "failed")));
    cr_assert_str_eq(text_of(refused, "status"), "6A88");
    cr_assert(json_is_true(json_object_get(verify, "secret")));
    cr_assert_null(json_object_get(verify, "session"), "another channel's");
    cr_assert_null(json_object_get(close, "session"), "its channel is closed");
    json_t *const all[] = {select, challenge, answer, refused, verify, close};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        json_decref(all[i]);
    feed_destroy(feed);
}

/* A function whose answer has a result of its own that is no success. */
Test(inspect, results_that_are_failures)
{
    static const char text[] = "> 00A4040010A0000005591010FFFFFFFF8900000100\n< 9000\n"
                               "> 80E291000BBF3108A0065A0498010203\n< BF31038001019000\n";
    struct feed *feed = feed_of(bytes_of_text(text), 0);
    json_t *answer = event(feed, 4);
    cr_assert_str_eq(text_of(answer, "status"), "9000");
    cr_assert(json_is_true(json_object_get(answer, "failed")));
    cr_assert_str_eq(text_of(answer, "failure"), "iccidOrAidNotFound");
    json_decref(answer);
    feed_destroy(feed);
}

static char *saved(struct feed *feed, bool pcap, size_t *len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, len);
    cr_assert_not_null(out);
    if (pcap)
        cr_assert(save_pcap(feed, out));
    else
        save_transcript(feed, out);
    fclose(out);
    return text;
}

Test(inspect, a_transcript_comes_out_as_it_went_in)
{
    struct feed *feed = feed_of(bytes_of_text(exchange), 0);
    size_t len;
    char *text = saved(feed, false, &len);
    cr_assert_eq(strncmp(text, "#", 1), 0);
    cr_assert_not_null(strstr(text, strchr(exchange, '\n') + 1));
    free(text);
    feed_destroy(feed);
}

/* What a pcap file has is what went over the contacts, apart from Le behind data and remarks. */
Test(inspect, a_capture_is_read_back)
{
    struct feed *feed = feed_of(bytes_of_text(exchange), 0);
    size_t len, again_len;
    char *pcap = saved(feed, true, &len);
    struct feed *again = feed_of(bytes_of((uint8_t *)pcap, len), 0);
    char *text = saved(again, false, &again_len);
    cr_assert_not_null(strstr(text, "> 81E2910003BF2E00\n"
                                    "< BF2E128010000102030405060708090A0B0C0D0E0F9000\n"),
                       "%s", text);
    cr_assert_not_null(strstr(text, "> 0020000108FFFFFFFFFFFFFFFF\n< 63C3\n"), "%s", text);
    free(text);
    feed_destroy(again);
    cr_assert_eq(replay_read_bytes(bytes_of((uint8_t *)pcap, len - 3), "file", feed), -1);
    cr_assert_not_null(strstr(said, "cut within a packet"), "%s", said);
    free(pcap);
    feed_destroy(feed);
}

Test(inspect, a_file_that_is_none_is_refused_with_its_line)
{
    struct feed *feed = feed_of(bytes_of_text("reset\nnonsense\n"), -1);
    cr_assert_not_null(strstr(said, "file:2"), "%s", said);
    feed_destroy(feed);
}

Test(inspect, a_token_is_matched_whole)
{
    struct token token, other;
    cr_assert(token_make(&token, NULL, "127.0.0.1:8765"));
    cr_assert(token_make(&other, NULL, "127.0.0.1:8766"));
    cr_assert_eq(strlen(token.text), TOKEN_SIZE - 1);
    cr_assert_str_neq(token.text, other.text);
    cr_assert_str_neq(token.cookie, other.cookie);
    cr_assert(token_matches(&token, token.text));
    cr_assert_not(token_matches(&token, other.text));
    cr_assert_not(token_matches(&token, ""));
    cr_assert_not(token_matches(&token, NULL));
}

Test(inspect, a_folder_has_to_be_there)
{
    static const struct {
        struct inspect_options options;
        const char *says;
    } rows[] = {
        {{.state = "nothing"},
         "--state nothing: there is no such folder; 'emuicc --state' with it makes one"},
        {{.farm = "nothing"},
         "--farm nothing: there is no such folder; 'emuicc-farm --state' with it makes one"},
        {{.state = "/dev/null"},
         "--state /dev/null: it is no folder that can be read; a state is the folder of 'emuicc "
         "--state'"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct inspect inspect;
        cr_assert_neq(inspect_open(&inspect, &rows[i].options), 0);
        cr_assert_str_eq(said, rows[i].says);
        inspect_end(&inspect);
        inspect_close(&inspect);
    }
}

/* The farm's chips have folders by their EIDs; nothing else is one. */
Test(inspect, a_chip_is_named_by_its_eid)
{
    const struct inspect_options options = {.farm = "farm"};
    struct inspect inspect;
    char path[FEED_PATH_SIZE];
    cr_assert_eq(inspect_open(&inspect, &options), 0);
    cr_assert(inspect_state(&inspect, "89049032123451234512345678901235", path));
    cr_assert_str_eq(path, "farm/chips/89049032123451234512345678901235");
    cr_assert_not(inspect_state(&inspect, "../../../../../../../../../../..", path));
    cr_assert_not(inspect_state(&inspect, "", path));
    inspect_end(&inspect);
    inspect_close(&inspect);
}

/* As many as may be followed at once; one that nobody holds gives its place. */
Test(inspect, a_farm_has_more_chips_than_are_followed)
{
    const struct inspect_options options = {.farm = "farm"};
    struct inspect inspect;
    struct feed *feeds[INSPECT_FEEDS_MAX];
    char eid[INSPECT_CHIP_SIZE];
    cr_assert_eq(inspect_open(&inspect, &options), 0);
    for (int i = 0; i < INSPECT_FEEDS_MAX; i++) {
        snprintf(eid, sizeof(eid), "890490321234512345123456789012%02u", (unsigned)i % 100);
        feeds[i] = inspect_feed(&inspect, eid);
        cr_assert_not_null(feeds[i]);
    }
    cr_assert_null(inspect_feed(&inspect, "89049032123451234512345678901299"));
    inspect_release(&inspect, feeds[3]);
    struct feed *other = inspect_feed(&inspect, "89049032123451234512345678901299");
    cr_assert_not_null(other);
    cr_assert_eq(inspect_feed(&inspect, "89049032123451234512345678901299"), other);
    cr_assert_null(inspect_feed(&inspect, "89049032123451234512345678901203"));
    inspect_end(&inspect);
    inspect_close(&inspect);
}

Test(inspect, actions_show_the_command)
{
    const struct inspect_options options = {.state = "my chip"};
    struct inspect inspect;
    cr_assert_eq(inspect_open(&inspect, &options), 0);
    json_t *done = action_do(&inspect, "", "fault add", "command = '6F00'");
    cr_assert_str_eq(text_of(done, "shown"),
                     "emuicc-ctl --state 'my chip' fault add 'command = '\\''6F00'\\'''");
    json_decref(done);
    done = action_do(&inspect, "", "enable", "1\neject");
    cr_assert_not_null(json_object_get(done, "error"));
    json_decref(done);
    done = action_do(&inspect, "", "enable", NULL);
    cr_assert_str_eq(text_of(done, "error"), "enable needs ICCID");
    json_decref(done);
    done = action_do(&inspect, "", "rm", NULL);
    cr_assert_not_null(json_object_get(done, "error"));
    json_decref(done);
    inspect_end(&inspect);
    inspect_close(&inspect);
}

Test(inspect, what_changes_something_is_no_get)
{
    cr_assert(api_find("/api/action")->post);
    cr_assert_not(api_find("/api/chip")->post);
    cr_assert_null(api_find("/api"));
}
