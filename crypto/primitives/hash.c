#include "crypto/primitives/hash.h"

#include "crypto/primitives/algorithms.h"

static int digest_parts(const EVP_MD *md, const struct bytes *parts, size_t count, uint8_t *digest)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context != NULL && EVP_DigestInit_ex2(context, md, NULL) == 1;
    for (size_t i = 0; ok && i < count; i++)
        ok = EVP_DigestUpdate(context, parts[i].data, parts[i].len) == 1;
    ok = ok && EVP_DigestFinal_ex(context, digest, NULL) == 1;
    EVP_MD_CTX_free(context);
    return ok ? 0 : algorithms_failure("a digest");
}

int sha256(const struct bytes *parts, size_t count, uint8_t digest[SHA256_SIZE])
{
    const struct algorithms *known = algorithms();
    return known == NULL ? FAILURE_INTERNAL : digest_parts(known->sha256, parts, count, digest);
}

int sha1(struct bytes data, uint8_t digest[SHA1_SIZE])
{
    const struct algorithms *known = algorithms();
    return known == NULL ? FAILURE_INTERNAL : digest_parts(known->sha1, &data, 1, digest);
}
