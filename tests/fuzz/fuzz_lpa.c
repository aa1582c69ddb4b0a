/* What cards, servers and users give an LPA: whole responses of a card, its ES10 answers, a
 * server's JSON, a bound package, an activation code. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/common/euicc_info.h"
#include "tools/lib/common/rpm.h"
#include "tools/lib/es9/activation.h"
#include "tools/lib/transport/channel.h"
#include "tools/lib/common/describe.h"
#include "tools/lib/download/download_check.h"
#include "tools/lib/es10/es10b_change.h"
#include "tools/lib/es10/es10b.h"
#include "tools/lib/es10/es10c.h"
#include "tools/lib/es9/es9.h"
#include "tools/lib/es10/notification.h"
#include "tools/lib/download/rules.h"
#include "tools/lib/es10/segments.h"
#include "tools/lib/common/text.h"
#include "tools/lpa/move_card.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A card whose responses are the input: a length byte, then so many bytes. */
struct fuzz_card {
    struct transport transport;
    struct bytes rest;
};

static bool fuzz_open(struct transport *transport, struct fault *fault)
{
    (void)transport, (void)fault;
    return true;
}

static bool fuzz_transmit(struct transport *transport, struct bytes command,
                          struct writer *response, struct fault *fault)
{
    struct fuzz_card *card = (struct fuzz_card *)transport;
    struct bytes answer;
    uint8_t len;
    (void)command;
    if (!bytes_take_u8(&card->rest, &len) || !bytes_take(&card->rest, len, &answer))
        return fault_raise(fault, "fuzz", "the input is at its end");
    writer_put(response, answer);
    return true;
}

static void fuzz_close(struct transport *transport)
{
    (void)transport;
}

static const struct transport_kind fuzz_kind = {"fuzz",        fuzz_open,        channel_select,
                                                fuzz_transmit, channel_deselect, fuzz_close};

static void call_change(struct es10 *es10)
{
    const struct bytes none = {0};
    struct es10b_change_data data;
    struct move_profile profile;
    struct bytes whole;
    es10b_prepare_device_change(es10, none, none, none, &whole);
    es10b_verify_device_change(es10, none, none, &data);
    es10b_verify_recovery(es10, none, none);
    move_card_find(es10, "8988211000000000011", &profile);
}

static void call_download(struct es10 *es10)
{
    const struct es10b_server server = {0};
    const struct es10b_binding binding = {0};
    struct es10b_device device;
    const struct es10b_context context = {
        .matching_id = "", .device = &device, .v3 = true, .operation = ES10B_RPM};
    struct es10b_addresses addresses;
    struct bytes whole;
    uint8_t challenge[ES10B_CHALLENGE_LEN];
    es10b_device_from_imei(NULL, &device);
    es10b_get_challenge(es10, challenge);
    es10b_get_info1(es10, &whole);
    es10b_authenticate_server(es10, &server, &context, &whole);
    es10b_prepare_download(es10, &binding, &whole);
    es10b_load_rpm_package(es10, (struct bytes){0}, (struct bytes){0}, &whole);
    es10b_load_package(es10, (struct bytes[]){BYTES(0xA1, 0x00)}, 1, &whole);
    es10b_cancel_session(es10, BYTES(1), ES10B_TIMEOUT, &whole);
    call_change(es10);
    es10a_get_configured_addresses(es10, &addresses);
}

static void call_management(struct es10 *es10)
{
    const struct profile_id id = {PROFILE_ID_TAG_AID, {1}, 5};
    uint8_t eid[ES10C_EID_LEN];
    struct bytes list;
    es10c_get_eid(es10, eid);
    es10c_get_profiles_info(es10, NULL, ES10C_TAGS, &list);
    es10c_enable_profile(es10, &id, true);
    es10c_delete_profile(es10, &id);
    es10b_list_notification(es10, &list);
    es10b_retrieve_notification(es10, 1, &list);
    es10b_remove_notification(es10, 1);
    es10b_get_rat(es10, &list);
}

