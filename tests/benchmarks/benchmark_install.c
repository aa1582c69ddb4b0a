/* CPU to install each package, decoded and stored with its commit, beside what OpenSSL alone takes
 * for one download. */
#include <stdio.h>

#include "tests/benchmarks/chip.h"
#include "tests/benchmarks/floor.h"
#include "tests/benchmarks/measure.h"
#include "tests/support/memory_disk.h"
#include "tests/benchmarks/package_file.h"

#define LIMIT 0.6
#define ROUNDS 60
#define WARM_UP 2

static struct chip chip;

int main(void)
{
    static struct measure floors, installs[PACKAGE_FILES_MAX];
    struct package_file *files;
    struct floor floor;
    const size_t rounds = measure_rounds(ROUNDS), count = package_file_read_all(&files);
    floor_start(&floor);
    memory_disk_start();
    chip_init(&chip);
    for (size_t i = 0; i < WARM_UP + rounds; i++) {
        for (size_t which = 0; which < count; which++) {
            const double base = floor_measure(&floor).once;
            const double install = chip_install(&chip, package_file_bytes(&files[which]));
            chip_clear(&chip);
            if (i < WARM_UP)
                continue;
            if (which == 0)
                measure_add(&floors, base);
            measure_add(&installs[which], install);
        }
    }
    measure_title("installation: decode, store, commit", "CPU/us", "x floor");
    measure_compare("floor: OpenSSL alone", &floors, &floors, MEASURE_NO_GOAL);
    for (size_t which = 0; which < count; which++)
        measure_compare(files[which].name, &installs[which], &floors, LIMIT);
    chip_finish(&chip);
    floor_stop(&floor);
    return measure_verdict();
}
