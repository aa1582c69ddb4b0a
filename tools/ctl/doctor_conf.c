/* The readers that pcscd is told of: is vpcd among them, once, with its driver in place? */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/ctl/doctor_checks.h"

#define CHECK "reader.conf"
#define INSTALL "sudo apt-get install --reinstall vsmartcard-vpcd && sudo systemctl restart pcscd"

struct entry {
    char file[DOCTOR_PATH_MAX], name[128], library[256];
    unsigned port;
};

struct entries {
    struct entry list[DOCTOR_ENTRIES_MAX];
    size_t count;
};

/* A line's value, its quotes taken off; false if the line is another one's. */
static bool take_value(const char *line, const char *key, char *out, size_t size)
{
    const size_t len = strlen(key);
    line += strspn(line, " \t");
    if (strncmp(line, key, len) != 0 || strchr(" \t", line[len]) == NULL)
        return false;
    line += len + strspn(line + len, " \t\"");
    snprintf(out, size, "%.*s", (int)strcspn(line, "\"\r\n"), line);
    return true;
}

static void read_line(struct entries *entries, const char *file, const char *line)
{
    char value[256];
    if (take_value(line, "FRIENDLYNAME", value, sizeof(value)) &&
        entries->count < DOCTOR_ENTRIES_MAX) {
        struct entry *entry = &entries->list[entries->count++];
        memset(entry, 0, sizeof(*entry));
        snprintf(entry->file, sizeof(entry->file), "%s", file);
        snprintf(entry->name, sizeof(entry->name), "%.127s", value);
    }
    if (entries->count == 0)
        return;
    struct entry *entry = &entries->list[entries->count - 1];
    (void)take_value(line, "LIBPATH", entry->library, sizeof(entry->library));
    if (take_value(line, "CHANNELID", value, sizeof(value)))
        entry->port = (unsigned)strtoul(value, NULL, 0);
}

static void read_file(struct entries *entries, const char *path)
{
    char line[512];
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return;
    while (fgets(line, sizeof(line), file) != NULL)
        read_line(entries, path, line);
    fclose(file);
}

static void read_all(const struct doctor *doctor, struct entries *entries)
{
    char path[DOCTOR_PATH_MAX];
    struct dirent **names;
    const char *folder = doctor->config;
    const int count = scandir(folder, &names, NULL, alphasort);
    if (count < 0)
        read_file(entries, folder);
    for (int i = 0; i < count; i++) {
        if (names[i]->d_name[0] != '.' &&
            snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name) < (int)sizeof(path))
            read_file(entries, path);
        free(names[i]);
    }
    if (count >= 0)
        free(names);
}

static bool is_vpcd(const struct entry *entry)
{
    return strstr(entry->library, "vpcd") != NULL;
}

/* Each entry takes as many ports as the driver has slots. */
static bool clash(const struct entry *one, const struct entry *other)
{
    const unsigned first = one->port < other->port ? one->port : other->port;
    const unsigned second = one->port < other->port ? other->port : one->port;
    return strcmp(one->name, other->name) == 0 ||
           (is_vpcd(one) && is_vpcd(other) && second - first < DOCTOR_VPCD_SLOTS);
}

static void look_for_clashes(struct doctor *doctor, const struct entries *entries)
{
    char run[DOCTOR_PATH_MAX + 64];
    for (size_t i = 0; i < entries->count; i++)
        for (size_t j = 0; j < i; j++) {
            if (!clash(&entries->list[i], &entries->list[j]))
                continue;
            snprintf(run, sizeof(run), "sudo rm '%s' && sudo systemctl restart pcscd",
                     entries->list[i].file);
            doctor_say(doctor, CHECK, run, "'%s' in %.200s clashes with '%s' in %.200s",
                       entries->list[i].name, entries->list[i].file, entries->list[j].name,
                       entries->list[j].file);
        }
}

static void look_at_driver(struct doctor *doctor, const struct entry *entry)
{
    char path[DOCTOR_PATH_MAX];
    doctor_path(doctor, entry->library, path);
    doctor->ports[doctor->port_count++] = (uint16_t)entry->port;
    if (access(path, R_OK) != 0)
        doctor_say(doctor, CHECK, INSTALL, "the driver of '%s' is not there: %s", entry->name,
                   entry->library);
    else
        doctor_say(doctor, CHECK, NULL, "'%s' has ports %u to %u", entry->name, entry->port,
                   entry->port + DOCTOR_VPCD_SLOTS - 1);
}

void doctor_check_reader_conf(struct doctor *doctor)
{
    struct entries *entries = calloc(1, sizeof(*entries));
    if (entries == NULL)
        return;
    read_all(doctor, entries);
    for (size_t i = 0; i < entries->count; i++)
        if (is_vpcd(&entries->list[i]))
            look_at_driver(doctor, &entries->list[i]);
    if (doctor->port_count == 0)
        doctor_say(doctor, CHECK, INSTALL, "no vpcd is among the readers in %.300s",
                   doctor->config);
    look_for_clashes(doctor, entries);
    free(entries);
}
