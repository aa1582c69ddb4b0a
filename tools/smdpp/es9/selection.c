#include "tools/smdpp/es9/selection.h"

#include "apdu/status.h"
#include "apdu/trace.h"

#include <stdio.h>
#include <time.h>

bool selection_text(struct bytes matching_id, char out[ORDERS_TEXT_SIZE])
{
    if (matching_id.len >= ORDERS_TEXT_SIZE)
        return false;
    struct writer text = writer_on(out, ORDERS_TEXT_SIZE);
    writer_put(&text, matching_id);
    writer_put_u8(&text, '\0');
    return strlen(out) == matching_id.len;
}

static int refuse_matching_id(struct call *call, const char *matching_id)
{
    return call_refuse(call, REFUSAL_MATCHING_ID, "nothing is ordered under '%s'", matching_id);
}

/* A chip of v3 tells where the LPA has the id from: an event id is none of a code's, nor the other
 * way round, unless both are the same. */
static bool is_from(const struct order *order, const char *matching_id, enum chip_source source)
{
    const char *id = source == CHIP_SOURCE_SMDS ? order->event_id : order->matching_id;
    return (source != CHIP_SOURCE_SMDS && source != CHIP_SOURCE_CODE) ||
           strcmp(id, matching_id) == 0;
}

/* The order that an operator has placed: 0, 1 if there is none, or a failure. */
static int find_order(struct smdpp *smdpp, const char *matching_id, enum chip_source source,
                      const char *eid, struct session *session)
{
    if (matching_id[0] == '\0')
        return orders_find_by_eid(smdpp->database, eid, session->owner, &session->order);
    const int result = orders_find_by_matching_id(smdpp->database, matching_id, &session->order);
    return result == 0 && !is_from(&session->order, matching_id, source) ? 1 : result;
}

/* SGP.22 §5.6.3: each of the ways in which an order does not fit has its own code. */
static int judge_order(struct smdpp *smdpp, struct call *call, const struct order *order,
                       const char *eid)
{
    if (order->state < ORDER_RELEASED)
        return call_refuse(call, REFUSAL_NOT_RELEASED, "profile %s is %s", order->iccid,
                           orders_state_text(order->state));
    if (order->eid[0] != '\0' && strcmp(order->eid, eid) != 0)
        return call_refuse(call, REFUSAL_EID, "profile %s is for another eUICC than %s",
                           order->iccid, eid);
    if (order->state > ORDER_DOWNLOADED)
        return call_refuse(call, REFUSAL_MATCHING_ID, "profile %s is %s", order->iccid,
                           orders_state_text(order->state));
    if (order->expires != 0 && time(NULL) > order->expires)
        return call_refuse(call, REFUSAL_ORDER_EXPIRED, "order of profile %s", order->iccid);
    if (order->attempts < (order->tries != 0 ? order->tries : smdpp->order_tries))
        return orders_count_attempt(smdpp->database, order->id);
    const int moved =
        orders_move(smdpp->database, order->id,
                    ORDER_IN(ORDER_RELEASED) | ORDER_IN(ORDER_DOWNLOADED), ORDER_ERROR, NULL);
    return moved < 0 ? moved
                     : call_refuse(call, REFUSAL_ORDER_TRIES, "profile %s, %u times", order->iccid,
                                   order->attempts);
}

/* The open order of a package for this chip. */
static int take_open(struct smdpp *smdpp, const struct catalogue_entry *entry, const char *eid,
                     struct order *order)
{
    *order = (struct order){0};
    snprintf(order->package, sizeof(order->package), "%s", entry->name);
    snprintf(order->matching_id, sizeof(order->matching_id), "%s", entry->name);
    snprintf(order->type, sizeof(order->type), "%s", entry->header.type);
    snprintf(order->eid, sizeof(order->eid), "%s", eid);
    snprintf(order->iccid, sizeof(order->iccid), "%s", entry->iccid);
    const struct bytes code = bytes_of_text(entry->metadata.confirmation_code);
    order->has_code = code.len > 0;
    if (order->has_code && sha256(&code, 1, order->code) != 0)
        return FAILURE_INTERNAL;
    return orders_take_open(smdpp->database, order);
}

