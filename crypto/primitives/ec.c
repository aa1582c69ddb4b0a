#include "crypto/primitives/ec.h"

#include "apdu/der.h"
#include "crypto/primitives/algorithms.h"
#include "crypto/primitives/ec_private_parts.h"
#include "crypto/primitives/hash.h"

#include <openssl/core_names.h>
#include <openssl/err.h>

int ec_start(void)
{
    return algorithms() == NULL ? FAILURE_INTERNAL : 0;
}

int ec_start_alone(void)
{
    algorithms_without_texts();
    return ec_start();
}

/* Numbers modulo a curve's order. Everything in it is cleared when it is freed. */
struct field {
    const EC_GROUP *group;
    const BIGNUM *order;
    BN_CTX *context;
    EC_POINT *point, *product;
};

static bool field_open(struct field *field, enum ec_curve curve)
{
    const struct algorithms *known = algorithms();
    if (known == NULL || curve >= EC_CURVES)
        return false;
    *field = (struct field){.group = known->group[curve]};
    field->order = EC_GROUP_get0_order(field->group);
    field->context = BN_CTX_secure_new();
    if (field->context != NULL)
        BN_CTX_start(field->context);
    field->point = EC_POINT_new(field->group);
    field->product = EC_POINT_new(field->group);
    return field->context != NULL && field->point != NULL && field->product != NULL;
}

static void field_close(struct field *field)
{
    if (field->context != NULL)
        BN_CTX_end(field->context);
    BN_CTX_free(field->context);
    EC_POINT_clear_free(field->point);
    EC_POINT_clear_free(field->product);
    ERR_clear_error();
}

/* The point's coding says it is on the curve: checked here, and nowhere a second time. */
static bool field_take_point(struct field *field, struct bytes point)
{
    return point.len == EC_POINT_SIZE && point.data[0] == POINT_CONVERSION_UNCOMPRESSED &&
           EC_POINT_oct2point(field->group, field->point, point.data, point.len, field->context) ==
               1;
}

static BIGNUM *field_number(struct field *field)
{
    BIGNUM *number = BN_CTX_get(field->context);
    if (number != NULL)
        BN_set_flags(number, BN_FLG_CONSTTIME);
    return number;
}

static bool field_product_x(struct field *field, BIGNUM *x)
{
    return EC_POINT_is_at_infinity(field->group, field->product) == 0 &&
           EC_POINT_get_affine_coordinates(field->group, field->product, x, NULL, field->context) ==
               1;
}

int ec_agree(const struct ec_private *key, struct bytes point, struct secret *out)
{
    struct field field = {0};
    uint8_t x[EC_SCALAR_SIZE];
    int result = FAILURE_INTERNAL;
    if (key->scalar != NULL && field_open(&field, key->curve)) {
        BIGNUM *number = field_number(&field);
        if (!field_take_point(&field, point))
            result = 1;
        else if (number != NULL &&
                 EC_POINT_mul(field.group, field.product, NULL, field.point, key->scalar,
                              field.context) == 1 &&
                 field_product_x(&field, number) &&
                 BN_bn2binpad(number, x, sizeof(x)) == (int)sizeof(x))
            result = secret_set(out, bytes_of(x, sizeof(x))) ? 0 : FAILURE_INTERNAL;
    }
    if (result < 0)
        (void)algorithms_failure("key agreement");
    field_close(&field);
    wipe(x, sizeof(x));
    return result;
}

/* The library decodes the point, so says whether it is on the curve, and judges the signature by
 * numbers in its own form, for which it has an inverse that no others see. */
static bool verify_digest(struct algorithms_verifier *verifier, struct bytes point,
                          const uint8_t *digest, struct bytes signature)
{
    uint8_t room[EC_SIGNATURE_DER_MAX];
    struct writer der = writer_on(room, sizeof(room));
    ec_signature_put_der(&der, signature.data);
    return point.len == EC_POINT_SIZE && point.data[0] == POINT_CONVERSION_UNCOMPRESSED &&
           EVP_PKEY_set_octet_string_param(verifier->key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY,
                                           point.data, point.len) == 1 &&
           EVP_PKEY_verify(verifier->context, room, der.len, digest, SHA256_SIZE) == 1;
}

bool ec_verify(enum ec_curve curve, struct bytes point, const struct bytes *parts, size_t count,
               struct bytes signature)
{
    uint8_t digest[SHA256_SIZE];
    if (signature.len != EC_SIGNATURE_SIZE || sha256(parts, count, digest) != 0)
        return false;
    struct algorithms_verifier *verifier = algorithms_take_verifier(curve);
    const bool ok = verifier != NULL && verify_digest(verifier, point, digest, signature);
    algorithms_give_back_verifier(verifier);
    if (!ok)
        ERR_clear_error();
    return ok;
}

/* The inverse by Fermat: same time for every nonce (BN_mod_inverse is not). */
static bool invert_nonce(struct field *field, BIGNUM *out, const BIGNUM *nonce)
{
    BIGNUM *exponent = BN_CTX_get(field->context);
    BN_MONT_CTX *montgomery = BN_MONT_CTX_new();
    const bool ok = exponent != NULL && montgomery != NULL &&
                    BN_MONT_CTX_set(montgomery, field->order, field->context) == 1 &&
                    BN_copy(exponent, field->order) != NULL && BN_sub_word(exponent, 2) == 1 &&
                    BN_mod_exp_mont_consttime(out, nonce, exponent, field->order, field->context,
                                              montgomery) == 1;
    BN_MONT_CTX_free(montgomery);
    return ok;
}

