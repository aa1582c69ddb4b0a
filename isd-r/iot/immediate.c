#include "isd-r/iot/immediate.h"

#include "apdu/status.h"
#include "fs/text/inventory_iot.h"

#define NAME INVENTORY_IOT_IMMEDIATE /* the content as it came */
#define TAG_FLAG 0x80
#define TAG_OID 0x81
#define TAG_ADDRESS 0x82

struct configuration {
    struct tlv flag, oid, address; /* tag 0: absent */
};

static bool parse(struct bytes content, struct configuration *out)
{
    return tlv_take_optional(&content, TAG_FLAG, &out->flag) &&
           tlv_take_optional(&content, TAG_OID, &out->oid) &&
           tlv_take_optional(&content, TAG_ADDRESS, &out->address);
}

bool immediate_is_configuration(struct bytes content)
{
    struct configuration configuration;
    return content.len <= IMMEDIATE_CONFIGURATION_MAX && parse(content, &configuration) &&
           configuration.flag.value.len == 0 &&
           configuration.oid.value.len <= SERVER_AUTH_OID_MAX &&
           der_is_utf8(configuration.address.value, RSP_ADDRESS_MAX) &&
           configuration.address.value.len <= RSP_ADDRESS_MAX;
}

int immediate_configure(struct store *store, struct bytes content)
{
    return store_put(store, NAME, content);
}

int immediate_forget(struct store *store, bool *there_was)
{
    uint8_t room[IMMEDIATE_CONFIGURATION_MAX];
    struct writer content = writer_on(room, sizeof(room));
    const int result = store_get(store, NAME, &content);
    *there_was = result == 0;
    if (result != 0)
        return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
    return store_forget(store, NAME);
}

static void keep(uint8_t *out, size_t size, uint8_t *len, struct bytes bytes)
{
    *len = (uint8_t)(bytes.len <= size ? bytes.len : 0);
    if (*len > 0)
        memcpy(out, bytes.data, *len);
}

void immediate_download_begin(struct immediate_download *download,
                              const struct rsp_session *session)
{
    *download = (struct immediate_download){0};
    keep(download->oid, sizeof(download->oid), &download->oid_len, rsp_session_oid(session));
    keep(download->address, sizeof(download->address), &download->address_len,
         rsp_session_address(session));
}

void immediate_download_finish(struct immediate_download *download,
                               const uint8_t iccid[METADATA_ICCID_SIZE])
{
    download->finished = true;
    memcpy(download->iccid, iccid, sizeof(download->iccid));
}

static bool fits(const struct tlv *wanted, struct bytes is)
{
    return wanted->value.len == 0 || bytes_equal(wanted->value, is);
}

static int read(struct store *store, struct writer *room, struct configuration *out)
{
    const int result = store_get(store, NAME, room);
    *out = (struct configuration){0};
    if (result == SW_REFERENCE_NOT_FOUND)
        return 0;
    return result != 0 || parse(writer_bytes(room), out) ? result : FAILURE_INTERNAL;
}

int immediate_is_set(struct store *store, bool *set)
{
    uint8_t room[IMMEDIATE_CONFIGURATION_MAX];
    struct writer content = writer_on(room, sizeof(room));
    struct configuration configuration;
    const int result = read(store, &content, &configuration);
    *set = configuration.flag.tag != 0;
    return result;
}

int immediate_allows(struct store *store, const struct immediate_download *download, bool *allowed)
{
    uint8_t room[IMMEDIATE_CONFIGURATION_MAX];
    struct writer content = writer_on(room, sizeof(room));
    struct configuration configuration;
    const int result = read(store, &content, &configuration);
    *allowed = configuration.flag.tag != 0 &&
               fits(&configuration.oid, bytes_of(download->oid, download->oid_len)) &&
               fits(&configuration.address, bytes_of(download->address, download->address_len));
    return result;
}
