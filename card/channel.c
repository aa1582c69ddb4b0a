#include "card/channel.h"

#include "apdu/status.h"
#include "fs/domain/domain.h"
#include "fs/uicc/uicc.h"

#define INS_MANAGE_CHANNEL 0x70
#define INS_GET_RESPONSE 0xC0
#define P1_OPEN 0x00
#define P1_CLOSE 0x80
#define P1_SELECT_BY_AID 0x04
#define P2_CARD_ASSIGNS 0x00
#define CHANNEL_BASIC 0
#define CLASS_2G 0xA0

static struct channel *channel_of(struct channels *channels, const struct apdu *apdu)
{
    return &channels->channels[apdu->channel];
}

static const struct applications_row *row_of(const struct channels *channels, size_t place)
{
    return &channels->applications->rows[place];
}

static void deselect(struct channels *channels, uint8_t number)
{
    const struct applications_row *row = row_of(channels, channels->channels[number].selected);
    if (row->application->deselect != NULL)
        row->application->deselect(row->state, number);
}

static void open_channel(struct channels *channels, uint8_t number, uint8_t from)
{
    struct channel *channel = &channels->channels[number];
    channel->open = true;
    channel->selected =
        from == CHANNEL_BASIC ? APPLICATIONS_UICC : channels->channels[from].selected;
    if (from != CHANNEL_BASIC)
        domain_open_channel(channels->applications->domains, number, from);
    for (size_t i = 0; i < channels->applications->count; i++)
        if (row_of(channels, i)->open_channel != NULL)
            row_of(channels, i)->open_channel(row_of(channels, i)->state, number, from);
}

/* The lowest first: many clients know channels 1 to 3 only. */
static int open_lowest(struct channels *channels, uint8_t from, struct writer *response)
{
    for (uint8_t number = 1; number <= channels->dialect->channels; number++) {
        if (channels->channels[number].open)
            continue;
        open_channel(channels, number, from);
        writer_put_u8(response, number);
        return 0;
    }
    return SW_FUNCTION_NOT_SUPPORTED;
}

static int open_numbered(struct channels *channels, uint8_t number, uint8_t from)
{
    if (number > channels->dialect->channels || channels->channels[number].open)
        return SW_WRONG_P1_P2;
    open_channel(channels, number, from);
    return 0;
}

static int close_numbered(struct channels *channels, uint8_t number)
{
    if (number == CHANNEL_BASIC || number >= APDU_CHANNELS)
        return SW_WRONG_P1_P2;
    struct channel *channel = &channels->channels[number];
    if (!channel->open)
        return SW_CHANNEL_NOT_SUPPORTED;
    deselect(channels, number);
    domain_deselect(channels->applications->domains, number);
    response_pending_release(&channel->pending);
    channel->open = false;
    return 0;
}

static int manage_channel(void *state, const struct apdu *apdu, struct writer *response)
{
    struct channels *channels = state;
    if (apdu->p1 == P1_OPEN && apdu->p2 == P2_CARD_ASSIGNS)
        return open_lowest(channels, apdu->channel, response);
    if (apdu->p1 == P1_OPEN)
        return open_numbered(channels, apdu->p2, apdu->channel);
    if (apdu->p1 == P1_CLOSE)
        return close_numbered(channels, apdu->p2 != 0 ? apdu->p2 : apdu->channel);
    return SW_WRONG_P1_P2;
}

static int get_response(void *state, const struct apdu *apdu, struct writer *response)
{
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return SW_WRONG_P1_P2;
    return response_fetch(channel_pending(state, apdu), apdu, response);
}

/* Ends a selection: what the application said becomes true for the channel. */
static int settle_selection(struct channels *channels, const struct apdu *apdu, size_t place,
                            int status)
{
    struct channel *channel = channel_of(channels, apdu);
    if (status != 0 && (status < 0 || !response_status_carries_data((uint16_t)status)))
        return status;
    if (channel->selected != place)
        deselect(channels, apdu->channel);
    if (place != APPLICATIONS_DOMAIN) /* which has ended what was before itself */
        domain_deselect(channels->applications->domains, apdu->channel);
    channel->selected = (uint8_t)place;
    return status;
}

static int select_at(struct channels *channels, const struct apdu *apdu, size_t place,
                     struct bytes aid, struct writer *response)
{
    const struct applications_row *row = row_of(channels, place);
    const int status = row->application->select(row->state, apdu, aid, response);
    return settle_selection(channels, apdu, place, status);
}

