/* A stream of commands, each behind two bytes of length, to a security domain in a session whose
 * keys the harness knows: what comes in is wrapped before it is sent, so that it gets past the
 * checksum. Whatever comes gets a status word, and what is kept can be read again. */
#include "tests/fs/test_domain.h"

#include "fs/domain/domain.h"
#include "tests/support/scp_host.h"

#define COMMANDS_MAX 64
#define COMMAND_MAX 230 /* bytes that wrapping leaves room for */

static struct domains domains;
static struct random chance;
static const uint8_t eid[16];
static uint8_t keys[3][16];

static void need(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static uint16_t send(struct bytes command, struct writer *response)
{
    const struct command_row *row;
    struct apdu apdu;
    int status = apdu_parse(command, &apdu);
    if (status == 0 && apdu.secured)
        status = domain_unwrap(&domains, true, &apdu);
    if (status == 0)
        status = command_match(&domain_commands, &apdu, &row);
    if (status == 0)
        status = domain_handle(&domains, false, &apdu, response);
    need(status >= 0, "a failure");
    need(!response->overflow, "an answer that is too long");
    need(domain_wrap(&domains, status == 0 ? 0x9000 : (uint16_t)status, response) == 0, "wrapping");
    return status == 0 ? 0x9000 : (uint16_t)status;
}

static bool open_session(struct scp_host *host, uint8_t level)
{
    uint8_t room[256], sent_room[64];
    struct writer response = writer_on(room, sizeof(room));
    struct writer sent = writer_on(sent_room, sizeof(sent_room));
    scp_host_begin(host, 0x30, 8, &sent);
    if (send(writer_bytes(&sent), &response) != 0x9000)
        return false;
    writer_reset(&sent);
    (void)scp_host_authenticate(host, writer_bytes(&response), level, &sent);
    writer_reset(&response);
    return send(writer_bytes(&sent), &response) == 0x9000;
}

static void send_wrapped(struct scp_host *host, struct bytes command)
{
    static uint8_t room[70000];
    uint8_t sent_room[400];
    struct writer response = writer_on(room, sizeof(room));
    struct writer sent = writer_on(sent_room, sizeof(sent_room));
    struct apdu apdu;
    if (apdu_parse(command, &apdu) != 0 || apdu.extended || apdu.secured || apdu.channel != 0 ||
        apdu.family != 0x80 || apdu.data.len > COMMAND_MAX) {
        (void)send(command, &response);
        return;
    }
    scp_host_wrap(host, command, &sent);
    (void)send(writer_bytes(&sent), &response);
}

/* The profile's domains, once for the process; each input rolls back what it did. */
static void begin(void)
{
    static uint32_t profile;
    if (domains.store == NULL) {
        test_make_folder();
        for (size_t key = 0; key < 3; key++)
            for (size_t i = 0; i < 16; i++)
                keys[key][i] = (uint8_t)(16 * key + i);
        domains.store = test_open(test_folder);
        domains.settings = &domain_settings_default;
        domains.random = &chance;
        domains.eid = eid;
        domains.memory = 100000;
        domain_init(&domains);
        profile = test_domain_profile(domains.store,
                                      ROOT DOMAIN_MNO DOMAIN_SSD DOMAIN_APPLICATION_CODE END);
        test_remove_folder(); /* the open files stay until the process ends */
    }
    random_init_seeded(&chance, bytes_of_text("fuzz"));
    domain_reset(&domains);
    domain_set_profile(&domains, profile);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t levels[] = {0x01, 0x03, 0x11, 0x13, 0x33};
    struct bytes in = bytes_of(data, size), command;
    struct scp_host host = {
        .enc = bytes_of(keys[0], 16), .mac = bytes_of(keys[1], 16), .dek = bytes_of(keys[2], 16)};
    struct domain_context *context;
    uint16_t len;
    uint8_t level;
    begin();
    if (!bytes_take_u8(&in, &level) || domain_channel(&domains, 0, &context) != 0)
        return 0;
    context->owner = domains.profile;
    context->aid = test_domain_aid("A000000151000000");
    (void)open_session(&host, levels[level % sizeof(levels)]);
    for (int i = 0; i < COMMANDS_MAX && bytes_take_u16(&in, &len); i++) {
        if (!bytes_take(&in, len < in.len ? len : in.len, &command))
            break;
        send_wrapped(&host, command);
    }
    domain_set_profile(&domains, domains.profile);
    struct domain_registry *registry;
    need(domain_context_registry(&domains, domains.profile, &registry) == 0,
         "a registry that is read again");
    domain_reset(&domains);
    domain_set_profile(&domains, domains.profile);
    store_rollback(domains.store);
    domain_set_profile(&domains, domains.profile);
    return 0;
}
