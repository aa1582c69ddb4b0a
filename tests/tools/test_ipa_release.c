/* What an IPA sends to an eIM of SGP.32 v1.0 and takes from onomondo-eim, beside what v1.2 has. */
#include <criterion/criterion.h>

#include "apdu/hex.h"
#include "tools/ipa/engine_package.h"
#include "tools/ipa/relay.h"
#include "tools/lib/common/field.h"

#define ROOM 1024
#define BYTES_16 "000102030405060708090A0B0C0D0E0F"
#define BYTES_64 BYTES_16 BYTES_16 BYTES_16 BYTES_16
#define RESULT                                                                                     \
    "BF516DA06B3026800F65696D2E6578616D706C652E636F6D8101018208010203040506070883010730038301005F" \
    "3740" BYTES_64
#define NOTIFICATIONS "BF2B02A000"
#define REMOVED "BF3003800100"

static char heard[2 * ROOM]; /* the last message to the eIM, in digits */

static struct blob blob_of(const char *digits)
{
    uint8_t room[ROOM];
    struct blob out;
    struct writer writer = writer_on(room, sizeof(room));
    cr_assert(hex_decode(digits, &writer), "%s", digits);
    cr_assert_eq(blob_copy(writer_bytes(&writer), &out), 0);
    return out;
}

static bool chip(void *context, struct bytes request, struct blob *answer, bool *refused)
{
    static const char *const answers[] = {RESULT, NOTIFICATIONS, REMOVED};
    (void)context;
    *refused = false;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        *answer = blob_of(answers[i]);
        if (request.len > 1 && answer->data[1] == request.data[1])
            return true;
        blob_finish(answer);
    }
    return false;
}

static bool eim(void *context, struct bytes message, struct blob *answer)
{
    (void)context;
    cr_assert_lt(message.len, ROOM);
    hex_encode(message, heard);
    *answer = (struct blob){0};
    return true;
}

static bool changed(void *context)
{
    (void)context;
    return true;
}

static void say(void *context, const char *text)
{
    (void)context;
    cr_expect(false, "%s", text);
}

static const struct engine_host host = {.chip = chip, .eim = eim, .changed = changed, .say = say};

static void run_package(bool release_1_0)
{
    struct engine engine = {.host = &host, .release_1_0 = release_1_0, .report = json_array()};
    struct blob request = blob_of("BF5100");
    engine_change_init(&engine.changes);
    cr_expect(engine_package_take(&engine, blob_bytes(&request)));
    blob_finish(&request);
    json_decref(engine.report);
}

static void expect_end(const char *end)
{
    const size_t len = strlen(heard), end_len = strlen(end);
    cr_expect(len > end_len && strcmp(heard + len - end_len, end) == 0, "%s: %s", end, heard);
}

/* v1.0: the chip's answer whole; later only the list in it. */
Test(ipa_release, notifications_of_a_package_stand_beside_its_result)
{
    run_package(true);
    expect_end(BYTES_64 NOTIFICATIONS);
    cr_expect_null(strstr(heard, "5A10"));
    run_package(false);
    expect_end(BYTES_64 "A000");
    cr_expect_not_null(strstr(heard, "5A10"));
}

#define SIGNATURE "5F3740" BYTES_64
#define KEY_ID "041400112233445566778899AABBCCDDEEFF00112233"
#define FRONT "8002AABB30048002AABB"

/* context: the eIM's answer in digits. */
static bool answer_with(void *context, struct bytes message, struct blob *answer)
{
    (void)message;
    *answer = blob_of(context);
    return true;
}

static void expect_member(const json_t *object, const char *name, const char *digits)
{
    char got[2 * ROOM];
    struct blob value;
    cr_assert_eq(field_bytes(object, name, ROOM / 2, &value), FIELD_OK, "%s", name);
    hex_encode(blob_bytes(&value), got);
    cr_expect_str_eq(got, digits, "%s: %s", name, got);
    blob_finish(&value);
}

static void initiate(char *eim_answer)
{
    struct fault fault = {0};
    struct relay relay;
    struct activation code = {.address = "smdp.example.com"};
    struct http_answer answer;
    relay_init(&relay, answer_with, eim_answer, &fault);
    relay.code = &code;
    cr_assert(relay.http.post(&relay.http, "", "/gsma/rsp2/es9plus/initiateAuthentication",
                              "{\"euiccChallenge\": \"AAECAwQFBgcICQoLDA0ODw==\"}", &answer),
              "%s", fault.text);
    json_t *object = json_loadb(answer.body, answer.len, 0, NULL);
    expect_member(object, "serverSignature1", SIGNATURE);
    expect_member(object, "euiccCiPKIdToBeUsed", KEY_ID);
    json_decref(object);
    free(answer.body);
}

/* onomondo-eim puts signature and key identifier, which it got whole, into objects of their tags.
 */
Test(ipa_release, what_is_wrapped_twice_is_unwrapped)
{
    initiate("BF3967A065" FRONT SIGNATURE KEY_ID "3000");
    initiate("BF396CA06A" FRONT "5F3743" SIGNATURE "0416" KEY_ID "3000");
}
