#include "tests/benchmarks/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define NANOSECONDS 1000000000u
#define MICROSECOND 1000.0 /* nanoseconds */
#define NO_SPREAD (-1.0)
#define COULD_NOT_RUN 99 /* a hard error, as Meson knows it */

static bool missed;

static uint64_t read_clock(clockid_t clock)
{
    struct timespec now;
    MEASURE_NEED(clock_gettime(clock, &now) == 0);
    return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

uint64_t measure_cpu(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t measure_time(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

double measure_clock_cost(void)
{
    static struct measure pairs;
    static double cost;
    if (pairs.count > 0)
        return cost;
    for (size_t i = 0; i < MEASURE_SAMPLES_MAX; i++) {
        const uint64_t before = measure_cpu();
        measure_add(&pairs, (double)(measure_cpu() - before));
    }
    cost = measure_undisturbed(&pairs);
    return cost;
}

uint64_t measure_cpu_since(uint64_t before)
{
    const uint64_t passed = measure_cpu() - before, cost = (uint64_t)measure_clock_cost();
    return passed > cost ? passed - cost : 0;
}

void measure_add(struct measure *measure, double sample)
{
    MEASURE_NEED(measure->count < MEASURE_SAMPLES_MAX);
    measure->samples[measure->count++] = sample;
}

static int by_size(const void *a, const void *b)
{
    const double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

double measure_quantile(struct measure *measure, double share)
{
    MEASURE_NEED(measure->count > 0);
    qsort(measure->samples, measure->count, sizeof(measure->samples[0]), by_size);
    return measure->samples[(size_t)(share * (double)(measure->count - 1))];
}

double measure_undisturbed(struct measure *measure)
{
    return measure_quantile(measure, 0.25);
}

size_t measure_rounds(size_t usual)
{
    const char *asked = getenv("BENCHMARK_ROUNDS");
    const size_t rounds = asked != NULL ? strtoul(asked, NULL, 10) : usual;
    MEASURE_NEED(rounds > 0 && rounds <= MEASURE_SAMPLES_MAX);
    return rounds;
}

void measure_title(const char *text, const char *figure, const char *base)
{
    printf("\n%-58s %10s %8s %8s %7s\n", text, figure, base, "spread", "goal");
}

static void put_spread(double spread)
{
    if (spread >= 0)
        printf(" %+6.0f %%", spread);
    else
        printf("%9s", "");
}

static void put_row(const char *text, double figure, double ratio, double goal, double spread)
{
    printf("%-58s %10.2f %8.2f", text, figure, ratio);
    put_spread(spread);
    if (goal != MEASURE_NO_GOAL) {
        const bool met = ratio <= goal;
        printf(" %7.2f %s", goal, met ? "met" : "MISSED");
        missed |= !met;
    }
    printf("\n");
}

void measure_row(const char *text, double figure, double ratio, double goal)
{
    put_row(text, figure, ratio, goal, NO_SPREAD);
}

void measure_compare(const char *text, struct measure *measure, struct measure *base, double goal)
{
    const double value = measure_undisturbed(measure);
    const double spread = 100 * (measure_quantile(measure, 0.5) - value) / value;
    put_row(text, value / MICROSECOND, value / measure_undisturbed(base), goal, spread);
}

void measure_compare_pairs(const char *text, struct measure *measure, struct measure *base,
                           double goal)
{
    static struct measure ratios;
    ratios.count = 0;
    MEASURE_NEED(measure->count == base->count);
    for (size_t i = 0; i < measure->count; i++)
        measure_add(&ratios, measure->samples[i] / base->samples[i]);
    const double value = measure_undisturbed(measure);
    const double spread = 100 * (measure_quantile(measure, 0.5) - value) / value;
    put_row(text, value / MICROSECOND, measure_quantile(&ratios, 0.5), goal, spread);
}

int measure_verdict(void)
{
    return missed;
}

void measure_need(bool holds, const char *condition, const char *file, int line)
{
    if (holds)
        return;
    fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    exit(COULD_NOT_RUN);
}

double measure_cpu_of(pid_t process)
{
    char path[64];
    unsigned long user = 0, kernel = 0;
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)process);
    FILE *file = fopen(path, "r");
    MEASURE_NEED(file != NULL);
    MEASURE_NEED(fscanf(file, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                        &kernel) == 2);
    fclose(file);
    return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

double measure_memory_of(pid_t process)
{
    char path[64], line[256];
    unsigned long kibibytes = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)process);
    FILE *file = fopen(path, "r");
    MEASURE_NEED(file != NULL);
    while (fgets(line, sizeof(line), file) != NULL && sscanf(line, "RssAnon: %lu", &kibibytes) != 1)
        ;
    fclose(file);
    return (double)kibibytes;
}
