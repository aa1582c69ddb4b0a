#include "crypto/tls/libssl.h"

#include <dlfcn.h>
#include <pthread.h>

#include "apdu/trace.h"

#define TEXT(number) #number
#define FILE_NAME(version) "libssl.so." TEXT(version)

static struct libssl functions;
static bool complete;

static bool find(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);
    memcpy(function, &found, sizeof(found));
    return found != NULL;
}

/* It stays open: what it has made may outlive whoever asked for it. */
static void open_library(void)
{
    void *library = dlopen(FILE_NAME(OPENSSL_SHLIB_VERSION), RTLD_NOW | RTLD_LOCAL);
    complete = library != NULL;
#define LIBSSL_FIND(name) complete = complete && find(library, #name, &functions.name);
    LIBSSL_FUNCTIONS(LIBSSL_FIND)
#undef LIBSSL_FIND
    if (!complete)
        trace_error("TLS: %s; install OpenSSL's libssl, of its libcrypto's version", dlerror());
}

const struct libssl *libssl(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    return pthread_once(&once, open_library) == 0 && complete ? &functions : NULL;
}
