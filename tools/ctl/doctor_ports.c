/* Who listens where cards plug in, and which cards look for a slot that is not there. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/address.h"
#include "tools/ctl/doctor_checks.h"

#define CHECK "port"
#define STATE_LISTEN 0x0A
#define CARD "emuicc"
#define OPTION "--vpcd"
#define COMMAND_LINE_MAX 4096

/* The inode of the socket that listens there; 0: none does. */
static unsigned long find_listener(const struct doctor *doctor, const char *table, unsigned port)
{
    char path[DOCTOR_PATH_MAX], line[512];
    unsigned long found = 0;
    doctor_path(doctor, table, path);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    while (found == 0 && fgets(line, sizeof(line), file) != NULL) {
        unsigned at, state;
        unsigned long inode;
        if (sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*d %*d %lu", &at,
                   &state, &inode) == 3 &&
            at == port && state == STATE_LISTEN)
            found = inode;
    }
    fclose(file);
    return found;
}

static unsigned long listener_at(const struct doctor *doctor, unsigned port)
{
    const unsigned long inode = find_listener(doctor, "/proc/net/tcp", port);
    return inode != 0 ? inode : find_listener(doctor, "/proc/net/tcp6", port);
}

static bool holds(const struct doctor *doctor, const char *process, unsigned long inode)
{
    char path[DOCTOR_PATH_MAX], folder[64], link[DOCTOR_PATH_MAX + 300], target[64], wanted[64];
    bool found = false;
    snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
    snprintf(folder, sizeof(folder), "/proc/%.20s/fd", process);
    doctor_path(doctor, folder, path);
    DIR *descriptors = opendir(path);
    if (descriptors == NULL)
        return false;
    for (const struct dirent *entry; !found && (entry = readdir(descriptors)) != NULL;) {
        snprintf(link, sizeof(link), "%s/%s", path, entry->d_name);
        const ssize_t len = readlink(link, target, sizeof(target) - 1);
        found = len > 0 && strncmp(target, wanted, strlen(wanted)) == 0;
    }
    closedir(descriptors);
    return found;
}

static size_t read_text(const struct doctor *doctor, const char *process, const char *what,
                        char *out, size_t size)
{
    char name[64], path[DOCTOR_PATH_MAX];
    snprintf(name, sizeof(name), "/proc/%.20s/%s", process, what);
    doctor_path(doctor, name, path);
    FILE *file = fopen(path, "r");
    const size_t len = file != NULL ? fread(out, 1, size - 1, file) : 0;
    out[len] = '\0';
    if (file != NULL)
        fclose(file);
    return len;
}

/* Calls for each process, by its number, until one is enough. */
typedef bool visitor(struct doctor *doctor, const char *process, void *context);

static void each_process(struct doctor *doctor, visitor *visit, void *context)
{
    char path[DOCTOR_PATH_MAX];
    doctor_path(doctor, "/proc", path);
    DIR *processes = opendir(path);
    if (processes == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(processes)) != NULL;)
        if (isdigit((unsigned char)entry->d_name[0]) && visit(doctor, entry->d_name, context))
            break;
    closedir(processes);
}

struct owner {
    unsigned long inode;
    char process[21], name[64];
};

static bool is_owner(struct doctor *doctor, const char *process, void *context)
{
    struct owner *owner = context;
    if (!holds(doctor, process, owner->inode))
        return false;
    snprintf(owner->process, sizeof(owner->process), "%.20s", process);
    read_text(doctor, process, "comm", owner->name, sizeof(owner->name));
    owner->name[strcspn(owner->name, "\n")] = '\0';
    return true;
}

static void check_port(struct doctor *doctor, unsigned port)
{
    char run[64];
    struct owner owner = {.inode = listener_at(doctor, port)};
    if (owner.inode == 0 && doctor->has_service)
        doctor_say(doctor, CHECK, "sudo systemctl restart pcscd",
                   "pcscd runs without vpcd: nobody listens at port %u", port);
    if (owner.inode == 0)
        return;
    each_process(doctor, is_owner, &owner);
    if (owner.name[0] != '\0' && strcmp(owner.name, "pcscd") != 0) {
        snprintf(run, sizeof(run), "kill %s", owner.process);
        doctor_say(doctor, CHECK, run, "port %u is taken by %s (process %s)", port, owner.name,
                   owner.process);
    } else if (owner.name[0] == '\0' && !doctor->has_service) {
        doctor_say(doctor, CHECK, "sudo ss -ltnp", "port %u is taken by another user's process",
                   port);
    } else {
        doctor_say(doctor, CHECK, NULL, "vpcd listens at port %u", port);
    }
}

