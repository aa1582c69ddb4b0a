/* Certificates as a server sends them, and what is asked of those that can be read. */
#include "crypto/pki/certificate.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void touch(struct bytes bytes)
{
    static volatile uint8_t sum;
    for (size_t i = 0; i < bytes.len; i++)
        sum = (uint8_t)(sum ^ bytes.data[i]);
}

static void touch_all(const struct certificate *certificate)
{
    touch(certificate->whole);
    touch(certificate->tbs);
    touch(certificate->serial);
    touch(certificate->issuer);
    touch(certificate->subject);
    touch(certificate->subject_serial);
    touch(certificate->subject_organization);
    touch(certificate->point);
    touch(certificate->subject_key_id);
    touch(certificate->authority_key_id);
    touch(certificate->registered_id);
    touch(certificate->name_constraints);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct certificate certificate;
    uint8_t eid[16];
    if (certificate_parse(bytes_of(data, size), &certificate) != CERTIFICATE_OK)
        return 0;
    if (certificate.curve >= EC_CURVES || certificate.point.len != EC_POINT_SIZE)
        abort();
    touch_all(&certificate);
    touch(certificate_permitted_iin(&certificate));
    (void)certificate_eid(&certificate, eid);
    (void)certificate_euicc_permitted(&certificate, &certificate);
    (void)certificate_verify(&certificate, &certificate);
    return 0;
}
