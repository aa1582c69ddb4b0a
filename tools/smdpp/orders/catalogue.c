#include "tools/smdpp/orders/catalogue.h"

#include "apdu/status.h"
#include "apdu/trace.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

void catalogue_finish_entry(struct catalogue_entry *entry)
{
    blob_finish(&entry->package);
    *entry = (struct catalogue_entry){0};
}

/* The name comes from a client: one file of this folder, and none that hides. */
static bool is_name(const char *name)
{
    const size_t len = strlen(name);
    return len > 0 && len < CATALOGUE_NAME_SIZE && name[0] != '.' && strchr(name, '/') == NULL;
}

bool catalogue_path(const char *folder, const char *name, const char *ending, char path[PATH_MAX])
{
    return is_name(name) && snprintf(path, PATH_MAX, "%s/%s%s", folder, name, ending) < PATH_MAX;
}

/* What the text beside the package adds; without any ICCID it is no package. */
static int complete(const char *folder, const char *name, struct catalogue_entry *entry)
{
    char path[PATH_MAX];
    uint8_t iccid[ICCID_SIZE];
    if (!catalogue_path(folder, name, CATALOGUE_METADATA, path))
        return CATALOGUE_NONE;
    if (metadata_text_read(&entry->metadata, path) != 0)
        return CATALOGUE_UNUSABLE;
    if (!entry->metadata.has_iccid) {
        trace_error("%s/%s%s: no unprotected profile package", folder, name, CATALOGUE_PACKAGE);
        return CATALOGUE_UNUSABLE;
    }
    iccid_swap(entry->metadata.iccid, iccid);
    iccid_text(iccid, entry->iccid);
    return 0;
}

static int read_entry(const char *folder, const char *name, const char *address,
                      struct catalogue_entry *out)
{
    char path[PATH_MAX];
    if (!catalogue_path(folder, name, CATALOGUE_PACKAGE, path))
        return CATALOGUE_NONE;
    const int found = blob_read_file(path, PACKAGE_MAX, &out->package);
    if (found != 0)
        return found > 0 ? CATALOGUE_NONE : CATALOGUE_UNUSABLE;
    const struct bytes whole = blob_bytes(&out->package);
    if (sha256(&whole, 1, out->digest) != 0)
        return CATALOGUE_UNUSABLE;
    const bool readable = package_read_header(whole, &out->header);
    snprintf(out->name, sizeof(out->name), "%s", name);
    metadata_text_init(&out->metadata, readable ? out->header.iccid : NULL, name, address);
    return complete(folder, name, out);
}

int catalogue_read(const char *folder, const char *name, const char *address,
                   struct catalogue_entry *out)
{
    *out = (struct catalogue_entry){0};
    if (!is_name(name))
        return CATALOGUE_NONE;
    const int result = read_entry(folder, name, address, out);
    if (result != 0)
        catalogue_finish_entry(out);
    return result;
}

static int is_package(const struct dirent *entry)
{
    const size_t len = strlen(entry->d_name), ending = strlen(CATALOGUE_PACKAGE);
    return entry->d_name[0] != '.' && len > ending &&
           strcmp(entry->d_name + len - ending, CATALOGUE_PACKAGE) == 0;
}

static int visit_file(const char *folder, char *file, const char *address, catalogue_visitor *visit,
                      void *context, size_t *unreadable)
{
    struct catalogue_entry entry;
    file[strlen(file) - strlen(CATALOGUE_PACKAGE)] = '\0';
    const int found = catalogue_read(folder, file, address, &entry);
    if (found != 0) {
        (*unreadable)++;
        return 0;
    }
    const int result = visit(context, &entry);
    catalogue_finish_entry(&entry);
    return result;
}

int catalogue_each(const char *folder, const char *address, catalogue_visitor *visit, void *context,
                   size_t *unreadable)
{
    struct dirent **files;
    *unreadable = 0;
    const int count = scandir(folder, &files, is_package, alphasort);
    if (count < 0) {
        trace_error("%s: %s", folder, strerror(errno));
        return FAILURE_INTERNAL;
    }
    int result = 0;
    for (int i = 0; i < count; i++) {
        if (result == 0)
            result = visit_file(folder, files[i]->d_name, address, visit, context, unreadable);
        free(files[i]);
    }
    free(files);
    return result;
}
