#include "tests/isd-r/v3.h"

#include <criterion/criterion.h>

#include "apdu/hex.h"
#include "isd-r/info/euicc_info.h"

#define EVERY_ELEMENT                                                                              \
    (EUICC_INFO_RPM | EUICC_INFO_SERVICE_SPECIFIC_DATA | EUICC_INFO_HRI_SERVER_ADDRESS |           \
     EUICC_INFO_SERVICE_PROVIDER_MESSAGE | EUICC_INFO_LPA_PROXY | EUICC_INFO_ENTERPRISE_PROFILES | \
     EUICC_INFO_SERVICE_DESCRIPTION | EUICC_INFO_DEVICE_CHANGE |                                   \
     EUICC_INFO_ESTIMATED_PROFILE_SIZE | EUICC_INFO_PROFILE_SIZE)
#define LAST_EVENT 6

const struct isd_r_settings *v3_settings(uint32_t without)
{
    static struct euicc_info info;
    static struct isd_r_settings settings;
    info = euicc_info_default;
    memcpy(info.highest_svn, (const uint8_t[]){3, 1, 0}, EUICC_INFO_VERSION_SIZE);
    info.rsp_capability = (info.rsp_capability | EVERY_ELEMENT) & ~without;
    settings = isd_r_settings_default;
    settings.info = &info;
    return &settings;
}

static void put_recipient(struct writer *out, uint32_t events, const char *address)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    der_put_bits(out, 0x80, events);
    tlv_put(out, 0x81, bytes_of_text(address));
    tlv_close(out, mark);
}

void v3_put_metadata(const struct package *content, const char *extra, struct writer *out)
{
    const size_t mark = tlv_open(out, 0xBF25);
    tlv_put(out, 0x5A, bytes_of(content->file_iccid, PACKAGE_ICCID_SIZE));
    tlv_put(out, 0x91, bytes_of_text("Provider"));
    tlv_put(out, 0x92, bytes_of_text("Name"));
    const size_t recipients = tlv_open(out, 0xB6);
    for (unsigned event = 1; event <= LAST_EVENT; event++)
        put_recipient(out, 1u << event, PEER_ADDRESS);
    put_recipient(out, 1u << 4, "other.example.com");
    tlv_close(out, recipients);
    cr_assert(hex_decode(extra, out));
    tlv_close(out, mark);
    cr_assert(!out->overflow);
}

int v3_reason_for(struct peer *peer, unsigned number, const char *extra, bool v3)
{
    uint8_t room[4096];
    struct writer metadata = writer_on(room, sizeof(room));
    const struct package content = package_numbered(number);
    v3_put_metadata(&content, extra, &metadata);
    cr_assert(peer_authenticate(peer, &(struct peer_authentication){.v3 = v3}) == 0);
    cr_assert(peer_prepare(peer, &(struct peer_preparation){0}) == 0);
    peer_bind(peer,
              &(struct peer_binding){.content = &content, .metadata = writer_bytes(&metadata)});
    const struct peer_outcome outcome = peer_load(peer, PEER_CUT_LPAC);
    cr_assert(outcome.installed || outcome.command == 2);
    return outcome.installed ? 0 : outcome.reason;
}
