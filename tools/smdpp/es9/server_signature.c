#include "tools/smdpp/es9/server_signature.h"

#include "apdu/status.h"

#define SIGNATURE 0x5F37

int server_signature_set(struct smdpp *smdpp, struct call *call, const struct session *session,
                         const char *part, struct bytes element, const char *signature,
                         struct bytes chip_signature, uint8_t out[EC_SIGNATURE_SIZE])
{
    uint8_t memory[EC_SIGNATURE_SIZE + TLV_HEADER_MAX];
    struct writer signed_element = writer_on(memory, sizeof(memory));
    const struct bytes parts[] = {element, chip_signature};
    if (ec_sign(authentication_shown(&session->common)->key, &smdpp->random, parts, 2, out) != 0)
        return FAILURE_INTERNAL;
    tlv_put(&signed_element, SIGNATURE, bytes_of(out, EC_SIGNATURE_SIZE));
    const int result = field_set_bytes(call->response, part, element);
    return result == 0 ? field_set_bytes(call->response, signature, writer_bytes(&signed_element))
                       : result;
}
