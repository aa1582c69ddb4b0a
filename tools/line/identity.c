#include "tools/line/identity.h"

#include "apdu/status.h"
#include "apdu/trace.h"

static bool is_uri(const char *key)
{
    return strncmp(key, TOKEN_SCHEME, strlen(TOKEN_SCHEME)) == 0;
}

/* Signs something, and looks whether the certificate's holder would have. */
static bool fits(const struct pki_entity *entity)
{
    struct random random;
    const struct bytes message = bytes_of_text("emuicc-line");
    uint8_t signature[EC_SIGNATURE_SIZE];
    random_init(&random);
    return ec_sign(entity->key, &random, &message, 1, signature) == 0 &&
           ec_verify(entity->certificate.curve, entity->certificate.point, &message, 1,
                     bytes_of(signature, sizeof(signature)));
}

/* A key of its own for each certificate that may be its: all but one are given back again. */
static int make_key(const struct pki_entity *entity, const char *key, struct token *token,
                    struct ec_private **out)
{
    if (token == NULL)
        return ec_private_read(key, out);
    return ec_private_remote(entity->certificate.curve, entity->certificate.point, token_sign,
                             token, out);
}

static int try_key(struct pki_entity *entity, const char *key, struct token *token)
{
    struct pki_entity with_key = *entity;
    const int result = make_key(entity, key, token, &with_key.key);
    if (result != 0)
        return result;
    if (!fits(&with_key)) {
        ec_private_destroy(with_key.key);
        return 1;
    }
    ec_private_destroy(entity->key);
    entity->key = with_key.key;
    return 0;
}

static struct pki_entity *entity_of(struct credentials_set *set, enum pki_name name)
{
    return name == PKI_DP_AUTH ? &set->auth : &set->pb;
}

/* Gives the key to the certificate that it is for. */
static int place_key(struct identity *identity, enum pki_name name, const char *key,
                     struct token *token)
{
    bool placed = false;
    for (int curve = 0; curve < EC_CURVES; curve++) {
        struct credentials_set *set = &identity->credentials.sets[curve];
        const int result = set->serving ? try_key(entity_of(set, name), key, token) : 1;
        if (result < 0)
            return result;
        placed = placed || result == 0;
    }
    if (placed)
        return 0;
    trace_error("the key that is given for %s is not that of its certificate",
                name == PKI_DP_AUTH ? "DPauth" : "DPpb");
    return FAILURE_INTERNAL;
}

static int take_key(struct identity *identity, enum pki_name name, const char *key,
                    struct token **token)
{
    if (key == NULL)
        return 0;
    const int result = is_uri(key) ? token_open(key, TOKEN_SIGNER, token) : 0;
    return result == 0 ? place_key(identity, name, key, *token) : result;
}

static int check_dates(const struct certificate *certificate, const char *name, int64_t now)
{
    if (now >= certificate->not_before && now <= certificate->not_after)
        return 0;
    trace_error("the %s certificate %s", name,
                now > certificate->not_after ? "has expired" : "is not valid yet");
    return FAILURE_INTERNAL;
}

static int check_set(struct credentials_set *set, int64_t now)
{
    set->serving = set->serving && set->auth.key != NULL && set->pb.key != NULL;
    if (!set->serving)
        return 0;
    const int result = check_dates(&set->auth.certificate, "DPauth", now);
    return result == 0 ? check_dates(&set->pb.certificate, "DPpb", now) : result;
}

static int check(struct identity *identity, const char *pki, int64_t now)
{
    bool serving = false;
    for (int curve = 0; curve < EC_CURVES; curve++) {
        struct credentials_set *set = &identity->credentials.sets[curve];
        const int result = check_set(set, now);
        if (result != 0)
            return result;
        serving = serving || set->serving;
    }
    if (serving)
        return 0;
    trace_error("%s: DPauth or DPpb has no private key; --dpauth-key and --dppb-key tell where",
                pki);
    return FAILURE_INTERNAL;
}

int identity_read(const char *pki, const char *dpauth_key, const char *dppb_key, int64_t now,
                  struct identity *out)
{
    *out = (struct identity){0};
    int result = credentials_read_signers(pki, &credentials_smdp, true, &out->credentials);
    if (result == 0)
        result = take_key(out, PKI_DP_AUTH, dpauth_key, &out->dp_auth);
    if (result == 0)
        result = take_key(out, PKI_DP_PB, dppb_key, &out->dp_pb);
    return result == 0 ? check(out, pki, now) : result;
}

void identity_finish(struct identity *identity)
{
    credentials_finish(&identity->credentials);
    token_close(identity->dp_auth);
    token_close(identity->dp_pb);
    *identity = (struct identity){0};
}
