#include "tests/benchmarks/floor.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/benchmarks/measure.h"

#define AGAIN 3
#define CURVE "P-256"
#define MESSAGE_SIZE 512
#define SIGNATURE_MAX 80
#define SHARED_SIZE 32

#define BLOCK 16

struct work {
    EVP_PKEY *own, *other;
    EVP_MAC *cmac;
    EVP_CIPHER *cipher;
    uint8_t message[MESSAGE_SIZE], signature[SIGNATURE_MAX];
    size_t signature_len;
};

static void sign(struct work *work)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    work->signature_len = sizeof(work->signature);
    MEASURE_NEED(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, work->own) == 1);
    MEASURE_NEED(EVP_DigestSign(context, work->signature, &work->signature_len, work->message,
                                sizeof(work->message)) == 1);
    EVP_MD_CTX_free(context);
}

static void make_ready(struct work *work)
{
    *work = (struct work){.own = EVP_EC_gen(CURVE), .other = EVP_EC_gen(CURVE), .message = {1}};
    work->cmac = EVP_MAC_fetch(NULL, "CMAC", NULL);
    work->cipher = EVP_CIPHER_fetch(NULL, "AES-128-CBC", NULL);
    MEASURE_NEED(work->own != NULL && work->other != NULL);
    sign(work);
}

static void verify(struct work *work)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    MEASURE_NEED(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, work->own) == 1);
    MEASURE_NEED(EVP_DigestVerify(context, work->signature, work->signature_len, work->message,
                                  sizeof(work->message)) == 1);
    EVP_MD_CTX_free(context);
}

static EVP_PKEY_CTX *context_of(EVP_PKEY *key)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    MEASURE_NEED(context != NULL);
    return context;
}

static void generate(struct work *work)
{
    EVP_PKEY_CTX *context = context_of(work->own);
    EVP_PKEY *key = NULL;
    MEASURE_NEED(EVP_PKEY_keygen_init(context) == 1 && EVP_PKEY_generate(context, &key) == 1);
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(context);
}

static void agree(struct work *work)
{
    uint8_t shared[SHARED_SIZE];
    size_t len = sizeof(shared);
    EVP_PKEY_CTX *context = context_of(work->own);
    MEASURE_NEED(EVP_PKEY_derive_init(context) == 1 &&
                 EVP_PKEY_derive_set_peer_ex(context, work->other, 0) == 1 &&
                 EVP_PKEY_derive(context, shared, &len) == 1);
    EVP_PKEY_CTX_free(context);
}

static void make_mac(struct work *work, int blocks)
{
    uint8_t mac[BLOCK];
    size_t len;
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, "AES-128-CBC", 0),
        OSSL_PARAM_construct_end()};
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(work->cmac);
    MEASURE_NEED(EVP_MAC_init(context, work->message, BLOCK, parameters) == 1);
    MEASURE_NEED(EVP_MAC_update(context, work->message, (size_t)blocks * BLOCK) == 1);
    MEASURE_NEED(EVP_MAC_final(context, mac, &len, sizeof(mac)) == 1);
    EVP_MAC_CTX_free(context);
}

static void encipher(struct work *work, int blocks)
{
    uint8_t out[MESSAGE_SIZE];
    int len;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    MEASURE_NEED(EVP_EncryptInit_ex2(context, work->cipher, work->message, work->message, NULL) ==
                 1);
    MEASURE_NEED(EVP_EncryptUpdate(context, out, &len, work->message, blocks * BLOCK) == 1);
    EVP_CIPHER_CTX_free(context);
}

static void do_once(struct work *work, const struct floor_work *plan)
{
    for (int i = 0; i < plan->verifications; i++)
        verify(work);
    for (int i = 0; i < plan->signatures; i++)
        sign(work);
    for (int i = 0; i < plan->keys; i++)
        generate(work);
    for (int i = 0; i < plan->agreements; i++)
        agree(work);
    for (int i = 0; i < plan->macs; i++)
        make_mac(work, plan->symmetric_blocks);
    for (int i = 0; i < plan->ciphers; i++)
        encipher(work, plan->symmetric_blocks);
}

static double measure(struct work *work, const struct floor_work *plan, int times)
{
    const uint64_t before = measure_cpu();
    for (int i = 0; i < times; i++)
        do_once(work, plan);
    return (double)measure_cpu_since(before) / times;
}

static void serve(const struct floor_work *plan, int ask, int answer)
{
    struct work work;
    char request;
    make_ready(&work);
    while (read(ask, &request, 1) == 1) {
        struct floor_cost cost = {.once = measure(&work, plan, 1)};
        cost.again = measure(&work, plan, AGAIN);
        MEASURE_NEED(write(answer, &cost, sizeof(cost)) == sizeof(cost));
    }
}

void floor_start(struct floor *floor)
{
    static const struct floor_work download = {.verifications = FLOOR_VERIFICATIONS,
                                               .signatures = FLOOR_SIGNATURES,
                                               .keys = 1,
                                               .agreements = 1};
    floor_start_work(floor, &download);
}

void floor_start_work(struct floor *floor, const struct floor_work *plan)
{
    int ask[2], answer[2];
    MEASURE_NEED(pipe(ask) == 0 && pipe(answer) == 0);
    floor->process = fork();
    MEASURE_NEED(floor->process >= 0);
    if (floor->process == 0) {
        close(ask[1]);
        close(answer[0]);
        serve(plan, ask[0], answer[1]);
        _exit(0);
    }
    close(ask[0]);
    close(answer[1]);
    floor->ask = ask[1];
    floor->answer = answer[0];
}

struct floor_cost floor_measure(struct floor *floor)
{
    struct floor_cost cost;
    MEASURE_NEED(write(floor->ask, "?", 1) == 1);
    MEASURE_NEED(read(floor->answer, &cost, sizeof(cost)) == sizeof(cost));
    return cost;
}

void floor_stop(struct floor *floor)
{
    int status;
    close(floor->ask);
    close(floor->answer);
    MEASURE_NEED(waitpid(floor->process, &status, 0) == floor->process && status == 0);
}
