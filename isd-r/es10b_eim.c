/* ES10b of SGP.32: the eIMs that the chip is associated with, and what it shows them of itself. */
#include "apdu/status.h"
#include "apdu/trace.h"
#include "isd-r/es10b_iot.h"
#include "isd-r/iot/eim_list.h"
#include "isd-r/isd_r.h"
#include "isd-r/state.h"

#define TAG_CI 0x80
#define TAG_OK 0xA0
#define TAG_ERROR 0x81
#define TAG_EUM_CERTIFICATE 0xA5
#define TAG_EUICC_CERTIFICATE 0xA6
#define ERROR_INVALID_CI 1
#define CI_MIN 4 /* bytes: some ask for a CI by the front of its key identifier */

static void put_error(struct writer *response, uint32_t tag, int error)
{
    const size_t mark = tlv_open(response, tag);
    der_put_integer(response, TAG_ERROR, error);
    tlv_close(response, mark);
}

/* The first that the chip signs under, or the one that is asked for. */
static const struct credential *find_signer(const struct credentials *credentials,
                                            const struct tlv *ci)
{
    if (ci->tag == 0)
        return credentials_first_signer(credentials);
    for (size_t i = 0; i < credentials->count && ci->value.len >= CI_MIN; i++) {
        const struct credential *credential = &credentials->list[i];
        if ((credential->signs || credential->signs_v3) &&
            bytes_start_with(credential->ci.subject_key_id, ci->value))
            return credential;
    }
    return NULL;
}

/* The choice's tag stands in place of the certificate's own. */
static void put_certificate(struct writer *response, uint32_t tag, struct bytes certificate)
{
    struct tlv whole;
    if (tlv_whole(certificate, DER_SEQUENCE, &whole))
        tlv_put(response, tag, whole.value);
}

int es10b_get_certs(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    struct tlv ci;
    if (!tlv_take_optional(&request, TAG_CI, &ci))
        return SW_WRONG_DATA;
    const struct credential *signer = find_signer(&isd_r->credentials, &ci);
    if (signer == NULL) {
        put_error(response, ES10_GET_CERTS, ERROR_INVALID_CI);
        return 0;
    }
    const size_t whole = tlv_open(response, ES10_GET_CERTS);
    const size_t certificates = tlv_open(response, TAG_OK);
    put_certificate(response, TAG_EUM_CERTIFICATE, signer->eum.whole);
    put_certificate(response, TAG_EUICC_CERTIFICATE, signer->euicc.whole);
    tlv_close(response, certificates);
    tlv_close(response, whole);
    return 0;
}

/* All entries of the request, or none. */
static enum eim_result check_all(const struct eim_list_chip *chip, struct bytes list)
{
    struct tlv entry;
    struct eim eim;
    size_t count = 0;
    while (tlv_take_tag(&list, DER_SEQUENCE, &entry)) {
        enum eim_result result = eim_parse(entry.value, chip->release, &eim);
        if (result == EIM_OK)
            result = eim_check_new(&eim, chip->credentials);
        if (result != EIM_OK)
            return result;
        count++;
    }
    return count == 0 || list.len > 0 ? EIM_COMMAND_ERROR
           : count > EIM_LIST_MAX     ? EIM_NO_MEMORY
                                      : EIM_OK;
}

/* One of those that have been checked, and its token or addOk. */
static int add_one(const struct eim_list_chip *chip, const struct tlv *entry,
                   enum eim_result *result, struct writer *response)
{
    struct eim eim;
    int64_t token;
    (void)eim_parse(entry->value, chip->release, &eim);
    const int status = eim_list_add(chip, &eim, result, &token);
    if (status != 0 || *result != EIM_OK)
        return status;
    if (token != 0)
        der_put_integer(response, EIM_TAG_TOKEN, token);
    else
        tlv_put(response, DER_NULL, (struct bytes){0});
    return 0;
}

/* An id that stands in the request twice takes back what was added before it. */
static int add_all(const struct eim_list_chip *chip, struct bytes list, struct writer *response)
{
    enum eim_result result = EIM_OK;
    struct tlv entry;
    int status = 0;
    const size_t before = response->len;
    const size_t whole = tlv_open(response, ES10_ADD_INITIAL_EIM);
    const size_t added = tlv_open(response, TAG_OK);
    while (status == 0 && result == EIM_OK && tlv_take_tag(&list, DER_SEQUENCE, &entry))
        status = add_one(chip, &entry, &result, response);
    tlv_close(response, added);
    tlv_close(response, whole);
    if (status != 0 || result == EIM_OK)
        return status;
    response->len = before;
    put_error(response, ES10_ADD_INITIAL_EIM, result);
    return eim_list_clear(chip->store);
}