/* The chip's own rules and room against the profile's. */
static int judge_eligibility(const struct smdpp *smdpp, struct call *call,
                             const struct catalogue_entry *entry, const struct euicc_info2 *info)
{
    if (smdpp->any_chip)
        return 0;
    if (entry->metadata.rules & info->forbidden_rules)
        return call_refuse(call, REFUSAL_NOT_ELIGIBLE, "eUICC forbids the profile's policy rules");
    if (entry->header.major > svn_major(&info->profile_version))
        return call_refuse(call, REFUSAL_NOT_ELIGIBLE,
                           "package is of version %u.%u, eUICC reads up to %u.%u",
                           entry->header.major, entry->header.minor,
                           svn_major(&info->profile_version), info->profile_version.number[1]);
    if (info->has_free_memory && info->free_memory < entry->package.len)
        return call_refuse(call, REFUSAL_MEMORY, "eUICC has %u bytes left, the package %zu",
                           (unsigned)info->free_memory, entry->package.len);
    return 0;
}

/* A chip is told what it says it knows; with --any-chip, also what it does not. */
static uint32_t told_capability(const struct smdpp *smdpp, const struct session *session,
                                const struct euicc_info2 *info)
{
    const uint32_t known = smdpp->any_chip ? UINT32_MAX : info->capability;
    return session_is_v3(session) ? known : known & METADATA_TEXT_IOT;
}

static int keep_content(struct session *session, uint32_t capability, struct catalogue_entry *entry)
{
    uint8_t memory[METADATA_TEXT_REQUEST_MAX];
    struct writer metadata = writer_on(memory, sizeof(memory));
    metadata_text_put(&entry->metadata, capability, &metadata);
    if (metadata.overflow || blob_copy(writer_bytes(&metadata), &session->metadata) != 0) {
        trace_error("metadata of %s does not fit", entry->name);
        return FAILURE_INTERNAL;
    }
    session->package = entry->package;
    entry->package = (struct blob){0};
    const struct bytes parts[] = {bytes_of(entry->digest, sizeof(entry->digest)),
                                  blob_bytes(&session->metadata)};
    return sha256(parts, 2, session->content);
}

/* A package that was bound before, for the same content and curve, need not be bound again. */
static int find_binding(struct smdpp *smdpp, struct session *session)
{
    struct download_binding *binding = &session->binding;
    const int result = downloads_find_binding(smdpp->database, session->order.id, binding);
    if (result != 0)
        return result < 0 ? result : 0;
    if (session->order.state != ORDER_DOWNLOADED ||
        binding->curve != session->common.server->pb.certificate.curve ||
        memcmp(binding->content, session->content, sizeof(binding->content)) != 0)
        downloads_finish_binding(binding);
    return 0;
}

/* Reads the package of an order, or of that name if there is no order. */
static int read_package(struct smdpp *smdpp, struct call *call, const char *name,
                        struct catalogue_entry *entry)
{
    const int result = catalogue_cache_read(smdpp->packages, name, entry);
    if (result == CATALOGUE_UNUSABLE)
        return call_refuse(call, REFUSAL_MATCHING_ID, "what lies under '%s' is no package", name);
    return result > 0 ? refuse_matching_id(call, name) : result;
}

static int choose_package(struct smdpp *smdpp, struct call *call, struct session *session,
                          const char *matching_id, enum chip_source source,
                          struct catalogue_entry *entry)
{
    char eid[PKI_EID_DIGITS + 1];
    pki_eid_to_text(session->common.euicc.eid, eid);
    int result = find_order(smdpp, matching_id, source, eid, session);
    if (result == 0) {
        result = judge_order(smdpp, call, &session->order, eid);
        return result != 0 ? result : read_package(smdpp, call, session->order.package, entry);
    }
    if (result < 0)
        return result;
    if (matching_id[0] == '\0')
        return call_refuse(call, REFUSAL_EID, "no order waits for EID %s", eid);
    result = read_package(smdpp, call, matching_id, entry);
    return result != 0 ? result : take_open(smdpp, entry, eid, &session->order);
}

int selection_choose(struct smdpp *smdpp, struct call *call, struct session *session,
                     const struct chip_authentication *chip)
{
    char text[ORDERS_TEXT_SIZE];
    struct catalogue_entry entry = {0};
    if (!selection_text(chip->matching_id, text))
        return refuse_matching_id(call, "(no text)");
    int result = choose_package(smdpp, call, session, text, chip->source, &entry);
    if (result == 0)
        result = judge_eligibility(smdpp, call, &entry, &chip->info2);
    if (result == 0)
        result = keep_content(session, told_capability(smdpp, session, &chip->info2), &entry);
    if (result == 0)
        result = find_binding(smdpp, session);
    catalogue_finish_entry(&entry);
    return result;
}
