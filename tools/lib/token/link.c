#include "tools/lib/token/link.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/profile/blob.h"

#include <stdio.h>
#include <sys/stat.h>

#define DEFAULT_MODULE "/usr/lib/softhsm/libsofthsm2.so"
#define FILE_SCHEME "file:"
#define SLOTS_MAX 64

int link_complain(const struct link *link, const char *what, CK_RV code)
{
    trace_error("token '%s': %s: %s", link->label, what, p11_kit_strerror(code));
    return FAILURE_INTERNAL;
}

/* A PIN's file holds it on its first line. */
static int read_pin_file(struct link *link, const char *path)
{
    struct blob file;
    if (strncmp(path, FILE_SCHEME, strlen(FILE_SCHEME)) == 0)
        path += strlen(FILE_SCHEME);
    const int found = blob_read_file(path, SECRET_SIZE_MAX, &file);
    if (found > 0)
        trace_error("token '%s': no file %s for its PIN", link->label, path);
    if (found != 0)
        return FAILURE_INTERNAL;
    struct stat about;
    if (stat(path, &about) == 0 && (about.st_mode & (S_IRGRP | S_IROTH)) != 0)
        trace_notice(
            "token '%s': others than its owner may read the PIN in %s; chmod 600 ends that",
            link->label, path);
    size_t len = 0;
    while (len < file.len && file.data[len] != '\n' && file.data[len] != '\r')
        len++;
    (void)secret_set(&link->pin, bytes_of(file.data, len));
    blob_finish(&file);
    return 0;
}

static int read_pin(struct link *link)
{
    const char *value = p11_kit_uri_get_pin_value(link->uri);
    const char *source = p11_kit_uri_get_pin_source(link->uri);
    if (source != NULL)
        return read_pin_file(link, source);
    if (value != NULL && secret_set(&link->pin, bytes_of_text(value)))
        return 0;
    trace_error("token '%s': its URI needs ?pin-source=FILE or ?pin-value=PIN", link->label);
    return FAILURE_INTERNAL;
}

/* The URI's label is padded with blanks, as a token's is. */
static void read_label(struct link *link)
{
    const CK_TOKEN_INFO *info = p11_kit_uri_get_token_info(link->uri);
    size_t len = sizeof(info->label);
    while (len > 0 && (info->label[len - 1] == ' ' || info->label[len - 1] == '\0'))
        len--;
    memcpy(link->label, info->label, len);
    link->label[len] = '\0';
    if (len == 0)
        snprintf(link->label, sizeof(link->label), "?");
}

static int load(struct link *link)
{
    const char *path = p11_kit_uri_get_module_path(link->uri);
    if (path == NULL)
        path = DEFAULT_MODULE;
    link->module = p11_kit_module_load(path, 0);
    if (link->module == NULL) {
        trace_error("token '%s': %s cannot be loaded: install softhsm2, or name another PKCS#11 "
                    "module by module-path=",
                    link->label, path);
        return FAILURE_INTERNAL;
    }
    const CK_RV code = p11_kit_module_initialize(link->module);
    if (code == CKR_OK)
        return 0;
    p11_kit_module_release(link->module);
    link->module = NULL;
    return link_complain(link,
                         "its module does not start (SoftHSM: see whether SOFTHSM2_CONF, or "
                         "/etc/softhsm/softhsm2.conf, names a folder of yours)",
                         code);
}

int link_start(struct link *link, const char *uri)
{
    *link = (struct link){.label = "?", .uri = p11_kit_uri_new()};
    if (link->uri == NULL || p11_kit_uri_parse(uri, P11_KIT_URI_FOR_ANY, link->uri) != 0) {
        trace_error("the token is no URI of RFC 7512, like "
                    "pkcs11:token=line?pin-source=/run/line.pin");
        return FAILURE_INTERNAL;
    }
    read_label(link);
    const int result = read_pin(link);
    return result == 0 ? load(link) : result;
}

typedef bool slot_test(const struct link *link, const CK_TOKEN_INFO *info);

static bool is_wanted(const struct link *link, const CK_TOKEN_INFO *info)
{
    return (info->flags & CKF_TOKEN_INITIALIZED) != 0 &&
           p11_kit_uri_match_token_info(link->uri, (CK_TOKEN_INFO *)info) == 1;
}

static bool is_blank(const struct link *link, const CK_TOKEN_INFO *info)
{
    (void)link;
    return (info->flags & CKF_TOKEN_INITIALIZED) == 0;
}

static int find_slot(struct link *link, slot_test *test, CK_SLOT_ID *slot)
{
    CK_SLOT_ID slots[SLOTS_MAX];
    CK_ULONG count = 0;
    CK_TOKEN_INFO info;
    CK_RV code = link->module->C_GetSlotList(CK_TRUE, NULL, &count);
    if (code == CKR_OK && count > SLOTS_MAX)
        count = SLOTS_MAX;
    if (code == CKR_OK)
        code = link->module->C_GetSlotList(CK_TRUE, slots, &count);
    if (code != CKR_OK)
        return link_complain(link, "its module lists no slots", code);
    for (CK_ULONG i = 0; i < count; i++)
        if (link->module->C_GetTokenInfo(slots[i], &info) == CKR_OK && test(link, &info)) {
            *slot = slots[i];
            return 0;
        }
    return 1;
}

int link_find(struct link *link, CK_SLOT_ID *slot)
{
    return find_slot(link, is_wanted, slot);
}

int link_find_blank(struct link *link, CK_SLOT_ID *slot)
{
    return find_slot(link, is_blank, slot);
}

int link_login(struct link *link, CK_SLOT_ID slot, bool writing)
{
    const CK_FLAGS flags = CKF_SERIAL_SESSION | (writing ? CKF_RW_SESSION : 0);
    CK_RV code = link->module->C_OpenSession(slot, flags, NULL, NULL, &link->session);
    if (code != CKR_OK)
        return link_complain(link, "it opens no session", code);
    link->open = true;
    code = link->module->C_Login(link->session, CKU_USER, link->pin.data, link->pin.len);
    return code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN
               ? 0
               : link_complain(link, "it does not take the PIN", code);
}

void link_close(struct link *link)
{
    if (link->open)
        link->module->C_CloseSession(link->session);
    if (link->module != NULL) {
        p11_kit_module_finalize(link->module);
        p11_kit_module_release(link->module);
    }
    p11_kit_uri_free(link->uri);
    secret_wipe(&link->pin);
    *link = (struct link){0};
}

int link_search(struct link *link, CK_ATTRIBUTE *like, CK_ULONG count, CK_OBJECT_HANDLE *out,
                CK_ULONG max, CK_ULONG *found)
{
    CK_RV code = link->module->C_FindObjectsInit(link->session, like, count);
    if (code == CKR_OK) {
        code = link->module->C_FindObjects(link->session, out, max, found);
        link->module->C_FindObjectsFinal(link->session);
    }
    return code == CKR_OK ? 0 : link_complain(link, "it finds no objects", code);
}
