#include "tests/isd-r/iot_world.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "isd-r/es10.h"
#include "tests/isd-r/v3.h"

#define TEXT_MAX 1024
#define REQUEST_MAX 8192
#define FALLBACK_ALLOWED "9F6701FF"
#define ECALL "9F7B01FF"
#define OWNER "B705800300F110"

static const char *const ids[IOT_WORLD_EIMS] = {IOT_EIM_ID, "two.example.com", "three.example.com"};

static const char *extra_of(char letter)
{
    switch (letter) {
    case 'F':
    case 'K':
        return FALLBACK_ALLOWED;
    case 'M':
        return ECALL;
    case 'P':
        return OWNER "99020640";
    case 'Q':
        return OWNER "99020520";
    default:
        return "";
    }
}

static void install(struct peer *peer, char letter)
{
    uint8_t room[2048];
    struct writer metadata = writer_on(room, sizeof(room));
    const struct package content = package_numbered((unsigned)letter);
    v3_put_metadata(&content, extra_of(letter), &metadata);
    const struct peer_outcome outcome = peer_download(
        peer, &(struct peer_binding){.content = &content, .metadata = writer_bytes(&metadata)});
    cr_assert(outcome.installed, "%c: %d", letter, outcome.reason);
}

void iot_world_start(struct iot_world *world)
{
    const enum ec_curve curves[] = {EC_P256, EC_BRAINPOOL_P256R1};
    *world = (struct iot_world){0};
    peer_start(&world->peer, curves, 2);
    iot_become(&world->peer, &world->chip, EUICC_INFO_IOT_1_2);
    for (const char *letter = IOT_WORLD_PROFILES; *letter != '\0'; letter++)
        install(&world->peer, *letter);
    iot_world_forget_told(world);
    for (size_t i = 0; i < IOT_WORLD_EIMS; i++)
        iot_eim_start(&world->peer, &world->eims[i], ids[i],
                      i == 1 ? EC_BRAINPOOL_P256R1 : EC_P256);
    iot_associate(&world->peer, &world->eims[0]);
}

void iot_world_stop(struct iot_world *world)
{
    for (size_t i = 0; i < IOT_WORLD_EIMS; i++)
        iot_eim_finish(&world->eims[i]);
    peer_stop(&world->peer);
}

struct iot_eim *iot_world_eim(struct iot_world *world, char number)
{
    cr_assert(number >= '1' && number < '1' + IOT_WORLD_EIMS, "%c", number);
    return &world->eims[number - '1'];
}

static void put_profile(uint32_t tag, char letter, bool rollback, struct writer *out)
{
    const struct package content = package_numbered((unsigned)letter);
    const size_t mark = tlv_open(out, tag);
    tlv_put(out, 0x5A, bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE));
    if (rollback)
        tlv_put(out, DER_NULL, (struct bytes){0});
    tlv_close(out, mark);
}

static void put_eim(struct iot_world *world, uint32_t tag, char number, struct writer *out)
{
    const struct iot_eim *eim = iot_world_eim(world, number);
    const size_t mark = tlv_open(out, tag);
    if (tag == 0xA9)
        tlv_put(out, 0x80, bytes_of_text(eim->id));
    else
        iot_put_fields(eim, tag == 0xA8 ? -1 : 0, true, out);
    tlv_close(out, mark);
}

static const uint32_t profile_tags[] = {
    ['E'] = 0xA3, ['D'] = 0xA4, ['X'] = 0xA5, ['S'] = 0xA8, ['U'] = 0};
static const uint32_t eim_tags[] = {['+'] = 0xA8, ['-'] = 0xA9, ['*'] = 0xAA, ['.'] = 0};

/* One operation; what follows it. */
static const char *put_operation(struct iot_world *world, const char *at, struct writer *out)
{
    const char what = *at++;
    switch (what) {
    case 'E':
    case 'D':
    case 'X':
    case 'S': {
        const bool rollback = *at == '!';
        at += rollback;
        put_profile(profile_tags[(int)what], *at++, rollback, out);
        break;
    }
    case '+':
    case '-':
    case '*':
        put_eim(world, eim_tags[(int)what], *at++, out);
        break;
    case 'U':
        tlv_put(out, 0xA9, (struct bytes){0});
        break;
    case 'L':
        tlv_put(out, 0xBF2D, (struct bytes){0});
        break;
    case 'R':
        tlv_put(out, 0xA6, (struct bytes){0});
        break;
    case 'I':
        tlv_put(out, 0xA7, BYTES(0x80, 0x00));
        break;
    case 'i':
        tlv_put(out, 0xA7, (struct bytes){0});
        break;
    case 'H':
        tlv_put(out, 0xBF65, BYTES(0x80, 0x03, 'a', '.', 'b'));
        break;
    case '#':
        tlv_put(out, 0xAB, (struct bytes){0});
        break;
    case '?':
        tlv_put(out, 0xAF, (struct bytes){0});
        break;
    case ' ':
        break;
    default:
        cr_assert(false, "no operation: %c", what);
    }
    return at;
}

