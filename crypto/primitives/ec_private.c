#include "crypto/primitives/ec_private.h"

#include "apdu/der.h"
#include "apdu/trace.h"
#include "crypto/primitives/algorithms.h"
#include "crypto/primitives/disk.h"
#include "crypto/primitives/ec_private_parts.h"
#include "crypto/primitives/oid.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <stdlib.h>

#define EC_PARAMETERS 0xA0 /* [0] of an ECPrivateKey (RFC 5915 §3) */
#define EC_KEY_VERSION 1
#define PKCS8_VERSION 0

static bool in_range(const BIGNUM *scalar, const EC_GROUP *group)
{
    return !BN_is_zero(scalar) && BN_cmp(scalar, EC_GROUP_get0_order(group)) < 0;
}

static int multiply_base(struct ec_private *key, const EC_GROUP *group)
{
    BN_CTX *context = BN_CTX_new();
    EC_POINT *point = EC_POINT_new(group);
    const bool ok = context != NULL && point != NULL &&
                    EC_POINT_mul(group, point, key->scalar, NULL, NULL, context) == 1 &&
                    EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, key->point,
                                       sizeof(key->point), context) == sizeof(key->point);
    EC_POINT_free(point);
    BN_CTX_free(context);
    return ok ? 0 : algorithms_failure("computing a public key");
}

/* Takes the scalar over, also on failure. */
static int make_bare(enum ec_curve curve, BIGNUM *scalar, struct ec_private **out)
{
    struct ec_private *key = calloc(1, sizeof(*key));
    if (key == NULL) {
        BN_clear_free(scalar);
        return FAILURE_INTERNAL;
    }
    key->curve = curve;
    key->scalar = scalar;
    BN_set_flags(scalar, BN_FLG_CONSTTIME);
    *out = key;
    return 0;
}

/* The same, with its point. */
static int make(enum ec_curve curve, BIGNUM *scalar, struct ec_private **out)
{
    struct ec_private *key;
    if (make_bare(curve, scalar, &key) != 0)
        return FAILURE_INTERNAL;
    if (multiply_base(key, algorithms()->group[curve]) != 0) {
        ec_private_destroy(key);
        return FAILURE_INTERNAL;
    }
    *out = key;
    return 0;
}

/* NULL, traced, if that is no private key of the curve. */
static BIGNUM *take_scalar(enum ec_curve curve, struct bytes scalar)
{
    const struct algorithms *known = algorithms();
    BIGNUM *number = known != NULL ? BN_secure_new() : NULL;
    if (number != NULL && scalar.len == EC_SCALAR_SIZE &&
        BN_bin2bn(scalar.data, EC_SCALAR_SIZE, number) != NULL &&
        in_range(number, known->group[curve]))
        return number;
    BN_clear_free(number);
    (void)algorithms_failure("a private key from this scalar");
    return NULL;
}

int ec_private_create(enum ec_curve curve, struct bytes scalar, struct ec_private **out)
{
    BIGNUM *number = take_scalar(curve, scalar);
    struct ec_private *key = NULL;
    if (number == NULL || make(curve, number, &key) != 0)
        return FAILURE_INTERNAL;
    key->signer = ec_private_signer(key);
    if (key->signer == NULL) {
        ec_private_destroy(key);
        return FAILURE_INTERNAL;
    }
    *out = key;
    return 0;
}

int ec_private_create_resting(enum ec_curve curve, struct bytes scalar, struct bytes point,
                              struct ec_private **out)
{
    BIGNUM *number = take_scalar(curve, scalar);
    struct ec_private *key = NULL;
    if (number == NULL || make_bare(curve, number, &key) != 0)
        return FAILURE_INTERNAL;
    key->later = calloc(1, sizeof(EVP_PKEY_CTX *));
    if (key->later == NULL || !bytes_copy_exact(point, key->point, sizeof(key->point))) {
        ec_private_destroy(key);
        return FAILURE_INTERNAL;
    }
    *out = key;
    return 0;
}

