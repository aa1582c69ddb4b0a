/* commands: the table of what the modem can do (command_table.c), and the handler of each row. */
#ifndef EMUICC_TOOLS_MODEM_COMMANDS_H
#define EMUICC_TOOLS_MODEM_COMMANDS_H

#include "tools/lib/at/values.h"
#include "tools/modem/state.h"

struct modem_row {
    const char *name;  /* "+CGLA" */
    unsigned forms;    /* enum line_form, those it has; a test has none of its own in the handler */
    const char *range; /* what =? says behind the name; NULL if there is no test form */
    enum cme (*run)(struct modem *modem, const struct line_command *command);
    bool card; /* it needs the card: not while +CFUN is 0 */
    const char *section;
};

/* The i-th row of the table; NULL behind its end. */
const struct modem_row *modem_row(size_t i);
const struct modem_row *modem_find(const struct line_command *command);

/* Handlers: settings.c */
enum cme modem_attention(struct modem *modem, const struct line_command *command);
enum cme modem_echo(struct modem *modem, const struct line_command *command);
enum cme modem_quiet(struct modem *modem, const struct line_command *command);
enum cme modem_verbose(struct modem *modem, const struct line_command *command);
enum cme modem_reset(struct modem *modem, const struct line_command *command);
enum cme modem_line_signal(struct modem *modem, const struct line_command *command);
enum cme modem_cmee(struct modem *modem, const struct line_command *command);
enum cme modem_cfun(struct modem *modem, const struct line_command *command);
/* identity.c */
enum cme modem_information(struct modem *modem, const struct line_command *command);
enum cme modem_manufacturer(struct modem *modem, const struct line_command *command);
enum cme modem_model(struct modem *modem, const struct line_command *command);
enum cme modem_revision(struct modem *modem, const struct line_command *command);
enum cme modem_serial_number(struct modem *modem, const struct line_command *command);
enum cme modem_capabilities(struct modem *modem, const struct line_command *command);
enum cme modem_commands(struct modem *modem, const struct line_command *command);
/* apdu.c */
enum cme modem_csim(struct modem *modem, const struct line_command *command);
enum cme modem_ccho(struct modem *modem, const struct line_command *command);
enum cme modem_cgla(struct modem *modem, const struct line_command *command);
enum cme modem_cchc(struct modem *modem, const struct line_command *command);
/* file.c */
enum cme modem_crsm(struct modem *modem, const struct line_command *command);
enum cme modem_cimi(struct modem *modem, const struct line_command *command);
enum cme modem_cpin(struct modem *modem, const struct line_command *command);
/* security.c */
enum cme modem_ccid(struct modem *modem, const struct line_command *command);
enum cme modem_ciccid(struct modem *modem, const struct line_command *command);
enum cme modem_ceid(struct modem *modem, const struct line_command *command);
enum cme modem_catr(struct modem *modem, const struct line_command *command);
enum cme modem_cpinr(struct modem *modem, const struct line_command *command);
enum cme modem_clck(struct modem *modem, const struct line_command *command);
enum cme modem_cpwd(struct modem *modem, const struct line_command *command);

/* Of file.c, for other handlers: the USIM on the basic channel, if there is one. */
enum cme modem_select_usim(struct sim *sim, uint16_t *status);
/* The first bytes of a transparent file; the card's last word to *status. */
enum cme modem_read_file(struct sim *sim, uint16_t file, uint8_t len, struct writer *answer,
                         uint16_t *status);
/* A PIN of 4 to 8 characters as the card takes it, with its filling; false if the value is none. */
bool modem_take_pin(struct values *values, struct writer *out);
/* What a command on a PIN was answered. */
enum cme modem_pin_result(uint16_t status);
/* message.c */
enum cme modem_esms(struct modem *modem, const struct line_command *command);
enum cme modem_esmsr(struct modem *modem, const struct line_command *command);
enum cme modem_emenu(struct modem *modem, const struct line_command *command);
/* Takes what the card has sent; context: the modem. */
void modem_take_message(void *context, uint8_t type, uint8_t qualifier, struct bytes data);

#endif
