#include "tools/lpa/deliver.h"

static bool send_to(struct http *http, struct bytes address, struct bytes pending)
{
    char text[NOTIFICATION_ADDRESS_MAX + 1] = {0};
    struct es9_answer answer;
    const struct es9_argument argument = {ES9_PENDING_NOTIFICATION, pending};
    if (address.len <= NOTIFICATION_ADDRESS_MAX && memchr(address.data, 0, address.len) == NULL)
        memcpy(text, address.data, address.len);
    const bool sent = es9_call(http, ES9_HANDLE_NOTIFICATION, text, &argument, 1, &answer);
    es9_answer_finish(&answer);
    return sent;
}

bool deliver_notification(struct es10 *es10, struct http *http, uint32_t number,
                          struct bytes address)
{
    struct bytes pending;
    return es10b_retrieve_notification(es10, number, &pending) && send_to(http, address, pending) &&
           es10b_remove_notification(es10, number);
}
