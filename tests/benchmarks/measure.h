/* measure: CPU time of this process, samples taken in turn, and the tables that benchmarks print.
 *
 * A benchmark compares things that it measures in one run, one after the other in each round, and
 * decides by ratios of lower quartiles. Only what is measured stands between two readings of the
 * clock. */
#ifndef EMUICC_TESTS_BENCHMARKS_MEASURE_H
#define EMUICC_TESTS_BENCHMARKS_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MEASURE_SAMPLES_MAX 4096

/* Nanoseconds of CPU, the kernel's work for this process included. */
uint64_t measure_cpu(void);
/* Since then, less what reading the clock takes itself. */
uint64_t measure_cpu_since(uint64_t before);
/* What two readings with nothing between them are apart. */
double measure_clock_cost(void);
/* Seconds of CPU of another process so far. */
double measure_cpu_of(pid_t process);
/* KiB of its own memory (RssAnon). */
double measure_memory_of(pid_t process);
/* Nanoseconds of real time. */
uint64_t measure_time(void);

struct measure {
    double samples[MEASURE_SAMPLES_MAX];
    size_t count;
};
/* Ends the program when there is no room: a benchmark's rounds are its own choice. */
void measure_add(struct measure *measure, double sample);
/* The sample at this share, 0 to 1, of all of them in order. */
double measure_quantile(struct measure *measure, double share);
/* The lower quartile: what else a machine does only ever adds to a sample. */
double measure_undisturbed(struct measure *measure);

/* How many rounds: the environment's BENCHMARK_ROUNDS, or this many; MEASURE_SAMPLES_MAX at most.
 */
size_t measure_rounds(size_t usual);

/* A table, a row a line. The ratio's goal, if there is one, decides about measure_verdict(). */
void measure_title(const char *text, const char *figure, const char *base);
#define MEASURE_NO_GOAL 0.0
void measure_row(const char *text, double figure, double ratio, double goal);
/* Two things measured in turn, in microseconds of the samples' nanoseconds: the undisturbed part of
 * both, and behind the row by how many per cent half of the samples of the first lie above its. */
void measure_compare(const char *text, struct measure *measure, struct measure *base, double goal);
/* The same where each sample has a partner of the same moment: the ratio is the median of theirs,
 * so that a machine that changes its pace between them takes no part. Before anything has put them
 * in order. */
void measure_compare_pairs(const char *text, struct measure *measure, struct measure *base,
                           double goal);
/* 0 when every row printed met its goal, 1 otherwise: the program's exit status. */
int measure_verdict(void);

/* Ends the program when something that a benchmark relies on does not hold. */
#define MEASURE_NEED(condition) measure_need(condition, #condition, __FILE__, __LINE__)
void measure_need(bool holds, const char *condition, const char *file, int line);

#endif