static void put_list(struct iot_world *world, const char *operations, struct writer *out)
{
    const size_t list =
        tlv_open(out, operations[strcspn(operations, "+-*#")] != '\0' ? 0xA1 : 0xA0);
    while (*operations != '\0')
        operations = put_operation(world, operations, out);
    tlv_close(out, list);
}

static void put_token(int64_t token, struct writer *out)
{
    der_put_integer(out, 0x84, token);
}

static struct iot_eim *sender_of(struct iot_world *world, const struct iot_bent *bent)
{
    return iot_world_eim(world, bent->eim != 0 ? bent->eim : '1');
}

static void put_signed(struct iot_world *world, const char *operations, const struct iot_bent *bent,
                       struct writer *out)
{
    const struct iot_eim *eim = sender_of(world, bent);
    uint8_t eid[16];
    memcpy(eid, isd_r_eid(world->peer.chip.isd_r), sizeof(eid));
    eid[15] ^= bent->other_eid;
    const size_t whole = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, 0x80, bent->eim_id.data != NULL ? bent->eim_id : bytes_of_text(eim->id));
    tlv_put(out, 0x5A, bytes_of(eid, sizeof(eid)));
    der_put_integer(out, 0x81, bent->counter != 0 ? bent->counter : eim->counter + 1);
    if (!bent->no_transaction_id)
        tlv_put(out, 0x82, BYTES(1, 2, 3, 4));
    if (bent->list.data != NULL)
        writer_put(out, bent->list);
    else
        put_list(world, operations, out);
    tlv_close(out, whole);
}

void iot_world_put_package(struct iot_world *world, const char *operations,
                           const struct iot_bent *bent, struct writer *out)
{
    const struct iot_eim *eim = sender_of(world, bent);
    uint8_t signature[EC_SIGNATURE_SIZE], room[16];
    struct writer token = writer_on(room, sizeof(room));
    const size_t whole = tlv_open(out, ES10_LOAD_EUICC_PACKAGE), start = out->len;
    put_signed(world, operations, bent, out);
    put_token(bent->no_token ? 0 : eim->token, &token);
    const struct bytes parts[] = {bytes_of(out->data + start, out->len - start),
                                  writer_bytes(&token)};
    const struct ec_private *key = bent->other_key ? world->eims[2].key : eim->key;
    cr_assert(ec_sign(key, &world->peer.random, parts, 2, signature) == 0);
    signature[7] ^= bent->wrong_signature;
    memcpy(world->signature, signature, sizeof(signature));
    tlv_put(out, 0x5F37, bytes_of(signature, sizeof(signature)));
    tlv_close(out, whole);
    cr_assert(not(out->overflow));
}

static char letter_of(struct bytes iccid)
{
    for (const char *letter = IOT_WORLD_PROFILES; *letter != '\0'; letter++) {
        const struct package content = package_numbered((unsigned)*letter);
        if (bytes_equal(iccid, bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE)))
            return *letter;
    }
    return '?';
}

static char number_of(struct bytes id)
{
    for (size_t i = 0; i < IOT_WORLD_EIMS; i++)
        if (bytes_equal(id, bytes_of_text(ids[i])))
            return (char)('1' + (char)i);
    return '?';
}

struct text {
    char text[TEXT_MAX];
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
    const size_t len = strlen(text->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text->text + len, sizeof(text->text) - len, format, arguments);
    va_end(arguments);
}

static long code_of(struct bytes value)
{
    int64_t code;
    cr_assert(der_to_integer(value, &code));
    return (long)code;
}

static void read_profiles(struct bytes value, struct text *text)
{
    struct tlv list, one, field;
    add(text, "L");
    if (tlv_whole(value, 0x81, &list)) {
        add(text, "!%ld", code_of(list.value));
        return;
    }
    cr_assert(tlv_whole(value, 0xA0, &list));
    while (tlv_take_tag(&list.value, 0xE3, &one)) {
        cr_assert(tlv_find(one.value, 0x5A, &field));
        add(text, "%c", letter_of(field.value));
    }
}

