/* Runs a fuzz target over its corpus: every file of the folders named, then a fixed number of
 * mutations of each, from a fixed seed, so that two runs do the same. Stands in for libFuzzer's
 * main where clang is not at hand. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_MAX (1 << 20)
#define MUTATIONS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* The target gets memory of exactly the input's size, so that a sanitizer sees one byte too far. */
static void run_exact(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);
    if (exact == NULL)
        abort();
    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static void run_mutations(const uint8_t *data, size_t size, uint8_t *scratch)
{
    uint64_t state = 0x9E3779B97F4A7C15u ^ size;
    for (int i = 0; i < MUTATIONS && size > 0; i++) {
        memcpy(scratch, data, size);
        const size_t changes = 1 + next_random(&state) % 4;
        for (size_t n = 0; n < changes; n++)
            scratch[next_random(&state) % size] = (uint8_t)next_random(&state);
        const size_t cut = i % 4 == 3 ? next_random(&state) % size : size;
        run_exact(scratch, cut);
    }
}

static int run_file(const char *path, uint8_t *input, uint8_t *scratch)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    const size_t size = fread(input, 1, INPUT_MAX, file);
    fclose(file);
    run_exact(input, size);
    run_mutations(input, size, scratch);
    return 0;
}

static int run_folder(const char *folder, uint8_t *input, uint8_t *scratch, size_t *count)
{
    struct dirent **names;
    const int found = scandir(folder, &names, NULL, alphasort);
    if (found < 0) {
        perror(folder);
        return 1;
    }
    int wrong = 0;
    for (int i = 0; i < found; i++) {
        char path[4096];
        struct stat about;
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
        if (stat(path, &about) == 0 && S_ISREG(about.st_mode)) {
            wrong |= run_file(path, input, scratch);
            (*count)++;
        }
        free(names[i]);
    }
    free(names);
    return wrong;
}

int main(int argc, char **argv)
{
    uint8_t *input = malloc(INPUT_MAX), *scratch = malloc(INPUT_MAX);
    size_t count = 0;
    int wrong = input == NULL || scratch == NULL || argc < 2;
    for (int i = 1; i < argc && !wrong; i++)
        wrong = run_folder(argv[i], input, scratch, &count);
    free(input);
    free(scratch);
    if (count == 0)
        fprintf(stderr, "no inputs: a target without a corpus tests nothing\n");
    else
        printf("%zu inputs, %zu runs\n", count, count * (1 + MUTATIONS));
    return wrong || count == 0;
}
