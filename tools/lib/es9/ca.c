#include "tools/lib/es9/ca.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "apdu/der.h"
#include "tools/lib/common/base64.h"

#define WHERE "--ca"
#define REMEDY "name the CI's certificate itself, or a folder that emuicc-pki made"
#define FILE_MAX (1u << 20)
#define PATH_SIZE 4096
#define PEM_LINE 64
#define PEM_BEGIN "-----BEGIN CERTIFICATE-----\n"
#define PEM_END "-----END CERTIFICATE-----\n"
#define ISSUER_FOLDER "CertificateIssuer"
#define ISSUER_FOLDER_V3 "Variant O/CI"
#define ISSUER_PREFIX "CERT_CI"

static bool append(struct blob *pem, const void *data, size_t len, struct fault *fault)
{
    uint8_t *more = realloc(pem->data, pem->len + len);
    if (more == NULL)
        return fault_raise(fault, "memory", "there is none left");
    memcpy(more + pem->len, data, len);
    pem->data = more;
    pem->len += len;
    return true;
}

static bool append_text(struct blob *pem, const char *text, struct fault *fault)
{
    return append(pem, text, strlen(text), fault);
}

static bool append_lines(struct blob *pem, const char *text, struct fault *fault)
{
    while (*text != '\0') {
        const size_t len = strnlen(text, PEM_LINE);
        if (!append(pem, text, len, fault) || !append_text(pem, "\n", fault))
            return false;
        text += len;
    }
    return true;
}

static bool append_der(struct blob *pem, struct bytes der, struct fault *fault)
{
    char *text = malloc(BASE64_SIZE(der.len));
    if (text == NULL)
        return fault_raise(fault, "memory", "there is none left");
    base64_encode(der, text);
    const bool good = append_text(pem, PEM_BEGIN, fault) && append_lines(pem, text, fault) &&
                      append_text(pem, PEM_END, fault);
    free(text);
    return good;
}

static bool append_certificates(const char *path, struct bytes content, struct blob *pem,
                                struct fault *fault)
{
    struct tlv whole;
    if (tlv_whole(content, DER_SEQUENCE, &whole))
        return append_der(pem, content, fault);
    if (memmem(content.data, content.len, PEM_BEGIN, strlen(PEM_BEGIN) - 1) != NULL)
        return append(pem, content.data, content.len, fault) && append_text(pem, "\n", fault);
    return fault_raise(fault, WHERE, "%s holds no certificate (PEM or DER)", path);
}

static bool append_file(const char *path, struct blob *pem, struct fault *fault)
{
    struct blob content;
    const int result = blob_read_file(path, FILE_MAX, &content);
    if (result != 0)
        return fault_raise(fault, WHERE, "%s cannot be read: %s", path,
                           result > 0 ? "there is no such file" : "see above");
    const bool good = append_certificates(path, blob_bytes(&content), pem, fault);
    blob_finish(&content);
    return good;
}

/* "CERT_CI..." that ends with .der or .pem; SGP.26 has both of each, and twice does no harm. */
static bool is_issuer(const struct dirent *entry)
{
    const size_t len = strlen(entry->d_name);
    return strncmp(entry->d_name, ISSUER_PREFIX, strlen(ISSUER_PREFIX)) == 0 && len > 4 &&
           (strcmp(entry->d_name + len - 4, ".der") == 0 ||
            strcmp(entry->d_name + len - 4, ".pem") == 0);
}

/* Where the CI's certificate is, in the layouts of SGP.26 v1 and v3, or else the folder itself. */
static void find_issuers(const char *path, char folder[PATH_SIZE])
{
    static const char *const places[] = {"/" ISSUER_FOLDER, "/Valid Test Cases/" ISSUER_FOLDER_V3,
                                         "/" ISSUER_FOLDER_V3};
    struct stat about;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        snprintf(folder, PATH_SIZE, "%s%s", path, places[i]);
        if (stat(folder, &about) == 0)
            return;
    }
    snprintf(folder, PATH_SIZE, "%s", path);
}

static bool append_folder(const char *path, struct blob *pem, struct fault *fault)
{
    char folder[PATH_SIZE], file[PATH_SIZE + NAME_MAX + 1];
    struct dirent *entry;
    bool good = true;
    find_issuers(path, folder);
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return fault_raise(fault, WHERE, "%s cannot be read: %s", folder, strerror(errno));
    while (good && (entry = readdir(directory)) != NULL) {
        snprintf(file, sizeof(file), "%s/%s", folder, entry->d_name);
        good = !is_issuer(entry) || append_file(file, pem, fault);
    }
    closedir(directory);
    if (!good || pem->len > 0)
        return good;
    fault_raise(fault, WHERE,
                "%s has no " ISSUER_FOLDER "/" ISSUER_PREFIX "_*.der and no " ISSUER_FOLDER_V3
                "/" ISSUER_PREFIX "_*.der",
                path);
    return fault_next(fault, REMEDY);
}

bool ca_read(const char *path, struct blob *pem, struct fault *fault)
{
    struct stat about;
    *pem = (struct blob){0};
    if (stat(path, &about) != 0) {
        fault_raise(fault, WHERE, "%s: %s", path, strerror(errno));
        return fault_next(fault, REMEDY);
    }
    const bool good =
        S_ISDIR(about.st_mode) ? append_folder(path, pem, fault) : append_file(path, pem, fault);
    if (!good)
        blob_finish(pem);
    return good;
}
