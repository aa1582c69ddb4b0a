#include "isd-r/info/credentials.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/pki/pki.h"

#define LIST_VERIFICATION 1        /* "credential/<n>/lists" */
#define LIST_SIGNING 2             /* whichever of the two its chain is for */
#define CERTIFICATES_MAX (1 << 14) /* bytes of one CI's three certificates together */

struct name {
    char text[48];
};

static struct name name_of(unsigned index, const char *part)
{
    struct name name;
    (void)snprintf(name.text, sizeof(name.text), "credential/%04u/%s", index, part);
    return name;
}

/* Appends a stored certificate; *len says how long it is, 0 where there is none. */
static int take_certificate(struct store *store, unsigned index, const char *part,
                            struct writer *der, size_t *len)
{
    const size_t start = der->len;
    const int result = store_get(store, name_of(index, part).text, der);
    *len = der->len - start;
    if (result == SW_REFERENCE_NOT_FOUND)
        return 0;
    return result == 0 && der->overflow ? FAILURE_INTERNAL : result;
}

static int parse(struct bytes der, struct certificate *out)
{
    if (der.len == 0 || (certificate_parse(der, out) == CERTIFICATE_OK &&
                         out->subject_key_id.len <= CREDENTIALS_KEY_ID_MAX))
        return 0;
    trace_error("a certificate of this chip cannot be read");
    return FAILURE_INTERNAL;
}

static int take_key(struct store *store, unsigned index, struct credential *credential)
{
    uint8_t scalar[EC_SCALAR_SIZE];
    struct writer writer = writer_on(scalar, sizeof(scalar));
    int result = store_get(store, name_of(index, "key").text, &writer);
    if (result == 0)
        result = ec_private_create_resting(credential->euicc.curve, writer_bytes(&writer),
                                           credential->euicc.point, &credential->key);
    wipe(scalar, sizeof(scalar));
    return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
}

enum part { PART_CI, PART_EUM, PART_EUICC, PART_OTHERS, PARTS };
static const char *const part_names[PARTS] = {"ci", "eum", "euicc", "others"};

/* Reads the certificates out of an allocation of the credential's own. */
static int parse_certificates(struct credential *out, struct bytes der, const size_t len[PARTS])
{
    struct certificate *const certificates[] = {&out->ci, &out->eum, &out->euicc};
    out->der = malloc(der.len);
    if (out->der == NULL)
        return FAILURE_INTERNAL;
    memcpy(out->der, der.data, der.len);
    struct bytes rest = bytes_of(out->der, der.len);
    int result = 0;
    for (int part = 0; part < PART_OTHERS && result == 0; part++) {
        struct bytes one;
        (void)bytes_take(&rest, len[part], &one);
        result = parse(one, certificates[part]);
    }
    out->others = rest;
    return result;
}

static int take_certificates(struct store *store, unsigned index, struct credential *out)
{
    uint8_t der[CERTIFICATES_MAX];
    struct writer writer = writer_on(der, sizeof(der));
    size_t len[PARTS];
    for (int part = 0; part < PARTS; part++) {
        const int result = take_certificate(store, index, part_names[part], &writer, &len[part]);
        if (result != 0)
            return result;
    }
    if (len[PART_CI] == 0)
        return SW_REFERENCE_NOT_FOUND;
    return parse_certificates(out, writer_bytes(&writer), len);
}

static void finish(struct credential *credential)
{
    ec_private_destroy(credential->key);
    free(credential->der);
    *credential = (struct credential){0};
}

/* Which of the two lists it stands in: what the store says, or all that it is good for. */
static int take_lists(struct store *store, unsigned index, struct credential *credential)
{
    uint8_t bits = LIST_VERIFICATION | LIST_SIGNING;
    struct writer writer = writer_on(&bits, sizeof(bits));
    const int result = store_get(store, name_of(index, "lists").text, &writer);
    credential->verifies = (bits & LIST_VERIFICATION) != 0;
    const bool signs = (bits & LIST_SIGNING) != 0 && credential->key != NULL;
    credential->signs = signs && !credential->euicc.v3;
    credential->signs_v3 = signs && credential->euicc.v3;
    return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
}

static int load_one(struct store *store, unsigned index, struct credential *out)
{
    *out = (struct credential){0};
    int result = take_certificates(store, index, out);
    if (result == 0)
        result = take_key(store, index, out);
    if (result == 0)
        result = take_lists(store, index, out);
    if (result != 0)
        finish(out);
    return result;
}

static int append(struct credentials *credentials, const struct credential *credential)
{
    struct credential *list =
        realloc(credentials->list, (credentials->count + 1) * sizeof(*credentials->list));
    if (list == NULL)
        return FAILURE_INTERNAL;
    list[credentials->count] = *credential;
    credentials->list = list;
    credentials->count++;
    return 0;
}

static int load_all(struct store *store, struct credentials *credentials)
{
    for (unsigned index = 0;; index++) {
        struct credential credential;
        int result = load_one(store, index, &credential);
        if (result == SW_REFERENCE_NOT_FOUND)
            return 0;
        if (result == 0 && (result = append(credentials, &credential)) != 0)
            finish(&credential);
        if (result != 0)
            return result;
    }
}

