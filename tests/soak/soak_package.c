#include "tests/soak/soak_package.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/tlv.h"
#include "tests/benchmarks/measure.h"

#define PACKAGE_MAX (1u << 18)

static struct bytes read_package(const char *name)
{
    char path[512];
    uint8_t *data = malloc(PACKAGE_MAX);
    snprintf(path, sizeof(path), PROFILES_FOLDER "/%s.der", name);
    FILE *file = fopen(path, "rb");
    MEASURE_NEED(file != NULL && data != NULL);
    const size_t len = fread(data, 1, PACKAGE_MAX, file);
    fclose(file);
    return bytes_of(data, len);
}

/* Of the header: digits in order; EF.ICCID has their nibbles swapped. */
static void read_iccid(struct bytes package, uint8_t iccid[SOAK_PACKAGE_ICCID_SIZE])
{
    struct tlv header, field;
    MEASURE_NEED(tlv_take_tag(&package, 0xA0, &header) && tlv_find(header.value, 0x83, &field));
    MEASURE_NEED(field.value.len == SOAK_PACKAGE_ICCID_SIZE);
    for (size_t i = 0; i < SOAK_PACKAGE_ICCID_SIZE; i++)
        iccid[i] = (uint8_t)(field.value.data[i] << 4 | field.value.data[i] >> 4);
}

struct bytes soak_package_read(const char *name, uint8_t iccid[SOAK_PACKAGE_ICCID_SIZE])
{
    const struct bytes package = read_package(name);
    read_iccid(package, iccid);
    return package;
}