static bool is_here(const char *host)
{
    return strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 ||
           strcmp(host, "::1") == 0;
}

/* A network namespace has its own ports, and files of its own for them; 0: nobody knows. */
static ino_t network_of(const struct doctor *doctor, const char *process)
{
    struct stat found;
    char name[64], path[DOCTOR_PATH_MAX];
    snprintf(name, sizeof(name), "/proc/%.20s/net/tcp", process);
    doctor_path(doctor, name, path);
    return stat(path, &found) == 0 ? found.st_ino : 0;
}

static unsigned port_of(const char *vpcd)
{
    struct address address;
    return address_parse(bytes_of_text(vpcd), &address) && is_here(address.host)
               ? (unsigned)strtoul(address.port, NULL, 10)
               : 0;
}

/* The port of this machine that a card looks for a reader at; 0 if it looks elsewhere, needs none,
 * or is no card. words: a command line, a NUL behind each. */
static unsigned port_of_card(const char *words, size_t len)
{
    static const char *const without_reader[] = {"--stdio", "--pcsc", "--replay", "--help",
                                                 "--version"};
    const char *slash = strrchr(words, '/'); /* of argv[0] alone: it ends at the first NUL */
    if (strcmp(slash != NULL ? slash + 1 : words, CARD) != 0)
        return 0;
    unsigned port = DOCTOR_VPCD_PORT;
    for (const char *word = words; word < words + len; word += strlen(word) + 1) {
        for (size_t i = 0; i < sizeof(without_reader) / sizeof(without_reader[0]); i++)
            if (strncmp(word, without_reader[i], strlen(without_reader[i])) == 0)
                return 0;
        if (strncmp(word, OPTION "=", strlen(OPTION) + 1) == 0)
            port = port_of(word + strlen(OPTION) + 1);
        else if (strcmp(word, OPTION) == 0)
            port = port_of(word + strlen(word) + 1);
    }
    return port;
}

struct cards {
    unsigned ports[DOCTOR_ENTRIES_MAX];
    size_t count;
};

static bool note_card(struct doctor *doctor, const char *process, void *context)
{
    struct cards *cards = context;
    char words[COMMAND_LINE_MAX];
    const size_t len = read_text(doctor, process, "cmdline", words, sizeof(words));
    const unsigned port =
        network_of(doctor, process) == network_of(doctor, "self") ? port_of_card(words, len) : 0;
    if (port != 0 && cards->count < DOCTOR_ENTRIES_MAX)
        cards->ports[cards->count++] = port;
    return false;
}

static bool is_slot(const struct doctor *doctor, unsigned port)
{
    for (size_t i = 0; i < doctor->port_count; i++)
        if (port >= doctor->ports[i] && port - doctor->ports[i] < DOCTOR_VPCD_SLOTS)
            return true;
    return false;
}

static void check_cards(struct doctor *doctor)
{
    struct cards cards = {.count = 0};
    each_process(doctor, note_card, &cards);
    for (size_t i = 0; i < cards.count; i++) {
        bool again = false;
        for (size_t j = 0; j < i; j++)
            again |= cards.ports[j] == cards.ports[i];
        if (again)
            doctor_say(doctor, "slots", "emuicc --vpcd 127.0.0.1:35964 --state OTHER &",
                       "two cards look for the same slot, port %u; one of them waits",
                       cards.ports[i]);
        else if (doctor->port_count > 0 && !is_slot(doctor, cards.ports[i]) &&
                 listener_at(doctor, cards.ports[i]) == 0)
            doctor_say(doctor, "slots", "emuicc-farm --help  # a farm's cards need no slots",
                       "a card looks for a reader at port %u, which vpcd does not have: it has %d "
                       "slots",
                       cards.ports[i], DOCTOR_VPCD_SLOTS);
    }
}

void doctor_check_ports(struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->port_count; i++)
        check_port(doctor, doctor->ports[i]);
    if (doctor->port_count == 0)
        check_port(doctor, DOCTOR_VPCD_PORT);
    check_cards(doctor);
}
