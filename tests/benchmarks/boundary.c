#include "tests/benchmarks/boundary.h"

#include "fs/saip/saip.h"
#include "fs/uicc/uicc.h"
#include "isd-r/profiles/registry.h"
#include "tests/benchmarks/measure.h"

static uint64_t spent[BOUNDARY_PARTS];
static uint64_t calls;

static void account(enum boundary_part part, uint64_t before)
{
    spent[part] += measure_cpu_since(before);
    calls++;
}

double boundary_spent(enum boundary_part part)
{
    const double since = (double)spent[part];
    spent[part] = 0;
    return since;
}

/* Each call reads the clock twice: one reading's cost lies between the readings. */
double boundary_clocks(void)
{
    const double since = 2 * (double)calls * measure_clock_cost();
    calls = 0;
    return since;
}

int __real_profile_create(struct profile **out);
int __wrap_profile_create(struct profile **out);
int __wrap_profile_create(struct profile **out)
{
    const uint64_t before = measure_cpu();
    const int result = __real_profile_create(out);
    account(BOUNDARY_DECODE, before);
    return result;
}

void __real_profile_destroy(struct profile *profile);
void __wrap_profile_destroy(struct profile *profile);
void __wrap_profile_destroy(struct profile *profile)
{
    const uint64_t before = measure_cpu();
    __real_profile_destroy(profile);
    account(BOUNDARY_DECODE, before);
}

int __real_saip_create(const struct saip_platform *platform, struct profile *incoming,
                       struct saip **out);
int __wrap_saip_create(const struct saip_platform *platform, struct profile *incoming,
                       struct saip **out);
int __wrap_saip_create(const struct saip_platform *platform, struct profile *incoming,
                       struct saip **out)
{
    const uint64_t before = measure_cpu();
    const int result = __real_saip_create(platform, incoming, out);
    account(BOUNDARY_DECODE, before);
    return result;
}

int __real_saip_feed(struct saip *saip, struct bytes chunk);
int __wrap_saip_feed(struct saip *saip, struct bytes chunk);
int __wrap_saip_feed(struct saip *saip, struct bytes chunk)
{
    const uint64_t before = measure_cpu();
    const int result = __real_saip_feed(saip, chunk);
    account(BOUNDARY_DECODE, before);
    return result;
}

void __real_saip_destroy(struct saip *saip);
void __wrap_saip_destroy(struct saip *saip);
void __wrap_saip_destroy(struct saip *saip)
{
    const uint64_t before = measure_cpu();
    __real_saip_destroy(saip);
    account(BOUNDARY_DECODE, before);
}

int __real_registry_add(struct registry *registry, const struct registry_arrival *arrival,
                        const struct registry_profile **out);
int __wrap_registry_add(struct registry *registry, const struct registry_arrival *arrival,
                        const struct registry_profile **out);
int __wrap_registry_add(struct registry *registry, const struct registry_arrival *arrival,
                        const struct registry_profile **out)
{
    const uint64_t before = measure_cpu();
    const int result = __real_registry_add(registry, arrival, out);
    account(BOUNDARY_STORE, before);
    return result;
}

int __real_store_file_update(struct store *store, uint32_t profile, const struct file *file);
int __wrap_store_file_update(struct store *store, uint32_t profile, const struct file *file);
int __wrap_store_file_update(struct store *store, uint32_t profile, const struct file *file)
{
    const uint64_t before = measure_cpu();
    const int result = __real_store_file_update(store, profile, file);
    account(BOUNDARY_STORE, before);
    return result;
}

int __real_store_domain_put(struct store *store, uint32_t profile,
                            const struct store_domain *record);
int __wrap_store_domain_put(struct store *store, uint32_t profile,
                            const struct store_domain *record);
int __wrap_store_domain_put(struct store *store, uint32_t profile,
                            const struct store_domain *record)
{
    const uint64_t before = measure_cpu();
    const int result = __real_store_domain_put(store, profile, record);
    account(BOUNDARY_STORE, before);
    return result;
}

int __real_store_commit(struct store *store);
int __wrap_store_commit(struct store *store);
int __wrap_store_commit(struct store *store)
{
    const uint64_t before = measure_cpu();
    const int result = __real_store_commit(store);
    account(BOUNDARY_COMMIT, before);
    return result;
}

int __real_uicc_load(struct uicc *uicc, uint32_t profile);
int __wrap_uicc_load(struct uicc *uicc, uint32_t profile);
int __wrap_uicc_load(struct uicc *uicc, uint32_t profile)
{
    const uint64_t before = measure_cpu();
    const int result = __real_uicc_load(uicc, profile);
    account(BOUNDARY_LOAD, before);
    return result;
}
