#include "tests/support/card_process.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STILL_RUNNING (-1000)

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool card_process_start(struct card_process *process, const char *const argv[])
{
    int ends[2];
    memset(process, 0, sizeof(*process));
    if (pipe(ends) != 0)
        return false;
    process->pid = fork();
    if (process->pid == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv(argv[0], (char *const *)argv);
        _exit(127);
    }
    close(ends[1]);
    process->said_fd = ends[0];
    return process->pid > 0;
}

/* Reads what it says until then; false at the end of it. */
static bool listen_until(struct card_process *process, long end)
{
    struct pollfd wait = {.fd = process->said_fd, .events = POLLIN};
    const long left = end - now_ms();
    if (left < 0 || poll(&wait, 1, (int)left) != 1)
        return false;
    const size_t room = sizeof(process->said) - 1 - process->said_len;
    const ssize_t got = read(process->said_fd, process->said + process->said_len, room);
    if (got <= 0)
        return false;
    process->said_len += (size_t)got;
    process->said[process->said_len] = '\0';
    return true;
}

bool card_process_says(struct card_process *process, const char *text, int milliseconds)
{
    const long end = now_ms() + milliseconds;
    while (strstr(process->said, text) == NULL)
        if (!listen_until(process, end))
            return false;
    return true;
}

int card_process_end(struct card_process *process, int signal, int milliseconds)
{
    const long end = now_ms() + milliseconds;
    int status = 0;
    if (signal != 0)
        kill(process->pid, signal);
    while (listen_until(process, end))
        ;
    while (waitpid(process->pid, &status, WNOHANG) == 0) {
        if (now_ms() >= end) {
            kill(process->pid, SIGKILL);
            waitpid(process->pid, &status, 0);
            status = 0;
            milliseconds = STILL_RUNNING;
            break;
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    close(process->said_fd);
    if (milliseconds == STILL_RUNNING)
        return STILL_RUNNING;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}
