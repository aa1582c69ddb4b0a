#include "tools/lib/server/tls.h"

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"

#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>

/* ECPrivateKey (RFC 5915 §3) */
#define EC_KEY_VERSION 1
#define EC_PARAMETERS 0xA0
#define EC_PUBLIC_KEY 0xA1
#define EC_KEY_SIZE 160
#define P256_OID "1.2.840.10045.3.1.7"
#define OID_SIZE 16

static int complain(int code)
{
    trace_error("TLS: %s", gnutls_strerror(code));
    return FAILURE_INTERNAL;
}

static gnutls_datum_t datum_of(struct bytes bytes)
{
    return (gnutls_datum_t){(unsigned char *)bytes.data, (unsigned)bytes.len};
}

static bool find_name(gnutls_x509_crt_t certificate, char *out, size_t size)
{
    for (unsigned i = 0;; i++) {
        size_t len = size;
        const int type = gnutls_x509_crt_get_subject_alt_name(certificate, i, out, &len, NULL);
        if (type == GNUTLS_SAN_DNSNAME && len < size) {
            out[len] = '\0';
            return true;
        }
        if (type < 0 && type != GNUTLS_E_SHORT_MEMORY_BUFFER)
            return false;
    }
}

/* The certificate as GnuTLS reads it, to be given back; NULL if it cannot. */
static gnutls_x509_crt_t import(struct bytes der)
{
    gnutls_x509_crt_t certificate;
    const gnutls_datum_t datum = datum_of(der);
    if (gnutls_x509_crt_init(&certificate) != 0)
        return NULL;
    if (gnutls_x509_crt_import(certificate, &datum, GNUTLS_X509_FMT_DER) == 0)
        return certificate;
    gnutls_x509_crt_deinit(certificate);
    return NULL;
}

bool tls_name(struct bytes der, char *out, size_t size)
{
    gnutls_x509_crt_t certificate = import(der);
    const bool found = certificate != NULL && find_name(certificate, out, size);
    gnutls_x509_crt_deinit(certificate);
    return found;
}

bool tls_is_for(struct bytes der, const char *host)
{
    gnutls_x509_crt_t certificate = import(der);
    const bool is = certificate != NULL && gnutls_x509_crt_check_hostname(certificate, host) != 0;
    gnutls_x509_crt_deinit(certificate);
    return is;
}

bool tls_key_id(struct bytes der, char out[TLS_KEY_ID_SIZE])
{
    uint8_t id[TLS_KEY_ID_SIZE / 2];
    size_t len = sizeof(id);
    gnutls_x509_crt_t certificate = import(der);
    const bool found =
        certificate != NULL &&
        gnutls_x509_crt_get_key_id(certificate, GNUTLS_KEYID_USE_SHA256, id, &len) == 0 &&
        len == sizeof(id);
    if (certificate != NULL)
        gnutls_x509_crt_deinit(certificate);
    if (found)
        hex_encode(bytes_of(id, sizeof(id)), out);
    return found;
}

bool tls_has_certificate(const char *pem)
{
    gnutls_x509_crt_t *list = NULL;
    unsigned count = 0;
    const gnutls_datum_t datum = datum_of(bytes_of_text(pem));
    if (gnutls_x509_crt_list_import2(&list, &count, &datum, GNUTLS_X509_FMT_PEM, 0) < 0)
        return false;
    for (unsigned i = 0; i < count; i++)
        gnutls_x509_crt_deinit(list[i]);
    gnutls_free(list);
    return count > 0;
}

/* PEM around DER, as a text of its own. */
static int encode(const char *label, struct bytes der, char **out)
{
    gnutls_datum_t datum = datum_of(der), pem;
    const int code = gnutls_pem_base64_encode2(label, &datum, &pem);
    if (code != 0)
        return complain(code);
    *out = strndup((const char *)pem.data, pem.size);
    wipe(pem.data, pem.size);
    gnutls_free(pem.data);
    return *out != NULL ? 0 : complain(GNUTLS_E_MEMORY_ERROR);
}

int tls_certificates(const struct pki_entity *server, const struct pki_entity *ci, char **out)
{
    char *first = NULL, *second = NULL;
    int result = encode("CERTIFICATE", server->certificate.whole, &first);
    if (result == 0)
        result = encode("CERTIFICATE", ci->certificate.whole, &second);
    if (result == 0 && asprintf(out, "%s%s", first, second) < 0)
        result = complain(GNUTLS_E_MEMORY_ERROR);
    free(first);
    free(second);
    return result;
}

int tls_key(const struct pki_entity *server, char **out)
{
    uint8_t memory[EC_KEY_SIZE], curve[OID_SIZE], point[1 + EC_POINT_SIZE] = {0};
    struct writer der = writer_on(memory, sizeof(memory)), oid = writer_on(curve, sizeof(curve));
    struct secret scalar;
    ec_private_scalar(server->key, &scalar);
    memcpy(point + 1, ec_private_point(server->key), EC_POINT_SIZE);
    (void)der_oid_from_text(P256_OID, &oid);
    const size_t key = tlv_open(&der, DER_SEQUENCE);
    der_put_integer(&der, DER_INTEGER, EC_KEY_VERSION);
    tlv_put(&der, DER_OCTET_STRING, secret_bytes(&scalar));
    const size_t parameters = tlv_open(&der, EC_PARAMETERS);
    tlv_put(&der, DER_OBJECT_IDENTIFIER, writer_bytes(&oid));
    tlv_close(&der, parameters);
    const size_t public_key = tlv_open(&der, EC_PUBLIC_KEY);
    tlv_put(&der, DER_BIT_STRING, bytes_of(point, sizeof(point)));
    tlv_close(&der, public_key);
    tlv_close(&der, key);
    const int result = encode("EC PRIVATE KEY", writer_bytes(&der), out);
    secret_wipe(&scalar);
    wipe(memory, sizeof(memory));
    return result;
}

void tls_release(char *pem)
{
    if (pem != NULL)
        wipe(pem, strlen(pem));
    free(pem);
}
