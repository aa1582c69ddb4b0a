/* Private key files, PEM or DER. */
#include "apdu/trace.h"
#include "crypto/primitives/ec.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void stay_silent(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct ec_private *key;
    struct secret scalar;
    const int file = memfd_create("key", MFD_CLOEXEC);
    trace_to(stay_silent, NULL);
    if (file < 0 || write(file, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    if (ec_private_read(path, &key) == 0) {
        ec_private_scalar(key, &scalar);
        if (scalar.len != EC_SCALAR_SIZE)
            abort();
        ec_private_destroy(key);
    }
    close(file);
    return 0;
}