int credentials_load(struct store *store, struct credentials *out)
{
    struct credentials credentials = {0};
    struct writer eid = writer_on(credentials.eid, sizeof(credentials.eid));
    int result = store_get(store, CREDENTIALS_EID, &eid);
    if (result == SW_REFERENCE_NOT_FOUND) {
        trace_error("this chip has no EID");
        result = FAILURE_INTERNAL;
    }
    if (result == 0)
        result = load_all(store, &credentials);
    if (result != 0) {
        credentials_finish(&credentials);
        return result;
    }
    *out = credentials;
    return 0;
}

void credentials_finish(struct credentials *credentials)
{
    for (size_t i = 0; i < credentials->count; i++)
        finish(&credentials->list[i]);
    free(credentials->list);
    *credentials = (struct credentials){0};
}

const struct credential *credentials_for_verification(const struct credentials *credentials,
                                                      struct bytes ci_key_id)
{
    for (size_t i = 0; i < credentials->count; i++)
        if (credentials->list[i].verifies &&
            bytes_equal(credentials->list[i].ci.subject_key_id, ci_key_id))
            return &credentials->list[i];
    return NULL;
}

const struct credential *credentials_for_signing(const struct credentials *credentials,
                                                 struct bytes ci_key_id)
{
    for (size_t i = 0; i < credentials->count; i++)
        if (credentials->list[i].signs &&
            bytes_equal(credentials->list[i].ci.subject_key_id, ci_key_id))
            return &credentials->list[i];
    return NULL;
}

const struct credential *credentials_for_signing_v3(const struct credentials *credentials,
                                                    struct bytes ci_key_id)
{
    for (size_t i = 0; i < credentials->count; i++)
        if (credentials->list[i].signs_v3 &&
            bytes_equal(credentials->list[i].ci.subject_key_id, ci_key_id))
            return &credentials->list[i];
    return NULL;
}

const struct credential *credentials_first_signer(const struct credentials *credentials)
{
    const struct credential *found = NULL;
    for (size_t i = 0; i < credentials->count; i++) {
        if (credentials->list[i].signs)
            return &credentials->list[i];
        if (credentials->list[i].signs_v3 && found == NULL)
            found = &credentials->list[i];
    }
    return found;
}

int credentials_sign(const struct credential *signer, struct random *random,
                     const struct writer *from, size_t start, struct bytes more,
                     uint8_t signature[EC_SIGNATURE_SIZE])
{
    if (from->overflow)
        return FAILURE_INTERNAL;
    const struct bytes parts[] = {bytes_of(from->data + start, from->len - start), more};
    return ec_sign(signer->key, random, parts, more.len > 0 ? 2 : 1, signature);
}

int credentials_put_signature(const struct credential *signer, struct random *random, uint32_t tag,
                              size_t start, struct writer *out)
{
    uint8_t signature[EC_SIGNATURE_SIZE];
    const int result = credentials_sign(signer, random, out, start, (struct bytes){0}, signature);
    if (result == 0)
        tlv_put(out, tag, bytes_of(signature, sizeof(signature)));
    return result;
}

/* Where the values go. */
struct sink {
    store_value_visitor *visit;
    void *context;
};

static int put(const struct sink *sink, unsigned index, const char *part, struct bytes value)
{
    return sink->visit(sink->context, name_of(index, part).text, value);
}

static int put_certificate(const struct sink *sink, unsigned index, enum part part,
                           const struct pki_entity *entity)
{
    if (entity == NULL || entity->der_len == 0)
        return 0;
    return put(sink, index, part_names[part], bytes_of(entity->der, entity->der_len));
}

static int put_set(const struct sink *sink, unsigned index, const struct pki_entity *ci,
                   const struct pki_entity *eum, const struct pki_entity *euicc)
{
    struct secret scalar = {0};
    int result = put_certificate(sink, index, PART_CI, ci);
    if (result == 0)
        result = put_certificate(sink, index, PART_EUM, eum);
    if (result == 0)
        result = put_certificate(sink, index, PART_EUICC, euicc);
    if (result != 0 || euicc == NULL || euicc->key == NULL)
        return result;
    ec_private_scalar(euicc->key, &scalar);
    result = put(sink, index, "key", secret_bytes(&scalar));
    secret_wipe(&scalar);
    return result;
}

int credentials_each_value(unsigned index, const struct pki_entity *ci,
                           const struct pki_entity *eum, const struct pki_entity *euicc,
                           store_value_visitor *visit, void *context)
{
    return put_set(&(struct sink){visit, context}, index, ci, eum, euicc);
}

int credentials_each_value_v3(unsigned index, const struct pki_entity *ci,
                              const struct pki_chain *euicc, store_value_visitor *visit,
                              void *context)
{
    const struct sink sink = {visit, context};
    uint8_t room[CERTIFICATES_MAX];
    struct writer others = writer_on(room, sizeof(room));
    for (size_t i = 1; i < euicc->count; i++)
        writer_put(&others, bytes_of(euicc->issuers[i].der, euicc->issuers[i].der_len));
    int result = put_set(&sink, index, ci, &euicc->issuers[0], &euicc->leaf);
    if (result == 0)
        result = others.overflow
                     ? FAILURE_INTERNAL
                     : put(&sink, index, part_names[PART_OTHERS], writer_bytes(&others));
    return result == 0 ? put(&sink, index, "lists", BYTES(LIST_SIGNING)) : result;
}