static void read_eims(struct bytes value, struct text *text)
{
    struct tlv list, one, field;
    add(text, "#");
    if (tlv_whole(value, 0x81, &list)) {
        add(text, "!%ld", code_of(list.value));
        return;
    }
    cr_assert(tlv_whole(value, 0xA0, &list));
    while (tlv_take_tag(&list.value, DER_SEQUENCE, &one)) {
        cr_assert(tlv_take_tag(&one.value, 0x80, &field));
        add(text, "%c", number_of(field.value));
    }
}

static void read_added(struct iot_world *world, struct bytes value, struct text *text)
{
    struct tlv one;
    (void)world;
    cr_assert(tlv_take(&value, &one));
    add(text, one.tag == 0x84 ? "+t%ld" : "+%ld", code_of(one.value));
}

static void read_rules(struct bytes value, struct text *text)
{
    struct tlv one;
    int count = 0;
    while (tlv_take_tag(&value, DER_SEQUENCE, &one))
        count++;
    add(text, "R%d", count);
}

static const struct {
    uint32_t tag;
    char letter;
} codes[] = {{0x83, 'E'}, {0x84, 'D'}, {0x85, 'X'}, {0x87, 'I'}, {0x8D, 'S'},
             {0x8E, 'U'}, {0x8C, 'Z'}, {0x89, '-'}, {0x8A, '*'}, {0x02, '!'}};

static void read_result(struct iot_world *world, const struct tlv *result, struct text *text)
{
    struct tlv code;
    if (text->text[0] != '\0')
        add(text, " ");
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].tag == result->tag) {
            add(text, "%c%ld", codes[i].letter, code_of(result->value));
            return;
        }
    if (result->tag == 0xBF2D)
        read_profiles(result->value, text);
    else if (result->tag == 0xA6)
        read_rules(result->value, text);
    else if (result->tag == 0xA8)
        read_added(world, result->value, text);
    else if (result->tag == 0xAB)
        read_eims(result->value, text);
    else {
        cr_assert(result->tag == 0xBF65 && tlv_whole(result->value, 0x80, &code), "%X",
                  result->tag);
        add(text, "H%ld", code_of(code.value));
    }
}

/* By the chip's key over data and token, or eimSignature. */
static void check_signature(struct iot_world *world, const struct tlv *data, struct bytes signature,
                            const struct iot_bent *bent)
{
    uint8_t room[EC_SIGNATURE_SIZE + 8];
    struct writer addition = writer_on(room, sizeof(room));
    if (world->over_signature)
        tlv_put(&addition, 0x5F37, bytes_of(world->signature, EC_SIGNATURE_SIZE));
    else
        put_token(sender_of(world, bent)->token, &addition);
    const struct bytes parts[] = {data->whole, writer_bytes(&addition)};
    peer_assert_signed(&world->peer, parts, 2, signature);
}

static void read_signed(struct iot_world *world, const struct tlv *choice, struct text *text,
                        const struct iot_bent *bent)
{
    struct bytes content = choice->value;
    struct tlv data, signature, field, result;
    cr_assert(tlv_take_tag(&content, DER_SEQUENCE, &data) &&
              tlv_take_tag(&content, 0x5F37, &signature) && content.len == 0);
    check_signature(world, &data, signature.value, bent);
    struct bytes rest = data.value;
    cr_assert(tlv_take_tag(&rest, 0x80, &field));
    cr_assert(bytes_equal(field.value, bytes_of_text(sender_of(world, bent)->id)));
    cr_assert(tlv_take_tag(&rest, 0x81, &field));
    cr_assert(tlv_take_optional(&rest, 0x82, &field));
    cr_assert(eq(int, field.tag == 0, bent->no_transaction_id));
    if (choice->tag == 0xA1) {
        cr_assert(tlv_whole(rest, DER_INTEGER, &field));
        add(text, "s%ld", code_of(field.value));
        return;
    }
    cr_assert(tlv_take_tag(&rest, 0x83, &field));
    world->sequence = (uint32_t)code_of(field.value);
    cr_assert(tlv_whole(rest, DER_SEQUENCE, &field));
    while (tlv_take(&field.value, &result))
        read_result(world, &result, text);
}