/* Without an AID it is the issuer's domain: the enabled profile's, or else the ISD-R. */
static int select_default(struct channels *channels, const struct apdu *apdu,
                          struct writer *response)
{
    const struct domains *domains = channels->applications->domains;
    const struct applications_row *row = row_of(channels, APPLICATIONS_DOMAIN);
    if (row->application->matches(row->state, apdu, apdu->data))
        return select_at(channels, apdu, APPLICATIONS_DOMAIN, apdu->data, response);
    const struct bytes isd_r = domain_aid_bytes(&domains->chip_aid);
    row = row_of(channels, APPLICATIONS_ISD_R);
    if (isd_r.len == 0 || !row->application->matches(row->state, apdu, isd_r))
        return SW_FILE_NOT_FOUND;
    return select_at(channels, apdu, APPLICATIONS_ISD_R, isd_r, response);
}

static int select_application(struct channels *channels, const struct apdu *apdu,
                              struct writer *response)
{
    if (apdu->data.len == 0)
        return select_default(channels, apdu, response);
    for (size_t place = 0; place < channels->applications->count; place++) {
        const struct applications_row *row = row_of(channels, place);
        if (row->application->matches(row->state, apdu, apdu->data))
            return select_at(channels, apdu, place, apdu->data, response);
    }
    return SW_FILE_NOT_FOUND;
}

static int run(const struct applications_row *where, const struct command_row *row,
               const struct apdu *apdu, struct writer *response)
{
    const struct application *application = where->application;
    const int refusal = application->admit != NULL ? application->admit(where->state, row) : 0;
    return refusal != 0 ? refusal : row->handle(where->state, apdu, response);
}

/* Files belong to the UICC, whatever is selected. */
static int select_file(struct channels *channels, const struct apdu *apdu, struct writer *response)
{
    const struct applications_row *uicc = row_of(channels, APPLICATIONS_UICC);
    const struct command_row *row;
    int status = command_match(&uicc->application->commands, apdu, &row);
    if (status != 0)
        return status;
    status = run(uicc, row, apdu, response);
    return settle_selection(channels, apdu, APPLICATIONS_UICC, status);
}

static int select_any(void *state, const struct apdu *apdu, struct writer *response)
{
    return apdu->p1 == P1_SELECT_BY_AID ? select_application(state, apdu, response)
                                        : select_file(state, apdu, response);
}

/* clang-format off */
static const struct command_row own_rows[] = {
    {"MANAGE CHANNEL", 0x00, INS_MANAGE_CHANNEL, APDU_CASE_2, manage_channel, "TS 102 221 §11.1.17"},
    {"GET RESPONSE", 0x00, INS_GET_RESPONSE, APDU_CASE_2, get_response, "TS 102 221 §11.1.18"},
    {"GET RESPONSE", 0x80, INS_GET_RESPONSE, APDU_CASE_2, get_response, "TS 102 221 §11.1.18"},
    {"SELECT", 0x00, 0xA4, APDU_CASE_ANY, select_any, "TS 102 221 §11.1.1"},
};
/* clang-format on */
static const struct command_table own_table = {own_rows, sizeof(own_rows) / sizeof(own_rows[0])};

/* T=0 has one form, P3 = 00, for "no Le" and for Le = 256, and clients pass it on: a command that
 * has no answer data is taken with that Le, and MANAGE CHANNEL gives its number without it. */
static void read_case_anew(struct apdu *apdu)
{
    if (apdu->shape == APDU_CASE_2 && apdu->le == APDU_LE_SHORT_MAX && !apdu->extended) {
        apdu->shape = APDU_CASE_1;
        apdu->le = 0;
    } else if (apdu->shape == APDU_CASE_1 && apdu->ins == INS_MANAGE_CHANNEL) {
        apdu->shape = APDU_CASE_2;
        apdu->le = APDU_LE_SHORT_MAX;
    }
}

static int match(const struct dialect *dialect, const struct command_table *table,
                 struct apdu *apdu, const struct command_row **row)
{
    const struct apdu as_sent = *apdu;
    int status = command_match(table, apdu, row);
    if (status != SW_WRONG_LENGTH || dialect->le == DIALECT_LE_EXACT)
        return status;
    read_case_anew(apdu);
    status = command_match(table, apdu, row);
    if (status != 0)
        *apdu = as_sent;
    return status;
}

