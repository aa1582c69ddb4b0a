/* INITIALIZE UPDATE and EXTERNAL AUTHENTICATE (GlobalPlatform annexes D and E, Amendment D §7.1).
 */
#include "fs/domain/domain_commands.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/tlv.h"

#define KEYS 3 /* ENC, MAC, DEK: identifiers 1 to 3 */
#define DIVERSIFICATION_SIZE 10
#define TAG_PROTOCOL 0x81 /* in C9: protocol and its option i */
#define SEQUENCE_MAX_03 0xFFFFFFu
#define SEQUENCE_MAX_02 0x7FFFu
#define AUTHENTICATE_FAILED 0x6300

/* Options of i. */
#define SCP03_I_S16 0x01
#define SCP03_I_PSEUDO_RANDOM 0x10
#define SCP03_I_RMAC 0x20
#define SCP03_I_RENC 0x40
#define SCP02_I_PSEUDO_RANDOM 0x40
#define SCP03_I_DEFAULT 0x70
#define SCP02_I_DEFAULT 0x55

/* A set of static keys and how a channel is opened with it. */
struct opening {
    struct domain_registry *registry;
    struct domain_entry *entry;
    uint8_t version;
    enum scp_protocol protocol;
    uint8_t option;
    struct bytes keys[KEYS];
    struct domain_counter counter;
};

static bool in_range(uint8_t version, uint8_t first, uint8_t last)
{
    return version >= first && version <= last;
}

/* Which protocol a set is for: by its type and its version (GlobalPlatform UICC Configuration). 70
 * and FF are what cards of the field use for SCP02. */
static bool protocol_of(uint8_t type, uint8_t version, enum scp_protocol *out)
{
    if (type == DOMAIN_KEY_AES && in_range(version, 0x30, 0x3F))
        *out = SCP_03;
    else if (type == DOMAIN_KEY_DES &&
             (in_range(version, 0x20, 0x2F) || version == 0x70 || version == 0xFF))
        *out = SCP_02;
    else
        return false;
    return true;
}

static bool gather_keys(struct opening *opening, uint8_t version)
{
    uint8_t type = 0;
    for (uint8_t i = 0; i < KEYS; i++) {
        const struct domain_key *key =
            domain_list_key(opening->registry, &opening->entry->aid, version, (uint8_t)(i + 1));
        if (key == NULL)
            return false;
        const struct domain_key_component component = domain_list_first_component(key);
        if ((i > 0 && component.type != type) ||
            (i > 0 && component.value.len != opening->keys[0].len))
            return false;
        type = component.type;
        opening->keys[i] = component.value;
    }
    const bool sized = type != DOMAIN_KEY_DES || opening->keys[0].len == SCP02_KEY;
    opening->version = version;
    return sized && protocol_of(type, version, &opening->protocol);
}

/* The option that the installation names for the protocol and that fits the host's challenge;
 * without any of this protocol, the usual one, unless other protocols are all that it names. */
static bool choose_option(struct opening *opening, size_t challenge_len)
{
    struct bytes parameters = opening->entry->parameters;
    struct tlv tlv;
    bool named = false, others = false, found = false;
    while (!found && tlv_take(&parameters, &tlv)) {
        if (tlv.tag != TAG_PROTOCOL || tlv.value.len != 2)
            continue;
        const bool same = tlv.value.data[0] == (uint8_t)opening->protocol;
        others |= !same && tlv.value.data[0] != 0;
        named |= same;
        if (same) {
            opening->option = tlv.value.data[1];
            const bool s16 = opening->protocol == SCP_03 && (opening->option & SCP03_I_S16) != 0;
            found = challenge_len == (s16 ? SCP03_S16 : SCP03_S8);
        }
    }
    if (!named)
        opening->option = opening->protocol == SCP_03 ? SCP03_I_DEFAULT : SCP02_I_DEFAULT;
    return named || !others;
}

static size_t challenge_size(const struct opening *opening)
{
    const bool s16 = opening->protocol == SCP_03 && (opening->option & SCP03_I_S16) != 0;
    return s16 ? SCP03_S16 : SCP03_S8;
}

/* The set of this version, 0: the first that can be used. */
static bool find_set(struct opening *opening, uint8_t version, size_t challenge_len)
{
    for (const struct domain_key *at = opening->registry->keys; at != NULL; at = at->next)
        if (domain_aid_equal(&at->domain, &opening->entry->aid) &&
            (version == 0 || at->version == version) && gather_keys(opening, at->version) &&
            choose_option(opening, challenge_len))
            return true;
    return false;
}