int ec_private_draw(struct random *random, enum ec_curve curve, BIGNUM *out)
{
    const struct algorithms *known = algorithms();
    uint8_t drawn[EC_SCALAR_SIZE];
    int result = known == NULL ? FAILURE_INTERNAL : 0;
    bool found = false;
    while (result == 0 && !found) {
        result = random_fill(random, drawn, sizeof(drawn));
        if (result == 0 && BN_bin2bn(drawn, sizeof(drawn), out) == NULL)
            result = algorithms_failure("a random scalar");
        found = result == 0 && in_range(out, known->group[curve]);
    }
    wipe(drawn, sizeof(drawn));
    return result;
}

int ec_private_generate(struct random *random, enum ec_curve curve, struct ec_private **out)
{
    BIGNUM *scalar = algorithms() != NULL ? BN_secure_new() : NULL;
    if (scalar == NULL)
        return algorithms_failure("a number");
    if (ec_private_draw(random, curve, scalar) == 0)
        return make(curve, scalar, out);
    BN_clear_free(scalar);
    return FAILURE_INTERNAL;
}

int ec_private_remote(enum ec_curve curve, struct bytes point, ec_remote_sign *sign, void *context,
                      struct ec_private **out)
{
    struct ec_private *key = calloc(1, sizeof(*key));
    if (key == NULL || !bytes_copy_exact(point, key->point, sizeof(key->point))) {
        free(key);
        return algorithms_failure("a key that is elsewhere");
    }
    key->curve = curve;
    key->remote = sign;
    key->remote_context = context;
    *out = key;
    return 0;
}

void ec_private_destroy(struct ec_private *key)
{
    if (key == NULL)
        return;
    BN_clear_free(key->scalar);
    EVP_PKEY_CTX_free(key->signer);
    if (key->later != NULL)
        EVP_PKEY_CTX_free(*key->later);
    free(key->later);
    wipe(key, sizeof(*key));
    free(key);
}

enum ec_curve ec_private_curve(const struct ec_private *key)
{
    return key->curve;
}

const uint8_t *ec_private_point(const struct ec_private *key)
{
    return key->point;
}

void ec_private_scalar(const struct ec_private *key, struct secret *out)
{
    uint8_t scalar[EC_SCALAR_SIZE];
    secret_wipe(out);
    if (key->scalar == NULL)
        return;
    (void)BN_bn2binpad(key->scalar, scalar, sizeof(scalar));
    (void)secret_set(out, bytes_of(scalar, sizeof(scalar)));
    wipe(scalar, sizeof(scalar));
}

/* The key in the form that OpenSSL knows. */
static EVP_PKEY *make_pkey(const struct ec_private *key)
{
    EVP_PKEY *pkey = NULL;
    uint8_t scalar[EC_SCALAR_SIZE]; /* in the order of this machine's bytes, as OSSL_PARAM has it */
    (void)BN_bn2nativepad(key->scalar, scalar, sizeof(scalar));
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                         (char *)algorithms_curve_name(key->curve), 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)key->point,
                                          sizeof(key->point)),
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, scalar, sizeof(scalar)),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
        (void)algorithms_failure("preparing a key to sign");
    EVP_PKEY_CTX_free(context);
    wipe(scalar, sizeof(scalar));
    return pkey;
}

EVP_PKEY_CTX *ec_private_signer(const struct ec_private *key)
{
    EVP_PKEY *pkey = make_pkey(key);
    EVP_PKEY_CTX *signer = pkey == NULL ? NULL : EVP_PKEY_CTX_new(pkey, NULL);
    EVP_PKEY_free(pkey);
    if (signer != NULL && EVP_PKEY_sign_init(signer) == 1)
        return signer;
    EVP_PKEY_CTX_free(signer);
    return NULL;
}

