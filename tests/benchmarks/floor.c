#include "tests/benchmarks/floor.h"

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

struct work {
    EVP_PKEY *own, *other;
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
    static const struct floor_work download = {FLOOR_VERIFICATIONS, FLOOR_SIGNATURES, 1, 1};
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