/* Toolkit commands are the UICC's, whatever is selected. */
static const struct applications_row *addressee(const struct channels *channels,
                                                const struct apdu *apdu)
{
    const bool toolkit = uicc_is_toolkit(apdu->cla, apdu->ins);
    return row_of(channels,
                  toolkit ? APPLICATIONS_UICC : channels->channels[apdu->channel].selected);
}

/* The ISD-R understands what every security domain does, besides its own. */
static int run_domain(struct channels *channels, const struct applications_row *selected,
                      struct apdu *apdu, struct writer *response, int otherwise)
{
    const struct command_row *row;
    if (selected->domain != APPLICATIONS_CHIP ||
        (otherwise != SW_INSTRUCTION && otherwise != SW_CLASS))
        return otherwise;
    const int status = match(channels->dialect, &domain_commands, apdu, &row);
    if (status != 0)
        return status == SW_CLASS ? otherwise : status;
    return domain_handle(channels->applications->domains, true, apdu, response);
}

static int run_selected(struct channels *channels, const struct applications_row *selected,
                        struct apdu *apdu, struct writer *response)
{
    const struct command_row *row;
    const int own = match(channels->dialect, &own_table, apdu, &row);
    if (own == 0)
        return row->handle(channels, apdu, response);
    if (own == SW_WRONG_LENGTH)
        return own;
    const int theirs = match(channels->dialect, &selected->application->commands, apdu, &row);
    if (theirs == 0)
        return run(selected, row, apdu, response);
    return run_domain(channels, selected, apdu, response, theirs == SW_CLASS ? own : theirs);
}

/* What waits for GET RESPONSE was wrapped when it was made; T=0's readers ask for it in the class
 * of the command before, without a checksum. */
static int unwrap(struct channels *channels, const struct applications_row *selected,
                  struct apdu *apdu)
{
    if (!apdu->secured || apdu->ins == INS_GET_RESPONSE)
        return 0;
    return domain_unwrap(channels->applications->domains,
                         selected->domain != APPLICATIONS_NO_DOMAIN, apdu);
}

int channel_dispatch(struct channels *channels, struct apdu *apdu, struct writer *response)
{
    struct channel *channel = channel_of(channels, apdu);
    const struct applications_row *selected = addressee(channels, apdu);
    if (!channel->open)
        return SW_CHANNEL_NOT_SUPPORTED;
    if (channels->dialect->classes == DIALECT_CLASSES_2G && apdu->family != CLASS_2G)
        return SW_CLASS;
    if (apdu->extended && !channels->dialect->extended)
        return SW_WRONG_LENGTH;
    const int refusal = unwrap(channels, selected, apdu);
    if (refusal != 0)
        return refusal;
    if (apdu->ins != INS_GET_RESPONSE)
        response_pending_drop(&channel->pending);
    return run_selected(channels, selected, apdu, response);
}

const struct command_row *channel_look(const struct channels *channels, struct apdu apdu,
                                       const char **application)
{
    const struct applications_row *selected = addressee(channels, &apdu);
    const struct command_row *row = NULL;
    *application = selected->application->name;
    if (match(channels->dialect, &own_table, &apdu, &row) != 0 &&
        match(channels->dialect, &selected->application->commands, &apdu, &row) != 0 &&
        selected->domain == APPLICATIONS_CHIP)
        (void)match(channels->dialect, &domain_commands, &apdu, &row);
    return row;
}

struct response_pending *channel_pending(struct channels *channels, const struct apdu *apdu)
{
    return &channel_of(channels, apdu)->pending;
}

void channel_reset(struct channels *channels)
{
    for (size_t i = 0; i < APDU_CHANNELS; i++) {
        response_pending_release(&channels->channels[i].pending);
        channels->channels[i] = (struct channel){.open = i == CHANNEL_BASIC};
    }
}

void channel_end_uicc(struct channels *channels)
{
    for (size_t i = 0; i < APDU_CHANNELS; i++) {
        struct channel *channel = &channels->channels[i];
        if (!channel->open || !row_of(channels, channel->selected)->of_profile)
            continue;
        response_pending_release(&channel->pending);
        channel->open = i == CHANNEL_BASIC;
        channel->selected = APPLICATIONS_UICC;
    }
}

void channel_init(struct channels *channels, const struct applications *applications,
                  const struct dialect *dialect)
{
    *channels = (struct channels){.applications = applications, .dialect = dialect};
    channels->channels[CHANNEL_BASIC].open = true;
}
