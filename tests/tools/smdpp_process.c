#include "tests/tools/smdpp_process.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 24
#define LINE_SIZE 512
#define LISTENING "emuicc-smdpp: listening on 127.0.0.1:%7[0-9] "

/* What the child becomes. */
static void become(const struct world *world, const char *const *more, rlim_t files, int log)
{
    const struct rlimit limit = {files, files};
    const char *arguments[ARGUMENTS_MAX] = {"emuicc-smdpp",  "--pki",    world->pki,   "--profiles",
                                            world->profiles, "--listen", "127.0.0.1:0"};
    size_t count = 7;
    while (more != NULL && *more != NULL && count + 1 < ARGUMENTS_MAX)
        arguments[count++] = *more++;
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* a test that fails leaves no server behind */
    if (files != 0)
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    dup2(log, STDERR_FILENO);
    execv(getenv("EMUICC_SMDPP"), (char *const *)arguments);
    _exit(127);
}

/* Takes note of a line; true if it is the last one of the start. */
static bool understand(const char *line, struct smdpp_process *process)
{
    char port[sizeof(process->port)];
    const size_t len = strlen(process->said);
    snprintf(process->said + len, sizeof(process->said) - len, "%s", line);
    if (sscanf(line, LISTENING, port) != 1)
        return false;
    const bool lpas = strstr(line, " for operators") == NULL;
    memcpy(lpas ? process->port : process->es2_port, port, sizeof(port));
    return lpas;
}

void smdpp_process_start(const struct world *world, const char *const *more, rlim_t files,
                         struct smdpp_process *out)
{
    int log[2];
    char line[LINE_SIZE];
    *out = (struct smdpp_process){0};
    cr_assert_eq(pipe(log), 0);
    out->pid = fork();
    cr_assert_geq(out->pid, 0);
    if (out->pid == 0) {
        close(log[0]); /* or nobody reads what it logs, and it waits for ever */
        become(world, more, files, log[1]);
    }
    close(log[1]);
    FILE *lines = fdopen(log[0], "r");
    do
        cr_assert_not_null(fgets(line, sizeof(line), lines), "%s", out->said);
    while (!understand(line, out));
    fclose(lines); /* a log that nobody reads must not end the server */
}

bool smdpp_process_end(const struct smdpp_process *process)
{
    int status;
    return kill(process->pid, SIGTERM) == 0 && waitpid(process->pid, &status, 0) == process->pid &&
           WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
