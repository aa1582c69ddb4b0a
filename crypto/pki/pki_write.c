#include "crypto/pki/pki_write.h"

#include "apdu/der.h"
#include "apdu/status.h"
#include "crypto/primitives/algorithms.h"
#include "crypto/primitives/disk.h"
#include "crypto/pki/issue.h"
#include "crypto/primitives/oid.h"
#include "crypto/pki/pki_layout.h"

#include <openssl/pem.h>

#define KEY_DER_MAX 160
#define EC_KEY_VERSION 1
#define EC_PARAMETERS 0xA0 /* [0] of an ECPrivateKey (RFC 5915 §3) */
#define EC_PUBLIC_KEY 0xA1 /* [1] */
#define SECRET_MODE 0600
#define PUBLIC_MODE 0644
#define FOLDER_MODE 0755

struct pem_block {
    const char *name;
    struct bytes der;
};

static int write_pem(const char *path, mode_t mode, const struct pem_block *blocks, size_t count)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    char *text = NULL;
    bool ok = bio != NULL;
    for (size_t i = 0; ok && i < count; i++)
        ok =
            PEM_write_bio(bio, blocks[i].name, "", blocks[i].der.data, (long)blocks[i].der.len) > 0;
    const long len = ok ? BIO_get_mem_data(bio, &text) : 0;
    const int result = ok ? disk_write(path, mode, bytes_of(text, (size_t)len))
                          : algorithms_failure("writing PEM");
    BIO_free(bio);
    return result;
}

static void put_oid(struct writer *out, enum ec_curve curve)
{
    tlv_put(out, DER_OBJECT_IDENTIFIER, oid_bytes(oid_of_curve(curve)));
}

/* ECPrivateKey (RFC 5915 §3). */
static void put_private_key(struct writer *out, const struct ec_private *key)
{
    struct secret scalar;
    ec_private_scalar(key, &scalar);
    const size_t sequence = tlv_open(out, DER_SEQUENCE);
    der_put_integer(out, DER_INTEGER, EC_KEY_VERSION);
    tlv_put(out, DER_OCTET_STRING, secret_bytes(&scalar));
    const size_t parameters = tlv_open(out, EC_PARAMETERS);
    put_oid(out, ec_private_curve(key));
    tlv_close(out, parameters);
    const size_t outer = tlv_open(out, EC_PUBLIC_KEY);
    tlv_put_header(out, DER_BIT_STRING, 1 + EC_POINT_SIZE);
    writer_put_u8(out, 0); /* no unused bits */
    writer_put(out, bytes_of(ec_private_point(key), EC_POINT_SIZE));
    tlv_close(out, outer);
    tlv_close(out, sequence);
    secret_wipe(&scalar);
}

static int write_secret_key(const char *path, const struct ec_private *key)
{
    uint8_t parameters[KEY_DER_MAX], der[KEY_DER_MAX];
    struct writer curve = writer_on(parameters, sizeof(parameters));
    struct writer out = writer_on(der, sizeof(der));
    put_oid(&curve, ec_private_curve(key));
    put_private_key(&out, key);
    const struct pem_block blocks[] = {
        {"EC PARAMETERS", writer_bytes(&curve)},
        {"EC PRIVATE KEY", writer_bytes(&out)},
    };
    const int result = write_pem(path, SECRET_MODE, blocks, 2);
    wipe(der, sizeof(der));
    return result;
}

static int write_public_key(const char *path, const struct ec_private *key)
{
    uint8_t der[KEY_DER_MAX];
    struct writer out = writer_on(der, sizeof(der));
    issue_put_public_key(&out, ec_private_curve(key), ec_private_point(key));
    const struct pem_block block = {"PUBLIC KEY", writer_bytes(&out)};
    return write_pem(path, PUBLIC_MODE, &block, 1);
}

static int write_file(const char *path, enum pki_file file, const struct pki_entity *entity)
{
    const struct bytes der = bytes_of(entity->der, entity->der_len);
    const struct pem_block certificate = {"CERTIFICATE", der};
    switch (file) {
    case PKI_SECRET_KEY:
        return write_secret_key(path, entity->key);
    case PKI_PUBLIC_KEY:
        return write_public_key(path, entity->key);
    case PKI_CERTIFICATE_PEM:
        return write_pem(path, PUBLIC_MODE, &certificate, 1);
    default:
        return disk_write(path, PUBLIC_MODE, der);
    }
}

/* Folders that lie in one another, from the outermost. */
static int make_folders(const struct pki_place *place)
{
    char path[PATH_MAX];
    if (!pki_layout_folder(place, path))
        return FAILURE_INTERNAL;
    for (char *slash = path + strlen(place->directory) + 1; (slash = strchr(slash, '/')) != NULL;
         slash++) {
        *slash = '\0';
        if (disk_make_folder(path, FOLDER_MODE) != 0)
            return FAILURE_INTERNAL;
        *slash = '/';
    }
    return disk_make_folder(path, FOLDER_MODE);
}

int pki_write_entity(const struct pki_place *place, const struct pki_entity *entity)
{
    const struct pki_row *row = &pki_layout[place->name];
    char path[PATH_MAX];
    if (make_folders(place) != 0)
        return FAILURE_INTERNAL;
    for (int file = PKI_PUBLIC_KEY; file >= 0; file--) {
        if (row->files[file] == NULL && (file != PKI_CERTIFICATE || row->certificate_v3 == NULL))
            continue;
        if (!pki_layout_path(place, (enum pki_file)file, path) ||
            write_file(path, (enum pki_file)file, entity) != 0)
            return FAILURE_INTERNAL;
    }
    return 0;
}