/* FIPS 186-4 §6.3 with a nonce from the seeded stream, so that the same seed signs the same. */
static bool sign_seeded(const struct ec_private *key, struct field *field, struct random *random,
                        const uint8_t *digest, uint8_t *signature)
{
    BN_CTX *context = field->context;
    BIGNUM *nonce = field_number(field), *inverse = field_number(field), *r = BN_CTX_get(context);
    BIGNUM *s = field_number(field), *e = BN_CTX_get(context), *x = BN_CTX_get(context);
    if (x == NULL || ec_private_draw(random, key->curve, nonce) != 0)
        return false;
    return EC_POINT_mul(field->group, field->product, nonce, NULL, NULL, context) == 1 &&
           field_product_x(field, x) && BN_nnmod(r, x, field->order, context) == 1 &&
           !BN_is_zero(r) && invert_nonce(field, inverse, nonce) &&
           BN_bin2bn(digest, SHA256_SIZE, e) != NULL &&
           BN_mod_mul(s, r, key->scalar, field->order, context) == 1 &&
           BN_mod_add(s, s, e, field->order, context) == 1 &&
           BN_mod_mul(s, s, inverse, field->order, context) == 1 && !BN_is_zero(s) &&
           BN_bn2binpad(r, signature, EC_SCALAR_SIZE) == EC_SCALAR_SIZE &&
           BN_bn2binpad(s, signature + EC_SCALAR_SIZE, EC_SCALAR_SIZE) == EC_SCALAR_SIZE;
}

/* Ready to sign; the caller frees it. */
static EVP_PKEY_CTX *signer_of(const struct ec_private *key)
{
    if (key->later != NULL && *key->later == NULL)
        *key->later = ec_private_signer(key);
    EVP_PKEY_CTX *kept = key->later != NULL ? *key->later : key->signer;
    return kept != NULL ? EVP_PKEY_CTX_dup(kept) : ec_private_signer(key);
}

static bool sign_random(const struct ec_private *key, const uint8_t *digest, uint8_t *signature)
{
    uint8_t der[EC_SIGNATURE_DER_MAX];
    size_t len = sizeof(der);
    EVP_PKEY_CTX *context = signer_of(key);
    const bool ok = context != NULL &&
                    EVP_PKEY_sign(context, der, &len, digest, SHA256_SIZE) == 1 &&
                    ec_signature_from_der(bytes_of(der, len), signature);
    EVP_PKEY_CTX_free(context);
    return ok;
}

int ec_sign(const struct ec_private *key, struct random *random, const struct bytes *parts,
            size_t count, uint8_t signature[EC_SIGNATURE_SIZE])
{
    uint8_t digest[SHA256_SIZE];
    bool ok = sha256(parts, count, digest) == 0;
    if (ok && key->remote != NULL)
        return key->remote(key->remote_context, bytes_of(digest, sizeof(digest)), signature);
    if (ok && random->seeded) {
        struct field field = {0};
        ok = field_open(&field, key->curve) && sign_seeded(key, &field, random, digest, signature);
        field_close(&field);
    } else if (ok) {
        ok = sign_random(key, digest, signature);
    }
    return ok ? 0 : algorithms_failure("a signature");
}

/* A positive INTEGER in its shortest form, right-aligned in a scalar's bytes. */
static bool take_der_number(struct bytes *from, uint8_t *out)
{
    struct tlv number;
    if (!tlv_take_tag(from, DER_INTEGER, &number) || number.value.len == 0 ||
        (number.value.data[0] & 0x80) != 0)
        return false;
    struct bytes value = number.value;
    if (value.data[0] == 0 && value.len > 1) {
        value = bytes_of(value.data + 1, value.len - 1);
        if ((value.data[0] & 0x80) == 0)
            return false;
    }
    if (value.len > EC_SCALAR_SIZE)
        return false;
    memset(out, 0, EC_SCALAR_SIZE - value.len);
    memcpy(out + EC_SCALAR_SIZE - value.len, value.data, value.len);
    return true;
}

bool ec_signature_from_der(struct bytes der, uint8_t signature[EC_SIGNATURE_SIZE])
{
    uint8_t numbers[EC_SIGNATURE_SIZE];
    struct tlv sequence;
    if (!tlv_whole(der, DER_SEQUENCE, &sequence) || !take_der_number(&sequence.value, numbers) ||
        !take_der_number(&sequence.value, numbers + EC_SCALAR_SIZE) || sequence.value.len != 0)
        return false;
    memcpy(signature, numbers, sizeof(numbers));
    return true;
}

void ec_signature_put_der(struct writer *writer, const uint8_t signature[EC_SIGNATURE_SIZE])
{
    const size_t mark = tlv_open(writer, DER_SEQUENCE);
    der_put_unsigned(writer, DER_INTEGER, bytes_of(signature, EC_SCALAR_SIZE));
    der_put_unsigned(writer, DER_INTEGER, bytes_of(signature + EC_SCALAR_SIZE, EC_SCALAR_SIZE));
    tlv_close(writer, mark);
}
