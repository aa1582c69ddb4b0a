#include "tools/line/writing.h"

#include <stdlib.h>

#include "apdu/der.h"
#include "tools/lib/binder/binder.h"
#include "tools/lib/es10/segments.h"
#include "tools/smdpp/es9/chip_answer.h"

#define WHERE "binding"
#define SIGNATURE 0x5F37
/* SmdpSigned2 */
#define TRANSACTION_ID 0x80
#define ELEMENT_SIZE (EC_SIGNATURE_SIZE + TLV_HEADER_MAX)

static struct bytes transaction_of(const struct writing *writing)
{
    return bytes_of(writing->transaction_id, sizeof(writing->transaction_id));
}

/* 5F37 around SK.DPpb's signature. */
static struct bytes put_signature2(const struct writing *writing, uint8_t memory[ELEMENT_SIZE])
{
    struct writer out = writer_on(memory, ELEMENT_SIZE);
    tlv_put(&out, SIGNATURE, bytes_of(writing->signature2, sizeof(writing->signature2)));
    return writer_bytes(&out);
}

/* No confirmation code: nobody is there to type one. */
bool writing_offer(struct writing *writing)
{
    struct writer signed2 = writer_on(writing->signed2_memory, sizeof(writing->signed2_memory));
    const size_t sequence = tlv_open(&signed2, DER_SEQUENCE);
    tlv_put(&signed2, TRANSACTION_ID, transaction_of(writing));
    der_put_boolean(&signed2, DER_BOOLEAN, false);
    tlv_close(&signed2, sequence);
    writing->signed2 = writer_bytes(&signed2);
    const struct bytes parts[] = {writing->signed2, writing->chip_signature1};
    return ec_sign(writing->server->pb.key, &writing->random, parts, 2, writing->signature2) == 0 ||
           writing_break(writing, "DPpb");
}

bool writing_prepare(struct writing *writing)
{
    uint8_t memory[ELEMENT_SIZE];
    const struct es10b_binding binding = {writing->signed2, put_signature2(writing, memory),
                                          writing->server->pb.certificate.whole, (struct bytes){0}};
    struct bytes answer;
    return es10b_prepare_download(&writing->es10, &binding, &answer) &&
           writing_keep(writing, answer, &writing->prepared);
}

static bool check(struct writing *writing, const struct chip_preparation *answer)
{
    uint8_t memory[ELEMENT_SIZE];
    const struct bytes parts[] = {answer->signed2, put_signature2(writing, memory)};
    if (!euicc_signed(&writing->euicc, parts, 2, answer->signature2))
        return fault_raise(&writing->fault, WHERE, "the chip's signature is wrong");
    return (bytes_equal(answer->transaction_id, transaction_of(writing)) &&
            answer->otpk.len == EC_POINT_SIZE) ||
           fault_raise(&writing->fault, WHERE, "the chip's one-time key is not for this session");
}

static int seal(struct writing *writing, const struct binder_input *input, struct writer *body)
{
    uint8_t smdp_otpk[EC_POINT_SIZE];
    struct writer package;
    int result = binder_seal(input, &writing->random, smdp_otpk, body);
    if (result != 0)
        return result;
    const struct binder_session session = {
        .transaction_id = transaction_of(writing),
        .host_id = input->host_id,
        .euicc_otpk = input->euicc_otpk,
        .smdp_otpk = bytes_of(smdp_otpk, sizeof(smdp_otpk)),
        .signer = writing->server->pb.key,
    };
    const size_t size = body->len + BINDER_FINISH_MAX;
    package = writer_on(malloc(size), size);
    if (package.data != NULL)
        result = binder_finish(&session, &writing->random, writer_bytes(body), &package);
    writing->package = (struct blob){package.data, package.len};
    return package.data == NULL ? -1 : result;
}

static bool seal_for(struct writing *writing, struct bytes otpk)
{
    uint8_t memory[BINDER_CONFIGURATION_SIZE];
    struct writer configuration = writer_on(memory, sizeof(memory));
    binder_put_configuration(credentials_oid(&writing->line->identity.credentials), &configuration);
    const struct binder_input input = {
        .curve = writing->server->pb.certificate.curve,
        .euicc_otpk = otpk,
        .host_id = binder_host_id(batch_address(writing->line->batch)),
        .eid = bytes_of(writing->euicc.eid, sizeof(writing->euicc.eid)),
        .configuration = writer_bytes(&configuration),
        .metadata = blob_bytes(&writing->row.metadata),
        .keys = &writing->keys,
        .protected_package = blob_bytes(&writing->row.package),
    };
    const size_t size = binder_body_max(&input);
    struct writer body = writer_on(malloc(size), size);
    const int result = body.data != NULL ? seal(writing, &input, &body) : -1;
    free(body.data);
    if (result > 0)
        return fault_raise(&writing->fault, WHERE,
                           "the chip's one-time key is no point of its curve");
    return result == 0 || writing_break(writing, WHERE);
}

bool writing_bind(struct writing *writing)
{
    struct chip_preparation answer;
    const int result =
        chip_answer_preparation(&writing->call, blob_bytes(&writing->prepared), &answer);
    if (result != 0)
        return result < 0 ? writing_break(writing, WHERE) : writing_refuse(writing, WHERE);
    return check(writing, &answer) && seal_for(writing, answer.otpk);
}

bool writing_note_start(struct writing *writing)
{
    const int result = batch_start(writing->line->batch, &writing->row, writing->transaction_id);
    if (result > 0)
        return fault_raise(&writing->fault, "batch", "another emuicc-line has taken the row over");
    return result == 0 || writing_break(writing, "batch");
}

bool writing_load(struct writing *writing)
{
    struct bytes rest = blob_bytes(&writing->package), segment, answer = {0};
    while (answer.len == 0 && segments_take(&rest, &segment))
        if (!es10b_load_package(&writing->es10, segment, &answer))
            return false;
    return answer.len > 0 ? writing_keep(writing, answer, &writing->result)
                          : fault_raise(&writing->fault, es10_row(ES10B_LOAD_PACKAGE)->name,
                                        "the chip gives no result at the end of the package");
}
