/* Which pcscd is it? The system's, or one in a place of its own (tools/deploy/pcscd-place), whose
 * readers stand elsewhere; or none, where an emuicc serves PC/SC itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/ctl/doctor_checks.h"

#define RUN_FOLDER "/run/pcscd"
#define READERS_FOLDER "/etc/reader.conf.d"
#define COMMAND_LINE_MAX 4096

const char *doctor_own_socket(void)
{
    const char *socket = getenv("PCSCLITE_CSOCK_NAME");
    return socket != NULL && socket[0] != '\0' ? socket : NULL;
}

/* pcscd writes its number beside its socket. */
static void run_folder(const struct doctor *doctor, char out[DOCTOR_PATH_MAX])
{
    const char *socket = doctor_own_socket();
    const char *slash = socket != NULL ? strrchr(socket, '/') : NULL;
    char pid[DOCTOR_PATH_MAX + 16];
    if (slash != NULL) {
        snprintf(out, DOCTOR_PATH_MAX, "%.*s", (int)(slash - socket), socket);
        snprintf(pid, sizeof(pid), "%s/pcscd.pid", out);
        if (access(pid, R_OK) == 0)
            return;
    }
    doctor_path(doctor, RUN_FOLDER, out);
}

static size_t read_file(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "r");
    const size_t len = file != NULL ? fread(out, 1, size - 1, file) : 0;
    out[len] = '\0';
    if (file != NULL)
        fclose(file);
    return len;
}

/* What follows --config or -c on its command line, words with a NUL behind each; NULL: nothing. */
static const char *config_of(const char *words, size_t len)
{
    for (const char *word = words; word < words + len; word += strlen(word) + 1) {
        if (strncmp(word, "--config=", 9) == 0)
            return word + 9;
        if (strcmp(word, "--config") == 0 || strcmp(word, "-c") == 0)
            return word + strlen(word) + 1;
    }
    return NULL;
}

/* In its own place pcscd sees its folder as RUN_FOLDER, whatever it is called here. */
static void note_config(struct doctor *doctor, const char *folder, const char *config)
{
    const size_t len = strlen(RUN_FOLDER);
    if (config == NULL || config[0] == '\0')
        doctor_path(doctor, READERS_FOLDER, doctor->config);
    else if (strncmp(config, RUN_FOLDER "/", len + 1) == 0)
        snprintf(doctor->config, DOCTOR_PATH_MAX, "%.250s%.250s", folder, config + len);
    else
        doctor_path(doctor, config, doctor->config);
}

void doctor_find_pcscd(struct doctor *doctor)
{
    char folder[DOCTOR_PATH_MAX], path[DOCTOR_PATH_MAX + 16], number[32], name[64];
    char words[COMMAND_LINE_MAX] = "";
    size_t len = 0;
    run_folder(doctor, folder);
    snprintf(path, sizeof(path), "%s/pcscd.pid", folder);
    if (read_file(path, number, sizeof(number)) > 0) {
        snprintf(name, sizeof(name), "/proc/%ld/cmdline", strtol(number, NULL, 10));
        doctor_path(doctor, name, path);
        len = read_file(path, words, sizeof(words));
    }
    doctor->is_emuicc = doctor->has_service && doctor_own_socket() != NULL && len == 0;
    note_config(doctor, folder, config_of(words, len));
}