static void run_card(struct bytes input)
{
    struct fuzz_card card = {{&fuzz_kind, 0, ""}, input};
    struct fault fault = {0};
    struct chip chip;
    struct es10 es10;
    if (chip_init(&chip, &card.transport, &fault) && es10_init(&es10, &chip, &fault)) {
        if (chip_select(&chip, BYTES(0xA0, 0x00, 0x00, 0x05, 0x59))) {
            call_management(&es10);
            call_download(&es10);
        }
        chip_deselect(&chip);
        es10_finish(&es10);
    }
    chip_finish(&chip);
}

static void run_rpm(struct bytes input)
{
    struct rpm_signed read;
    struct rpm_command command;
    struct rpm_command_result result;
    struct euicc_info1 info1;
    struct euicc_info2 info2;
    struct bytes rest = input;
    while (rpm_command_take(&rest, &command))
        rpm_kind_name(command.kind);
    rest = rpm_signed_read(input, &read) ? read.results : input;
    while (rpm_result_take(&rest, &result))
        rpm_result_text(&result);
    euicc_info1_read(input, &info1);
    euicc_info2_read(input, &info2);
}

static void run_change(struct bytes input)
{
    struct es10b_change_data data;
    struct move_profile profile;
    if (es10b_change_data_read(input, &data) && data.iccid.len != PROFILE_ID_ICCID_LEN)
        abort();
    move_card_read_configuration(input, &profile);
}

static void run_descriptions(struct bytes input)
{
    const struct describe_table *const tables[] = {&describe_profile, &describe_info1,
                                                   &describe_info2, &describe_notification,
                                                   &describe_rule};
    struct notification_installation installation;
    struct notification notification;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        json_t *object = json_object();
        struct bytes content = input;
        struct tlv element;
        while (tlv_take(&content, &element))
            describe(tables[i], element.value, object);
        json_decref(object);
        json_decref(describe_list(tables[i], input));
    }
    if (notification_installation(input, &installation))
        json_decref(notification_element_statuses(installation.responses));
    json_decref(notification_element_statuses(input));
    struct bytes list = input;
    while (notification_take(&list, &notification))
        continue;
    rules_judge(input, input);
    run_rpm(input);
    run_change(input);
    json_decref(text_json(input));
}

static void run_package(struct bytes input)
{
    uint8_t metadata[1024];
    struct writer out = writer_on(metadata, sizeof(metadata));
    struct bytes rest = input, segment;
    size_t total = 0;
    segments_metadata(input, &out);
    if (!segments_check(input))
        return;
    while (segments_take(&rest, &segment)) {
        segments_function(segment);
        total += segment.len;
    }
    if (total != input.len)
        abort();
}

static void run_server(struct bytes input)
{
    struct activation code = {.address = "a.b"};
    struct fault fault;
    for (enum es9_function function = 0; function < ES9_FUNCTIONS; function++) {
        struct es9_answer answer;
        struct svn version;
        bool wanted, named;
        fault = (struct fault){0};
        if (es9_parse(function, (const char *)input.data, input.len, &answer, &fault)) {
            download_check_opened(&answer, &code, &fault);
            download_check_version(&answer, &named, &version, &fault);
            download_check_offered(&answer, es9_field(&answer, ES9_TRANSACTION_ID), &wanted,
                                   &fault);
        }
        es9_answer_finish(&answer);
    }
}

static void run_user(struct bytes input)
{
    struct activation code;
    struct profile_id id;
    struct fault fault = {0};
    char *text = malloc(input.len + 1);
    if (text == NULL)
        return;
    memcpy(text, input.data, input.len);
    text[input.len] = '\0';
    activation_parse(text, &code, &fault);
    profile_id_parse(text, &id, &fault);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes input = bytes_of(data, size);
    run_user(input);
    run_server(input);
    run_package(input);
    run_descriptions(input);
    run_card(input);
    return 0;
}
