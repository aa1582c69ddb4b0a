#include "fs/ota/action.h"

#include "apdu/comprehension.h"

#define TAG_COMMAND_DETAILS 0x81
#define TAG_DEVICE_IDENTITIES 0x82
#define DETAILS_LEN 3

static const struct {
    uint8_t type;
    enum proactive_kind kind;
} allowed[] = {
    {0x01, PROACTIVE_REFRESH}, {0x20, PROACTIVE_PLAY_TONE}, {0x21, PROACTIVE_DISPLAY_TEXT}};

/* The number is the queue's, whatever the script says; the devices are those of the command. */
bool action_ask(struct proactive *proactive, struct bytes command)
{
    struct tlv details, devices;
    if (!comprehension_take(&command, TAG_COMMAND_DETAILS, &details) ||
        details.value.len != DETAILS_LEN)
        return false;
    (void)comprehension_take(&command, TAG_DEVICE_IDENTITIES, &devices);
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
        if (allowed[i].type == details.value.data[1])
            return proactive_send_qualified(proactive, allowed[i].kind, details.value.data[2],
                                            command);
    return false;
}
