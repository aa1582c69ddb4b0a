#include "card/library/emuicc.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/control/requests.h"
#include "card/fault/fault_table.h"
#include "card/reader/contact.h"
#include "card/startup.h"

/* Fields of the options in version 0.2: whoever was compiled with fewer bytes is refused. */
#define OPTIONS_SIZE sizeof(struct emuicc_options)

struct emuicc {
    pthread_mutex_t lock;
    struct card card;
    struct contact contact;
    struct control_table requests;
    emuicc_log *log;
    void *log_context;
    uint8_t room[CARD_RESPONSE_CAPACITY];
};

const char *emuicc_version(void)
{
    return EMUICC_VERSION;
}

static void log_line(void *context, enum trace_level level, const char *text)
{
    static const enum emuicc_level levels[] = {[TRACE_ERROR] = EMUICC_ERROR,
                                               [TRACE_NOTICE] = EMUICC_NOTICE,
                                               [TRACE_DETAIL] = EMUICC_DETAIL};
    const struct emuicc *chip = context;
    if (chip->log != NULL)
        chip->log(chip->log_context, levels[level], text);
}

/* From here to leave() the chip is this thread's, and its lines go to the chip's log. */
static void enter(struct emuicc *chip)
{
    pthread_mutex_lock(&chip->lock);
    trace_here(log_line, chip);
}

static void leave(struct emuicc *chip)
{
    trace_here(NULL, NULL);
    pthread_mutex_unlock(&chip->lock);
}

static int start(struct emuicc *chip, const struct emuicc_options *options)
{
    const struct startup_plan plan = {.state = options->state,
                                      .pki = options->pki,
                                      .eid = options->eid,
                                      .seed = options->seed,
                                      .personality = options->personality,
                                      .install = options->install,
                                      .install_count = options->install_count};
    int result = startup_card(&plan, &chip->card);
    if (result == 0 && options->faults != NULL) {
        result = faults_read_file(&chip->card.hardware.faults, options->faults);
        card_arm(&chip->card);
    }
    contact_init(&chip->contact, &chip->card);
    chip->requests = requests_table(&chip->card);
    return result;
}

int emuicc_open(const struct emuicc_options *options, struct emuicc **out)
{
    if (options == NULL || out == NULL || options->size < OPTIONS_SIZE || options->state == NULL ||
        (options->install_count > 0 && options->install == NULL))
        return EMUICC_ARGUMENT;
    struct emuicc *chip = calloc(1, sizeof(*chip));
    if (chip == NULL)
        return EMUICC_FAILED;
    chip->log = options->log;
    chip->log_context = options->log_context;
    pthread_mutex_init(&chip->lock, NULL);
    enter(chip);
    const int result = start(chip, options);
    leave(chip);
    if (result != 0) {
        emuicc_close(chip);
        return EMUICC_FAILED;
    }
    *out = chip;
    return EMUICC_FINE;
}

void emuicc_close(struct emuicc *chip)
{
    if (chip == NULL)
        return;
    enter(chip);
    card_close(&chip->card);
    leave(chip);
    pthread_mutex_destroy(&chip->lock);
    free(chip);
}

int emuicc_power(struct emuicc *chip, enum emuicc_power power)
{
    static const enum card_power powers[] = {[EMUICC_POWER_OFF] = CARD_OFF,
                                             [EMUICC_POWER_ON] = CARD_ON,
                                             [EMUICC_POWER_RESET] = CARD_RESET};
    if (chip == NULL || power < EMUICC_POWER_OFF || power > EMUICC_POWER_RESET)
        return EMUICC_ARGUMENT;
    enter(chip);
    const bool there = contact_power(&chip->contact, powers[power]);
    leave(chip);
    return there ? EMUICC_FINE : EMUICC_GONE;
}

static long copy(struct bytes from, void *buffer, size_t size)
{
    if (from.len > size)
        return EMUICC_ROOM;
    if (from.len > 0)
        memcpy(buffer, from.data, from.len);
    return (long)from.len;
}

long emuicc_atr(struct emuicc *chip, uint8_t *buffer, size_t size)
{
    if (chip == NULL || buffer == NULL)
        return EMUICC_ARGUMENT;
    enter(chip);
    const long result = contact_is_present(&chip->contact)
                            ? copy(card_atr(&chip->card), buffer, size)
                            : EMUICC_GONE;
    leave(chip);
    return result;
}

static long transmit(struct emuicc *chip, struct bytes command, uint8_t *buffer, size_t size)
{
    struct writer response = writer_on(chip->room, sizeof(chip->room));
    switch (contact_transmit(&chip->contact, command, &response)) {
    case CONTACT_ANSWERED:
        return copy(writer_bytes(&response), buffer, size);
    case CONTACT_MUTE:
        return EMUICC_MUTE;
    default:
        return EMUICC_GONE;
    }
}

long emuicc_transmit(struct emuicc *chip, const uint8_t *command, size_t command_len,
                     uint8_t *buffer, size_t size)
{
    if (chip == NULL || command == NULL || buffer == NULL || command_len > APDU_COMMAND_MAX)
        return EMUICC_ARGUMENT;
    enter(chip);
    const long result = transmit(chip, bytes_of(command, command_len), buffer, size);
    leave(chip);
    return result;
}

/* As the control socket answers. */
static void answer(struct emuicc *chip, const char *request, struct writer *out)
{
    const char *why = control_answer(&chip->requests, bytes_of_text(request), out);
    if (why == NULL)
        return;
    out->len = 0;
    writer_put(out, bytes_of_text("{\"error\": \""));
    writer_put(out, bytes_of_text(why));
    writer_put(out, bytes_of_text("\"}"));
}

long emuicc_request(struct emuicc *chip, const char *request, char *buffer, size_t size)
{
    if (chip == NULL || request == NULL || buffer == NULL || size == 0)
        return EMUICC_ARGUMENT;
    struct writer out = writer_on((uint8_t *)buffer, size - 1);
    enter(chip);
    answer(chip, request, &out);
    leave(chip);
    if (out.overflow)
        return EMUICC_ROOM;
    buffer[out.len] = '\0';
    return (long)out.len;
}
