/* smdpp_process: the program emuicc-smdpp itself, from the environment's EMUICC_SMDPP, on free
 * ports of this machine. */
#ifndef EMUICC_TESTS_TOOLS_SMDPP_PROCESS_H
#define EMUICC_TESTS_TOOLS_SMDPP_PROCESS_H

#include <sys/resource.h>
#include <sys/types.h>

#include "tests/tools/smdpp_world.h"

struct smdpp_process {
    pid_t pid;
    char port[8], es2_port[8]; /* of LPAs; of operators, "" if it does not listen for them */
    char said[1024];           /* the lines until it listens */
};

/* With the world's PKI and profiles and these further arguments (ended by NULL; NULL: none);
 * files: descriptors that it may have, 0: as many as this process. Waits until it listens; then
 * nobody reads its log. */
void smdpp_process_start(const struct world *world, const char *const *more, rlim_t files,
                         struct smdpp_process *out);
/* Ends it by SIGTERM. Whether it ends as it should. */
bool smdpp_process_end(const struct smdpp_process *process);

#endif