static void keep_dek(struct domain_session *session, uint8_t type, struct bytes key)
{
    session->dek.type = type;
    (void)secret_set(&session->dek.key, key);
}

static int store_counter(struct opening *opening)
{
    return domain_registry_put_counter(opening->registry, &opening->counter);
}

static void put_front(const struct opening *opening, struct writer *response)
{
    writer_fill(response, 0, DIVERSIFICATION_SIZE);
    writer_put_u8(response, opening->version);
    writer_put_u8(response, (uint8_t)opening->protocol);
}

static int card_challenge_03(const struct domain_context *context, const struct opening *opening,
                             const uint8_t sequence[SCP03_SEQUENCE_SIZE], uint8_t *out, size_t size)
{
    if ((opening->option & SCP03_I_PSEUDO_RANDOM) == 0)
        return random_fill(context->domains->random, out, size);
    return scp03_challenge(opening->keys[0], sequence, domain_aid_bytes(&opening->entry->aid), out,
                           size);
}

/* Amendment D §7.1.1. The counter is counted before it is used, so that none comes twice. */
static int open_03(struct domain_context *context, struct opening *opening, struct bytes host,
                   struct writer *response)
{
    struct domain_session *session = context->session;
    struct scp03 *scp = &session->scp.scp03;
    const size_t size = challenge_size(opening);
    uint8_t challenge[SCP03_S16], cryptogram[SCP03_S16];
    if (opening->counter.sequence >= SEQUENCE_MAX_03)
        return SW_CONDITIONS_NOT_SATISFIED;
    const uint32_t count = ++opening->counter.sequence;
    const uint8_t sequence[] = {(uint8_t)(count >> 16), (uint8_t)(count >> 8), (uint8_t)count};
    const struct bytes card = bytes_of(challenge, size);
    int result = store_counter(opening);
    if (result == 0)
        result = card_challenge_03(context, opening, sequence, challenge, size);
    if (result == 0)
        result = scp03_begin(scp, opening->keys[0], opening->keys[1], host, card);
    if (result == 0)
        result = scp03_cryptogram(scp, SCP03_CARD_CRYPTOGRAM, host, card, cryptogram);
    if (result == 0)
        result = scp03_cryptogram(scp, SCP03_HOST_CRYPTOGRAM, host, card, session->cryptogram);
    if (result != 0)
        return result;
    keep_dek(session, DOMAIN_KEY_AES, opening->keys[2]);
    put_front(opening, response);
    writer_put_u8(response, opening->option);
    writer_put(response, card);
    writer_put(response, bytes_of(cryptogram, size));
    if ((opening->option & SCP03_I_PSEUDO_RANDOM) != 0)
        writer_put(response, bytes_of(sequence, sizeof(sequence)));
    return 0;
}

static int card_challenge_02(const struct domain_context *context, const struct opening *opening,
                             uint8_t out[SCP02_CHALLENGE])
{
    if ((opening->option & SCP02_I_PSEUDO_RANDOM) == 0)
        return random_fill(context->domains->random, out, SCP02_CHALLENGE);
    return scp02_challenge(&context->session->scp.scp02, domain_aid_bytes(&opening->entry->aid),
                           out);
}

/* Annex E.5.1. The counter counts those that were followed by EXTERNAL AUTHENTICATE. */
static int open_02(struct domain_context *context, struct opening *opening, struct bytes host,
                   struct writer *response)
{
    struct domain_session *session = context->session;
    struct scp02 *scp = &session->scp.scp02;
    const uint32_t count = opening->counter.sequence;
    uint8_t both[DES_BLOCK] = {(uint8_t)(count >> 8), (uint8_t)count}; /* counter and challenge */
    uint8_t cryptogram[DES_BLOCK];
    const struct bytes pair = bytes_of(both, sizeof(both));
    if (count > SEQUENCE_MAX_02)
        return SW_CONDITIONS_NOT_SATISFIED;
    int result = scp02_begin(scp, opening->keys, both);
    if (result == 0)
        result = card_challenge_02(context, opening, both + SCP02_SEQUENCE_SIZE);
    if (result == 0)
        result = scp02_card_cryptogram(scp, host, pair, cryptogram);
    if (result == 0)
        result = scp02_host_cryptogram(scp, host, pair, session->cryptogram);
    if (result != 0)
        return result;
    keep_dek(session, DOMAIN_KEY_DES, bytes_of(scp->dek, SCP02_KEY));
    put_front(opening, response);
    writer_put(response, pair);
    writer_put(response, bytes_of(cryptogram, sizeof(cryptogram)));
    return 0;
}

