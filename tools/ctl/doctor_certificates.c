/* Certificates that have run out, in a PKI's folder. */
#include <fts.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/ctl/doctor_checks.h"

#define CHECK "certificates"

static X509 *read_certificate(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    X509 *certificate = d2i_X509_fp(file, NULL);
    if (certificate == NULL) {
        rewind(file);
        certificate = PEM_read_X509(file, NULL, NULL, NULL);
    }
    fclose(file);
    return certificate;
}

static bool is_certificate_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL && (strcmp(dot, ".der") == 0 || strcmp(dot, ".pem") == 0);
}

/* How many of none or one have been read, and how many of them have run out. */
static void look_at(struct doctor *doctor, const char *path, size_t *count, size_t *expired)
{
    X509 *certificate = read_certificate(path);
    if (certificate == NULL)
        return;
    (*count)++;
    if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
        (*expired)++;
        doctor_say(doctor, CHECK, "emuicc-pki --server smdpp.example.com NEW-FOLDER",
                   "%.300s has run out", path);
    }
    X509_free(certificate);
}

void doctor_check_certificates(struct doctor *doctor)
{
    char folder[DOCTOR_PATH_MAX];
    const struct ctl_options *options = doctor->options;
    size_t count = 0, expired = 0;
    if (options->pki != NULL)
        snprintf(folder, sizeof(folder), "%s", options->pki);
    else
        snprintf(folder, sizeof(folder), "%s/pki", options->state);
    FTS *walk = access(folder, R_OK) == 0
                    ? fts_open((char *[]){folder, NULL}, FTS_PHYSICAL | FTS_NOCHDIR, NULL)
                    : NULL;
    if (walk == NULL)
        return;
    for (const FTSENT *entry; (entry = fts_read(walk)) != NULL;)
        if (entry->fts_info == FTS_F && is_certificate_name(entry->fts_name))
            look_at(doctor, entry->fts_path, &count, &expired);
    fts_close(walk);
    if (expired == 0)
        doctor_say(doctor, CHECK, NULL, "none of %zu in %.300s has run out", count, folder);
}
