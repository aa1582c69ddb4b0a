#include "card/control/local_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_MODE 0600

const struct local_socket local_socket_none = {.folder = -1, .listener = -1};

/* A file that is no socket is somebody's: then there is no room for one. */
static void remove_left_over(const struct local_socket *local)
{
    struct stat found;
    if (fstatat(local->folder, local->name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISSOCK(found.st_mode))
        (void)unlinkat(local->folder, local->name, 0);
}

static bool make_socket(struct local_socket *local, int backlog)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", local->folder,
             local->name);
    remove_left_over(local);
    local->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* The mode goes over to the name that bind() makes. */
    if (local->listener < 0 || fchmod(local->listener, SOCKET_MODE) != 0 ||
        bind(local->listener, (const struct sockaddr *)&address, sizeof(address)) != 0)
        return false;
    if (listen(local->listener, backlog) == 0)
        return true;
    const int why = errno;
    remove_left_over(local);
    errno = why;
    return false;
}

static void shut(int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

bool local_socket_open(struct local_socket *local, const char *folder, const char *name,
                       int backlog)
{
    *local = (struct local_socket){.name = name, .listener = -1};
    local->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (local->folder >= 0 && make_socket(local, backlog))
        return true;
    const int why = errno;
    shut(&local->listener);
    shut(&local->folder);
    errno = why;
    return false;
}

void local_socket_close(struct local_socket *local)
{
    if (local->listener >= 0)
        (void)unlinkat(local->folder, local->name, 0);
    shut(&local->listener);
    shut(&local->folder);
}
