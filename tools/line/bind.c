/* One-time keys, session keys, the bound package (SGP.22 §3.1.3). */
#include "tools/line/write_job.h"

#include <stdlib.h>

#include "apdu/der.h"
#include "tools/lib/binder/binder.h"
#include "tools/lib/es10/segments.h"
#include "tools/lib/authentication/chip_answer.h"

#define WHERE "binding"
#define SIGNATURE 0x5F37
/* SmdpSigned2 */
#define TRANSACTION_ID 0x80
#define ELEMENT_SIZE (EC_SIGNATURE_SIZE + TLV_HEADER_MAX)

static struct bytes transaction_of(const struct write_job *job)
{
    return bytes_of(job->transaction_id, sizeof(job->transaction_id));
}

/* 5F37 around SK.DPpb's signature. */
static struct bytes put_signature2(const struct write_job *job, uint8_t memory[ELEMENT_SIZE])
{
    struct writer out = writer_on(memory, ELEMENT_SIZE);
    tlv_put(&out, SIGNATURE, bytes_of(job->signature2, sizeof(job->signature2)));
    return writer_bytes(&out);
}

/* No confirmation code: nobody is there to type one. */
bool write_job_sign_offer(struct write_job *job)
{
    struct writer signed2 = writer_on(job->signed2_memory, sizeof(job->signed2_memory));
    const size_t sequence = tlv_open(&signed2, DER_SEQUENCE);
    tlv_put(&signed2, TRANSACTION_ID, transaction_of(job));
    der_put_boolean(&signed2, DER_BOOLEAN, false);
    tlv_close(&signed2, sequence);
    job->signed2 = writer_bytes(&signed2);
    const struct bytes parts[] = {job->signed2, job->chip_signature1};
    return ec_sign(job->server->pb.key, &job->random, parts, 2, job->signature2) == 0 ||
           write_job_fail(job, "DPpb");
}

bool write_job_prepare(struct write_job *job)
{
    uint8_t memory[ELEMENT_SIZE];
    const struct es10b_binding binding = {job->signed2, put_signature2(job, memory),
                                          job->server->pb.certificate.whole, (struct bytes){0}};
    struct bytes answer;
    return es10b_prepare_download(&job->es10, &binding, &answer) &&
           write_job_keep(job, answer, &job->prepared);
}

static bool check(struct write_job *job, const struct chip_preparation *answer)
{
    uint8_t memory[ELEMENT_SIZE];
    const struct bytes parts[] = {answer->signed2, put_signature2(job, memory)};
    if (!euicc_signed(&job->euicc, parts, 2, answer->signature2))
        return fault_raise(&job->fault, WHERE, "the chip's signature is wrong");
    return (bytes_equal(answer->transaction_id, transaction_of(job)) &&
            answer->otpk.len == EC_POINT_SIZE) ||
           fault_raise(&job->fault, WHERE, "the chip's one-time key is not for this session");
}

static int seal(struct write_job *job, const struct binder_input *input, struct writer *body)
{
    uint8_t smdp_otpk[EC_POINT_SIZE];
    struct writer package;
    int result = binder_seal(input, &job->random, smdp_otpk, body);
    if (result != 0)
        return result;
    const struct binder_session session = {
        .transaction_id = transaction_of(job),
        .host_id = input->host_id,
        .euicc_otpk = input->euicc_otpk,
        .smdp_otpk = bytes_of(smdp_otpk, sizeof(smdp_otpk)),
        .signer = job->server->pb.key,
    };
    const size_t size = body->len + BINDER_FINISH_MAX;
    package = writer_on(malloc(size), size);
    if (package.data != NULL)
        result = binder_finish(&session, &job->random, writer_bytes(body), &package);
    job->package = (struct blob){package.data, package.len};
    return package.data == NULL ? -1 : result;
}

static bool seal_for(struct write_job *job, struct bytes otpk)
{
    uint8_t memory[BINDER_CONFIGURATION_SIZE];
    struct writer configuration = writer_on(memory, sizeof(memory));
    binder_put_configuration(credentials_oid(&job->line->identity.credentials), &configuration);
    const struct binder_input input = {
        .curve = job->server->pb.certificate.curve,
        .euicc_otpk = otpk,
        .host_id = binder_host_id(batch_address(job->line->batch)),
        .eid = bytes_of(job->euicc.eid, sizeof(job->euicc.eid)),
        .configuration = writer_bytes(&configuration),
        .metadata = blob_bytes(&job->row.metadata),
        .keys = &job->keys,
        .protected_package = blob_bytes(&job->row.package),
    };
    const size_t size = binder_body_max(&input);
    struct writer body = writer_on(malloc(size), size);
    const int result = body.data != NULL ? seal(job, &input, &body) : -1;
    free(body.data);
    if (result > 0)
        return fault_raise(&job->fault, WHERE, "the chip's one-time key is no point of its curve");
    return result == 0 || write_job_fail(job, WHERE);
}

bool write_job_bind(struct write_job *job)
{
    struct chip_preparation answer;
    const int result = chip_answer_preparation(&job->call, blob_bytes(&job->prepared), &answer);
    if (result != 0)
        return result < 0 ? write_job_fail(job, WHERE) : write_job_refuse(job, WHERE);
    return check(job, &answer) && seal_for(job, answer.otpk);
}

bool write_job_note_start(struct write_job *job)
{
    const int result = batch_start(job->line->batch, &job->row, job->transaction_id);
    if (result > 0)
        return fault_raise(&job->fault, "batch", "another emuicc-line has taken the row over");
    return result == 0 || write_job_fail(job, "batch");
}

bool write_job_load(struct write_job *job)
{
    struct bytes rest = blob_bytes(&job->package), segment, answer = {0};
    while (answer.len == 0 && segments_take(&rest, &segment))
        if (!es10b_load_package(&job->es10, &segment, 1, &answer))
            return false;
    return answer.len > 0 ? write_job_keep(job, answer, &job->result)
                          : fault_raise(&job->fault, es10_row(ES10B_LOAD_PACKAGE)->name,
                                        "the chip gives no result at the end of the package");
}