static int new_session(struct domain_context *context, enum scp_protocol protocol)
{
    context->session = calloc(1, sizeof(*context->session));
    if (context->session == NULL)
        return FAILURE_INTERNAL;
    context->session->scp.protocol = protocol;
    return 0;
}

int domain_initialize_update(struct domain_context *context, const struct apdu *apdu,
                             struct writer *response)
{
    struct opening opening = {0};
    uint8_t host[SCP03_S16];
    const struct bytes challenge = bytes_of(host, apdu->data.len);
    int result = domain_context_entry(context, &opening.registry, &opening.entry);
    if (result != 0)
        return result;
    if (apdu->data.len != SCP03_S8 && apdu->data.len != SCP03_S16)
        return SW_WRONG_LENGTH;
    memcpy(host, apdu->data.data, apdu->data.len); /* the session that ends may hold it */
    domain_context_end_session(context);
    if (!find_set(&opening, apdu->p1, challenge.len))
        return SW_REFERENCE_NOT_FOUND;
    if (challenge.len != challenge_size(&opening))
        return SW_WRONG_LENGTH;
    opening.counter = domain_list_counter(opening.registry, &opening.entry->aid, opening.version);
    const uint32_t most = context->domains->settings->failures_max;
    if (most != 0 && opening.counter.failures >= most)
        return SW_AUTHENTICATION_BLOCKED;
    result = new_session(context, opening.protocol);
    if (result == 0)
        result = (opening.protocol == SCP_03 ? open_03 : open_02)(context, &opening, challenge,
                                                                  response);
    if (result != 0)
        domain_context_end_session(context);
    else
        context->key_version = opening.version;
    if (result == 0 && opening.protocol == SCP_03)
        context->session->option = opening.option;
    return result;
}

/* Levels that the protocol and its option have. */
static bool level_is_known(const struct domain_session *session, uint8_t level)
{
    if (session->scp.protocol == SCP_02)
        return level == 0x01 || level == 0x03;
    switch (level) {
    case 0x01:
    case 0x03:
        return true;
    case 0x11:
    case 0x13:
        return (session->option & SCP03_I_RMAC) != 0;
    case 0x33:
        return (session->option & SCP03_I_RENC) != 0;
    default:
        return false;
    }
}

/* What a right or a wrong host leaves in the key set's counters. */
static int count_attempt(struct domain_context *context, bool right)
{
    struct domain_registry *registry;
    struct domain_entry *entry;
    int result = domain_context_entry(context, &registry, &entry);
    if (result != 0)
        return result;
    struct domain_counter counter =
        domain_list_counter(registry, &entry->aid, context->key_version);
    const struct domain_counter before = counter;
    if (right && context->session->scp.protocol == SCP_02)
        counter.sequence++;
    if (right)
        counter.failures = 0;
    else if (context->domains->settings->failures_max != 0 && counter.failures < UINT8_MAX)
        counter.failures++;
    if (counter.sequence == before.sequence && counter.failures == before.failures)
        return 0;
    return domain_registry_put_counter(registry, &counter);
}

static int refuse_host(struct domain_context *context)
{
    const int result = count_attempt(context, false);
    domain_context_end_session(context);
    return result != 0 ? result : AUTHENTICATE_FAILED;
}

int domain_external_authenticate(struct domain_context *context, const struct apdu *apdu,
                                 struct writer *response)
{
    struct domain_session *session = context->session;
    const uint8_t header[] = {0x84, apdu->ins, apdu->p1, apdu->p2};
    struct bytes plain;
    (void)response;
    if (session == NULL || session->scp.level != 0)
        return SW_CONDITIONS_NOT_SATISFIED;
    const size_t size = scp_mac_size(&session->scp);
    if (!apdu->secured || apdu->p2 != 0 || !level_is_known(session, apdu->p1)) {
        domain_context_end_session(context);
        return apdu->secured ? SW_WRONG_P1_P2 : SW_CLASS;
    }
    if (apdu->data.len != 2 * size) {
        domain_context_end_session(context);
        return SW_WRONG_LENGTH;
    }
    const int result =
        scp_unwrap(&session->scp, SCP_C_MAC, header, apdu->data, session->buffer, &plain);
    if (result < 0)
        return result;
    if (result != 0 || !secret_equal(plain, bytes_of(session->cryptogram, size)))
        return refuse_host(context);
    session->scp.level = apdu->p1;
    context->level = apdu->p1;
    context->dek = session->dek;
    context->authenticated = true;
    return count_attempt(context, true);
}