struct found_key {
    enum ec_curve curve;
    struct bytes scalar;
};

/* ECPrivateKey (RFC 5915 §3); the curve may stand outside of it (PKCS#8). */
static bool read_sec1(struct bytes in, bool curve_known, struct found_key *out)
{
    struct tlv sequence, version, scalar, parameters, oid;
    uint32_t number;
    if (!tlv_take_tag(&in, DER_SEQUENCE, &sequence) ||
        !tlv_take_tag(&sequence.value, DER_INTEGER, &version) ||
        !der_to_unsigned(version.value, EC_KEY_VERSION, &number) || number != EC_KEY_VERSION ||
        !tlv_take_tag(&sequence.value, DER_OCTET_STRING, &scalar) ||
        !tlv_take_optional(&sequence.value, EC_PARAMETERS, &parameters))
        return false;
    out->scalar = scalar.value;
    if (parameters.tag == 0)
        return curve_known;
    return tlv_whole(parameters.value, DER_OBJECT_IDENTIFIER, &oid) &&
           oid_to_curve(oid.value, &out->curve);
}

/* PrivateKeyInfo (RFC 5208 §5) around an ECPrivateKey. */
static bool read_pkcs8(struct bytes in, struct found_key *out)
{
    struct tlv sequence, version, algorithm, oid, curve, key;
    uint32_t number;
    return tlv_take_tag(&in, DER_SEQUENCE, &sequence) &&
           tlv_take_tag(&sequence.value, DER_INTEGER, &version) &&
           der_to_unsigned(version.value, PKCS8_VERSION, &number) &&
           tlv_take_tag(&sequence.value, DER_SEQUENCE, &algorithm) &&
           tlv_take_tag(&algorithm.value, DER_OBJECT_IDENTIFIER, &oid) &&
           oid_find(oid.value) == OID_EC_PUBLIC_KEY &&
           tlv_take_tag(&algorithm.value, DER_OBJECT_IDENTIFIER, &curve) &&
           oid_to_curve(curve.value, &out->curve) &&
           tlv_take_tag(&sequence.value, DER_OCTET_STRING, &key) && read_sec1(key.value, true, out);
}

static bool create_from_der(struct bytes der, struct ec_private **out)
{
    struct found_key found;
    return (read_sec1(der, false, &found) || read_pkcs8(der, &found)) &&
           ec_private_create(found.curve, found.scalar, out) == 0;
}

/* The first block of a PEM text that is a key (SGP.26 puts the parameters in front of it). The flag
 * has OpenSSL clear what it took apart. */
static bool create_from_pem(struct bytes text, struct ec_private **out)
{
    BIO *bio = BIO_new_mem_buf(text.data, (int)text.len);
    char *name, *header;
    uint8_t *der;
    long len;
    bool found = false;
    while (bio != NULL && !found &&
           PEM_read_bio_ex(bio, &name, &header, &der, &len, PEM_FLAG_SECURE) == 1) {
        found = create_from_der(bytes_of(der, (size_t)len), out);
        OPENSSL_secure_clear_free(der, (size_t)len);
        OPENSSL_secure_free(header);
        OPENSSL_secure_free(name);
    }
    BIO_free(bio);
    ERR_clear_error();
    return found;
}

int ec_private_read(const char *path, struct ec_private **out)
{
    struct bytes content;
    if (algorithms() == NULL)
        return FAILURE_INTERNAL;
    const int result = disk_read(path, &content);
    if (result == 1)
        trace_error("cannot read %s: no such file", path);
    if (result != 0)
        return FAILURE_INTERNAL;
    const bool is_der = content.len > 0 && content.data[0] == DER_SEQUENCE;
    const bool ok = is_der ? create_from_der(content, out) : create_from_pem(content, out);
    disk_release(content);
    if (!ok)
        trace_error("%s holds no private key on P-256 or brainpoolP256r1", path);
    return ok ? 0 : FAILURE_INTERNAL;
}
