/* engine: what an IPA does, whatever its chip and its eIM are reached by: it asks the eIM, has the
 * chip execute what comes, and brings back what came of it (SGP.32 §3.1 to §3.7, §5.14). Nothing in
 * here knows of readers, HTTP or files: a chip with an IPA of its own could run it. */
#ifndef EMUICC_TOOLS_IPA_ENGINE_H
#define EMUICC_TOOLS_IPA_ENGINE_H

#include <jansson.h>

#include "fs/profile/blob.h"
#include "tools/ipa/engine_change.h"
#include "tools/lib/iot/data_request.h"
#include "tools/lib/iot/esipa.h"

#define ENGINE_EID_SIZE 16
#define ENGINE_ADDRESS_SIZE 256
#define ENGINE_EIM_ID_SIZE 129

/* IpaCapabilities (SGP.32 §4.1) */
#define ENGINE_DIRECT (1u << 0)
#define ENGINE_INDIRECT (1u << 1)
#define ENGINE_EIM_DATA (1u << 2)
#define ENGINE_MINIMIZE (1u << 5)
/* Its supported protocols */
#define ENGINE_RETRIEVE_HTTPS (1u << 0)
#define ENGINE_RETRIEVE_COAPS (1u << 1)
#define ENGINE_INJECT_HTTPS (1u << 2)

/* An IPA's errors about packages (SGP.32 §2.11.2) */
#define ENGINE_INVALID_FORMAT 1
#define ENGINE_UNKNOWN_PACKAGE 2

/* What became of a download. */
struct engine_download {
    struct blob installation; /* ProfileInstallationResult, BF37 whole; empty: it failed before */
    struct blob error;        /* what server or chip answered, or empty */
    bool installed;
};

/* What the engine works through. Each returns false after it has said why itself. */
struct engine_host {
    void *context;
    /* One ES10 function: the answer is to be finished. An error status word is false with
     * *refused true. */
    bool (*chip)(void *context, struct bytes request, struct blob *answer, bool *refused);
    /* One message of ESipa to the eIM of the configuration that was set last. The answer is empty
     * where there is none. */
    bool (*eim)(void *context, struct bytes message, struct blob *answer);
    /* The eIM that is asked from now on. */
    bool (*set_eim)(void *context, const char *address);
    /* Another profile is enabled now: the chip may want a reset. */
    bool (*changed)(void *context);
    /* A profile download, direct or through the eIM. */
    void (*download)(void *context, const struct data_trigger *trigger, bool indirect,
                     struct engine_download *out);
    /* One line on what happens. */
    void (*say)(void *context, const char *text);
};

struct engine {
    const struct engine_host *host;
    uint32_t capabilities;         /* ENGINE_* */
    uint32_t protocols;            /* likewise */
    bool release_1_0;              /* results are framed as SGP.32 v1.0 has it */
    struct engine_changes changes; /* that eIMs have not heard of */
    uint8_t eid[ENGINE_EID_SIZE];
    char eim_id[ENGINE_EIM_ID_SIZE];
    bool eim_indirect; /* it offers indirect downloads */
    int64_t token;     /* association token; has_token: there is one */
    bool has_token;
    json_t *report; /* the caller's array: an object for each thing that was done */
};

#endif
