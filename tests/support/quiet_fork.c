/* quiet_fork: the runner of the tests forks for each of them while a thread of its own handles
 * messages. If that thread is in AddressSanitizer's allocator then, the child has its lock without
 * the thread that would release it, and hangs at its first malloc() (gcc 12 and clang 14 do not
 * take their locks for a fork). So a fork waits until every other thread waits for the kernel. */
#include <dirent.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOOK_US 50
#define LOOKS_MAX 20000 /* a second */

/* A thread that runs says "running"; one in a system call its number. Those in which one may wait
 * are those in which nothing is allocated: a thread that waits for a lock does so in a futex. */
static bool is_waiting(const char *thread)
{
    char path[64], text[16] = "";
    const int len = snprintf(path, sizeof(path), "/proc/self/task/%.20s/syscall", thread);
    FILE *file = len < (int)sizeof(path) ? fopen(path, "re") : NULL;
    if (file == NULL)
        return true; /* it has ended, or the kernel does not tell */
    const bool told = fgets(text, sizeof(text), file) != NULL;
    fclose(file);
    if (!told || strncmp(text, "running", 7) == 0)
        return !told;
    switch (atol(text)) {
#ifdef SYS_poll
    case SYS_poll:
    case SYS_epoll_wait:
#endif
    case SYS_ppoll:
    case SYS_epoll_pwait:
    case SYS_futex:
    case SYS_clock_nanosleep:
    case SYS_wait4:
    case SYS_waitid:
        return true;
    default:
        return false;
    }
}

static bool all_wait(void)
{
    char own[24];
    snprintf(own, sizeof(own), "%ld", (long)syscall(SYS_gettid));
    DIR *tasks = opendir("/proc/self/task");
    bool all = true;
    if (tasks == NULL)
        return true;
    for (struct dirent *task; all && (task = readdir(tasks)) != NULL;)
        all = task->d_name[0] == '.' || strcmp(task->d_name, own) == 0 || is_waiting(task->d_name);
    closedir(tasks);
    return all;
}

static void wait_for_others(void)
{
    for (int i = 0; i < LOOKS_MAX && !all_wait(); i++)
        usleep(LOOK_US);
}

__attribute__((constructor)) static void begin(void)
{
    (void)pthread_atfork(wait_for_others, NULL, NULL);
}
