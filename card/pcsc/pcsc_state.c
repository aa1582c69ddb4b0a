#include "card/pcsc/pcsc_state.h"

uint32_t *pcsc_state_context(struct pcsc_client *client, uint32_t id)
{
    for (size_t i = 0; i < PCSC_CONTEXTS_MAX; i++)
        if (client->contexts[i] == id)
            return &client->contexts[i];
    return NULL;
}

/* Ids are never 0, and as positive numbers what the library can sign-extend as it likes. */
uint32_t pcsc_state_new_id(struct pcsc_service *service)
{
    service->last_id = service->last_id < INT32_MAX ? service->last_id + 1 : 1;
    return service->last_id;
}

struct pcsc_handle *pcsc_state_free_handle(struct pcsc_service *service)
{
    for (size_t i = 0; i < PCSC_HANDLES_MAX; i++)
        if (service->handles[i].id == 0)
            return &service->handles[i];
    return NULL;
}

struct pcsc_handle *pcsc_state_handle(struct pcsc_service *service, struct pcsc_client *client,
                                      uint32_t id)
{
    for (size_t i = 0; id != 0 && i < PCSC_HANDLES_MAX; i++) {
        struct pcsc_handle *handle = &service->handles[i];
        if (handle->id == id && pcsc_state_context(client, handle->context) != NULL)
            return handle;
    }
    return NULL;
}

void pcsc_state_drop_handles(struct pcsc_service *service, uint32_t context)
{
    for (size_t i = 0; i < PCSC_HANDLES_MAX; i++)
        if (service->handles[i].id != 0 && service->handles[i].context == context)
            pcsc_reader_abandon(&service->handles[i], service->now());
}