const char *iot_world_read(struct iot_world *world, struct bytes answer,
                           const struct iot_bent *bent)
{
    static struct text text;
    struct tlv whole, choice;
    text.text[0] = '\0';
    cr_assert(tlv_whole(answer, ES10_LOAD_EUICC_PACKAGE, &whole));
    cr_assert(tlv_take(&whole.value, &choice) && whole.value.len == 0);
    if (choice.tag == 0xA2)
        add(&text, "u");
    else
        read_signed(world, &choice, &text, bent);
    return text.text;
}

const char *iot_world_send(struct iot_world *world, const char *operations,
                           const struct iot_bent *bent)
{
    static const struct iot_bent straight;
    static char status_text[8];
    uint8_t room[REQUEST_MAX];
    struct writer request = writer_on(room, sizeof(room));
    if (bent == NULL)
        bent = &straight;
    iot_world_put_package(world, operations, bent, &request);
    const uint16_t status = peer_call(&world->peer, writer_bytes(&request));
    snprintf(status_text, sizeof(status_text), "%04X", status);
    if (status != SW_OK)
        return status_text;
    const char *text = iot_world_read(world, writer_bytes(&world->peer.response), bent);
    if (text[0] != 's' && text[0] != 'u')
        sender_of(world, bent)->counter++;
    return text;
}

const char *iot_world_shown(struct iot_world *world)
{
    static struct text text;
    struct tlv list, one, iccid, state, fallback;
    text.text[0] = '\0';
    const struct bytes value = peer_ask(
        &world->peer, BYTES(0xBF, 0x2D, 0x07, 0x5C, 0x05, 0x5A, 0x9F, 0x70, 0x9F, 0x26), 0xBF2D);
    cr_assert(tlv_whole(value, 0xA0, &list));
    while (tlv_take_tag(&list.value, 0xE3, &one)) {
        cr_assert(tlv_find(one.value, 0x5A, &iccid) && tlv_find(one.value, 0x9F70, &state));
        const bool enabled = state.value.data[0] != 0;
        add(&text, enabled ? "[%c]" : "%c", letter_of(iccid.value));
        if (tlv_find(one.value, 0x9F26, &fallback))
            add(&text, "'");
    }
    return text.text;
}

static const char events[] = "?edx";

const char *iot_world_told(struct iot_world *world)
{
    static struct text text;
    struct tlv list, one, bits, iccid;
    uint32_t event;
    text.text[0] = '\0';
    const struct bytes value = peer_ask(&world->peer, BYTES(0xBF, 0x28, 0x00), 0xBF28);
    cr_assert(tlv_whole(value, 0xA0, &list));
    while (tlv_take_tag(&list.value, 0xBF2F, &one)) {
        cr_assert(tlv_find(one.value, 0x81, &bits) && der_to_bits(bits.value, &event) &&
                  tlv_find(one.value, 0x5A, &iccid));
        const int number = __builtin_ctz(event);
        if (number > 0)
            add(&text, "%c%c", events[number], letter_of(iccid.value));
    }
    return text.text;
}

void iot_world_forget_told(struct iot_world *world)
{
    struct tlv list, one, sequence;
    static uint8_t room[65536];
    struct writer copy = writer_on(room, sizeof(room));
    writer_put(&copy, peer_ask(&world->peer, BYTES(0xBF, 0x28, 0x00), 0xBF28));
    cr_assert(tlv_whole(writer_bytes(&copy), 0xA0, &list));
    while (tlv_take_tag(&list.value, 0xBF2F, &one)) {
        uint8_t request_room[16];
        struct writer request = writer_on(request_room, sizeof(request_room));
        cr_assert(tlv_find(one.value, 0x80, &sequence));
        const size_t mark = tlv_open(&request, 0xBF30);
        writer_put(&request, sequence.whole);
        tlv_close(&request, mark);
        cr_assert(peer_result(&world->peer, writer_bytes(&request), 0xBF30) == 0);
    }
}

int iot_world_change(struct iot_world *world, uint32_t tag, int refresh)
{
    uint8_t room[16];
    struct writer request = writer_on(room, sizeof(room));
    struct tlv result;
    const size_t mark = tlv_open(&request, tag);
    if (refresh >= 0)
        tlv_put_u8(&request, 0x80, (uint8_t)(refresh > 0 ? 0xFF : 0));
    tlv_close(&request, mark);
    struct bytes value = peer_ask(&world->peer, writer_bytes(&request), tag);
    cr_assert(tlv_take(&value, &result));
    cr_assert(result.tag == (tag == ES10_PROFILE_ROLLBACK ? 0x02 : 0x80));
    return (int)code_of(result.value);
}
