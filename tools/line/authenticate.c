/* Both sides authenticate each other (SGP.22 §3.1.2). */
#include "tools/line/write_job.h"

#include <time.h>

#include "apdu/der.h"
#include "tools/lib/common/euicc_info.h"
#include "tools/lib/authentication/chip_answer.h"

#define WHERE "authentication"
/* ServerSigned1 */
#define TRANSACTION_ID 0x80
#define EUICC_CHALLENGE 0x81
#define SERVER_ADDRESS 0x83
#define SERVER_CHALLENGE 0x84
#define SIGNATURE 0x5F37
#define ELEMENT_SIZE (EC_SIGNATURE_SIZE + TLV_HEADER_MAX)

bool write_job_open_session(struct write_job *job)
{
    struct bytes info1;
    return es10b_get_challenge(&job->es10, job->chip_challenge) &&
           es10b_get_info1(&job->es10, &info1) && write_job_keep(job, info1, &job->info1);
}

/* The chip's order of preference counts. */
static const struct credentials_set *choose(const struct write_job *job, struct bytes list,
                                            bool serving)
{
    struct bytes key_id;
    while (euicc_info_take_key_id(&list, &key_id)) {
        const struct credentials_set *set =
            credentials_find(&job->line->identity.credentials, key_id);
        if (set != NULL && (set->serving || !serving))
            return set;
    }
    return NULL;
}

static bool choose_cis(struct write_job *job)
{
    struct euicc_info1 info;
    if (!euicc_info1_read(blob_bytes(&job->info1), &info))
        return fault_raise(&job->fault, WHERE, "the chip's EUICCInfo1 is malformed");
    job->server = choose(job, info.verification, true);
    job->chip_ci = choose(job, info.signing, false);
    if (job->server == NULL)
        return fault_raise(&job->fault, WHERE,
                           "the chip believes no CI under which the line has a DPauth");
    return job->chip_ci != NULL ||
           fault_raise(&job->fault, WHERE, "the chip signs under no CI that the line knows");
}

static void put_signed1(const struct write_job *job, struct writer *out)
{
    const size_t sequence = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, TRANSACTION_ID, bytes_of(job->transaction_id, sizeof(job->transaction_id)));
    tlv_put(out, EUICC_CHALLENGE, bytes_of(job->chip_challenge, sizeof(job->chip_challenge)));
    tlv_put(out, SERVER_ADDRESS, bytes_of_text(batch_address(job->line->batch)));
    tlv_put(out, SERVER_CHALLENGE, bytes_of(job->challenge, sizeof(job->challenge)));
    tlv_close(out, sequence);
}

bool write_job_sign_challenge(struct write_job *job)
{
    struct random *random = &job->random;
    struct writer signed1 = writer_on(job->signed1_memory, sizeof(job->signed1_memory));
    if (!choose_cis(job))
        return false;
    if (random_fill(random, job->transaction_id, sizeof(job->transaction_id)) != 0 ||
        random_fill(random, job->challenge, sizeof(job->challenge)) != 0)
        return write_job_fail(job, WHERE);
    put_signed1(job, &signed1);
    job->signed1 = writer_bytes(&signed1);
    return (!signed1.overflow &&
            ec_sign(job->server->auth.key, random, &job->signed1, 1, job->signature1) == 0) ||
           write_job_fail(job, "DPauth");
}

bool write_job_authenticate(struct write_job *job)
{
    uint8_t signature_memory[ELEMENT_SIZE], ci_memory[ELEMENT_SIZE];
    struct writer signature = writer_on(signature_memory, sizeof(signature_memory));
    struct writer ci = writer_on(ci_memory, sizeof(ci_memory));
    struct es10b_device device;
    struct bytes answer;
    tlv_put(&signature, SIGNATURE, bytes_of(job->signature1, sizeof(job->signature1)));
    tlv_put(&ci, DER_OCTET_STRING, job->chip_ci->ci.certificate.subject_key_id);
    (void)es10b_device_from_imei(NULL, &device);
    const struct es10b_server server = {.signed1 = job->signed1,
                                        .signature1 = writer_bytes(&signature),
                                        .ci_key_id = writer_bytes(&ci),
                                        .certificate = job->server->auth.certificate.whole};
    const struct es10b_context context = {.matching_id = "", .device = &device};
    job->open = es10b_authenticate_server(&job->es10, &server, &context, &answer);
    return job->open && write_job_keep(job, answer, &job->authenticated);
}

/* Signature, transaction, challenge, address; and the chip that said its EID is the one. */
static bool check(struct write_job *job, const struct chip_authentication *answer)
{
    char eid[PKI_EID_DIGITS + 1];
    struct fault *fault = &job->fault;
    pki_eid_to_text(job->euicc.eid, eid);
    if (strcmp(eid, job->report->eid) != 0)
        return fault_raise(fault, WHERE, "the chip's certificate is that of EID %s", eid);
    if (!euicc_signed(&job->euicc, &answer->signed1, 1, answer->signature1))
        return fault_raise(fault, WHERE, "the chip's signature is wrong");
    return (bytes_equal(answer->transaction_id,
                        bytes_of(job->transaction_id, sizeof(job->transaction_id))) &&
            bytes_equal(answer->server_challenge,
                        bytes_of(job->challenge, sizeof(job->challenge))) &&
            bytes_equal(answer->server_address, bytes_of_text(batch_address(job->line->batch)))) ||
           fault_raise(fault, WHERE, "the chip answers to something else than it was asked");
}

bool write_job_verify_chip(struct write_job *job)
{
    struct chip_authentication answer;
    struct call *call = &job->call;
    int result = chip_answer_authentication(call, blob_bytes(&job->authenticated), &answer);
    if (result == 0)
        result = euicc_believe(call, &answer.chain, &job->chip_ci->ci.certificate, time(NULL),
                               &job->euicc);
    if (result != 0)
        return result < 0 ? write_job_fail(job, WHERE) : write_job_refuse(job, WHERE);
    job->chip_signature1 = answer.signature1;
    return check(job, &answer);
}