int es10b_add_initial_eim(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    const struct eim_list_chip chip = {isd_r->store, &isd_r->credentials,
                                       euicc_info_iot(isd_r->info)};
    struct tlv list;
    size_t count;
    if (!tlv_take_tag(&request, TAG_OK, &list))
        return SW_WRONG_DATA;
    const int status = eim_list_count(isd_r->store, &count);
    if (status != 0)
        return status;
    const enum eim_result result = count > 0 ? EIM_EXISTS : check_all(&chip, list.value);
    if (result == EIM_OK)
        return add_all(&chip, list.value, response);
    put_error(response, ES10_ADD_INITIAL_EIM, result);
    return 0;
}

/* Why it cannot be (by its code), for those who read the trace. */
static const char *reason_of(struct bytes answer)
{
    struct tlv whole, error;
    static const char *const reasons[] = {
        [EIM_NO_MEMORY] = "the chip keeps fewer eIMs",
        [EIM_EXISTS] = "two of them have the same eimId",
        [EIM_UNKNOWN_CI] = "the chip does not sign under its euiccCiPKId",
        [EIM_BAD_TOKEN] = "its associationToken is neither left out nor -1",
        [EIM_BAD_COUNTER] = "its counterValue is not one from 0 to 8388607",
        [EIM_COMMAND_ERROR] = "it needs an eimId, a counterValue, and a public key or certificate"};
    const size_t count = sizeof(reasons) / sizeof(reasons[0]);
    if (!tlv_whole(answer, ES10_ADD_INITIAL_EIM, &whole) ||
        !tlv_take_tag(&whole.value, TAG_ERROR, &error) || error.value.len != 1)
        return NULL;
    const uint8_t code = error.value.data[0];
    return code < count && reasons[code] != NULL ? reasons[code] : "the chip refuses it";
}

/* The list in the request, or the one configuration as a list; nothing for anything else. */
static void put_factory_request(struct bytes configuration, struct writer *out)
{
    struct tlv whole;
    if (tlv_whole(configuration, ES10_ADD_INITIAL_EIM, &whole))
        writer_put(out, whole.value);
    else if (tlv_whole(configuration, DER_SEQUENCE, &whole))
        tlv_put(out, TAG_OK, configuration);
}

int isd_r_factory_eim(struct isd_r *isd_r, struct bytes configuration, const char *name)
{
    uint8_t room[EIM_LIST_MAX * EIM_CONFIGURATION_MAX], answer_room[EIM_LIST_MAX * 16];
    struct writer request = writer_on(room, sizeof(room));
    struct writer answer = writer_on(answer_room, sizeof(answer_room));
    if (euicc_info_iot(isd_r->info) == EUICC_INFO_NOT_IOT) {
        trace_error("%s: the chip is no IoT eUICC; a personality with the key iot makes it one",
                    name);
        return 1;
    }
    put_factory_request(configuration, &request);
    const int result = es10b_add_initial_eim(isd_r, writer_bytes(&request), &answer);
    const char *reason = result > 0 || request.overflow
                             ? "it is neither an AddInitialEimRequest nor an EimConfigurationData"
                             : reason_of(writer_bytes(&answer));
    if (result >= 0 && reason != NULL)
        trace_error("%s: %s", name, reason);
    return result < 0 ? result : reason != NULL;
}

struct listing {
    struct tlv id; /* tag 0: all */
    struct writer *response;
};

static int put_one(void *context, const struct eim *eim, struct bytes whole)
{
    const struct listing *listing = context;
    if (listing->id.tag == 0 || bytes_equal(eim_id(eim), listing->id.value))
        writer_put(listing->response, whole);
    return 0;
}

int es10b_get_eim_configuration_data(struct isd_r *isd_r, struct bytes request,
                                     struct writer *response)
{
    struct tlv search;
    struct listing listing = {.response = response};
    if (!tlv_take_optional(&request, TAG_OK, &search) ||
        (search.tag != 0 && !tlv_take_tag(&search.value, EIM_TAG_ID, &listing.id)))
        return SW_WRONG_DATA;
    const size_t whole = tlv_open(response, ES10_GET_EIM_CONFIGURATION_DATA);
    const size_t list = tlv_open(response, TAG_OK);
    const int result = eim_list_each(isd_r->store, put_one, &listing);
    tlv_close(response, list);
    tlv_close(response, whole);
    return result;
}
