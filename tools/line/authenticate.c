#include "tools/line/writing.h"

#include <time.h>

#include "apdu/der.h"
#include "tools/lib/common/euicc_info.h"
#include "tools/smdpp/es9/chip_answer.h"

#define WHERE "authentication"
/* ServerSigned1 */
#define TRANSACTION_ID 0x80
#define EUICC_CHALLENGE 0x81
#define SERVER_ADDRESS 0x83
#define SERVER_CHALLENGE 0x84
#define SIGNATURE 0x5F37
#define ELEMENT_SIZE (EC_SIGNATURE_SIZE + TLV_HEADER_MAX)

bool writing_greet(struct writing *writing)
{
    struct bytes info1;
    return es10b_get_challenge(&writing->es10, writing->chip_challenge) &&
           es10b_get_info1(&writing->es10, &info1) && writing_keep(writing, info1, &writing->info1);
}

/* The chip's order of preference counts. */
static const struct credentials_set *choose(const struct writing *writing, struct bytes list,
                                            bool serving)
{
    struct bytes key_id;
    while (euicc_info_take_key_id(&list, &key_id)) {
        const struct credentials_set *set =
            credentials_find(&writing->line->identity.credentials, key_id);
        if (set != NULL && (set->serving || !serving))
            return set;
    }
    return NULL;
}

static bool choose_cis(struct writing *writing)
{
    struct euicc_info1 info;
    if (!euicc_info1_read(blob_bytes(&writing->info1), &info))
        return fault_raise(&writing->fault, WHERE, "the chip's EUICCInfo1 is malformed");
    writing->server = choose(writing, info.verification, true);
    writing->chip_ci = choose(writing, info.signing, false);
    if (writing->server == NULL)
        return fault_raise(&writing->fault, WHERE,
                           "the chip believes no CI under which the line has a DPauth");
    return writing->chip_ci != NULL ||
           fault_raise(&writing->fault, WHERE, "the chip signs under no CI that the line knows");
}

static void put_signed1(const struct writing *writing, struct writer *out)
{
    const size_t sequence = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, TRANSACTION_ID,
            bytes_of(writing->transaction_id, sizeof(writing->transaction_id)));
    tlv_put(out, EUICC_CHALLENGE,
            bytes_of(writing->chip_challenge, sizeof(writing->chip_challenge)));
    tlv_put(out, SERVER_ADDRESS, bytes_of_text(batch_address(writing->line->batch)));
    tlv_put(out, SERVER_CHALLENGE, bytes_of(writing->challenge, sizeof(writing->challenge)));
    tlv_close(out, sequence);
}

bool writing_sign_challenge(struct writing *writing)
{
    struct random *random = &writing->random;
    struct writer signed1 = writer_on(writing->signed1_memory, sizeof(writing->signed1_memory));
    if (!choose_cis(writing))
        return false;
    if (random_fill(random, writing->transaction_id, sizeof(writing->transaction_id)) != 0 ||
        random_fill(random, writing->challenge, sizeof(writing->challenge)) != 0)
        return writing_break(writing, WHERE);
    put_signed1(writing, &signed1);
    writing->signed1 = writer_bytes(&signed1);
    return (!signed1.overflow && ec_sign(writing->server->auth.key, random, &writing->signed1, 1,
                                         writing->signature1) == 0) ||
           writing_break(writing, "DPauth");
}

bool writing_authenticate(struct writing *writing)
{
    uint8_t signature_memory[ELEMENT_SIZE], ci_memory[ELEMENT_SIZE];
    struct writer signature = writer_on(signature_memory, sizeof(signature_memory));
    struct writer ci = writer_on(ci_memory, sizeof(ci_memory));
    struct es10b_device device;
    struct bytes answer;
    tlv_put(&signature, SIGNATURE, bytes_of(writing->signature1, sizeof(writing->signature1)));
    tlv_put(&ci, DER_OCTET_STRING, writing->chip_ci->ci.certificate.subject_key_id);
    (void)es10b_device_from_imei(NULL, &device);
    const struct es10b_server server = {.signed1 = writing->signed1,
                                        .signature1 = writer_bytes(&signature),
                                        .ci_key_id = writer_bytes(&ci),
                                        .certificate = writing->server->auth.certificate.whole};
    const struct es10b_context context = {.matching_id = "", .device = &device};
    writing->open = es10b_authenticate_server(&writing->es10, &server, &context, &answer);
    return writing->open && writing_keep(writing, answer, &writing->authenticated);
}

/* Signature, transaction, challenge, address; and the chip that said its EID is the one. */
static bool check(struct writing *writing, const struct chip_authentication *answer)
{
    char eid[PKI_EID_DIGITS + 1];
    struct fault *fault = &writing->fault;
    pki_eid_to_text(writing->euicc.eid, eid);
    if (strcmp(eid, writing->report->eid) != 0)
        return fault_raise(fault, WHERE, "the chip's certificate is that of EID %s", eid);
    if (!euicc_signed(&writing->euicc, &answer->signed1, 1, answer->signature1))
        return fault_raise(fault, WHERE, "the chip's signature is wrong");
    return (bytes_equal(answer->transaction_id,
                        bytes_of(writing->transaction_id, sizeof(writing->transaction_id))) &&
            bytes_equal(answer->server_challenge,
                        bytes_of(writing->challenge, sizeof(writing->challenge))) &&
            bytes_equal(answer->server_address,
                        bytes_of_text(batch_address(writing->line->batch)))) ||
           fault_raise(fault, WHERE, "the chip answers to something else than it was asked");
}

bool writing_believe(struct writing *writing)
{
    struct chip_authentication answer;
    struct call *call = &writing->call;
    int result = chip_answer_authentication(call, blob_bytes(&writing->authenticated), &answer);
    if (result == 0)
        result = euicc_believe(call, &answer.chain, &writing->chip_ci->ci.certificate, time(NULL),
                               &writing->euicc);
    if (result != 0)
        return result < 0 ? writing_break(writing, WHERE) : writing_refuse(writing, WHERE);
    writing->chip_signature1 = answer.signature1;
    return check(writing, &answer);
}
