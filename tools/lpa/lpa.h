/* lpa: what a command of emuicc-lpa works with, and the table of commands. */
#ifndef EMUICC_TOOLS_LPA_LPA_H
#define EMUICC_TOOLS_LPA_LPA_H

#include "apdu/options.h"
#include "tools/lib/es10/es10b.h"
#include "tools/lib/es9/http.h"
#include "tools/lib/download/progress.h"

struct lpa_options {
    bool download, json, no_notify, refresh, rpm, verbose, yes;
    const char *reader, *serial, *direct, *isd_r, *block, *ca, *confirmation_code, *imei, *record;
    const char *check, *push_token;
    const char *to, *to_eid, *to_imei, *moves; /* of a change of device */
    struct options_list connect_to, smds;
};

struct lpa {
    struct lpa_options options;
    struct fault fault;
    struct progress progress;
    struct transport *transport;
    struct chip chip;
    struct es10 es10;
    struct http http; /* of commands that need a server */
    FILE *record;
};

struct lpa_command {
    const char *name;
    const char *arguments; /* "ID NAME" */
    const char *help;
    int least, most; /* arguments */
    bool server;     /* it talks to one */
    /* Does it. The document is an empty object, filled as far as the command comes. */
    bool (*run)(struct lpa *lpa, int count, char **arguments, json_t *document);
    /* Prints the document of a success for people. */
    void (*show)(const json_t *document);
};

/* NULL, with a fault, if there is none of this name with this many arguments. */
const struct lpa_command *lpa_command_find(const char *name, int count, struct fault *fault);

/* The program's options; its footer is lpa_footer()'s: the commands and what they are for. */
extern const struct options_program lpa_program;
#define LPA_FOOTER_SIZE 3072
void lpa_footer(char *text, size_t size);

/* Finds the command, opens what it needs, runs it, closes all, and prints document or fault. 0
 * if the command did what was asked, or the program's exit status. `transport` is closed here. */
int lpa_run(struct lpa *lpa, struct transport *transport, int count, char **words);

/* A card with what talks to it and, on demand, to servers: as options and transport say. False
 * after a fault; lpa_close() is due in any case. */
bool lpa_open(struct lpa *lpa, bool server);
void lpa_close(struct lpa *lpa);

/* What --imei says of the device; false after a fault. */
bool lpa_device(struct lpa *lpa, struct es10b_device *out);

/* The sources of the commands: command_info.c and so on. */
bool command_info_run(struct lpa *lpa, int count, char **arguments, json_t *document);
void command_info_show(const json_t *document);
bool command_list_run(struct lpa *lpa, int count, char **arguments, json_t *document);
void command_list_show(const json_t *document);
bool command_profile_enable(struct lpa *lpa, int count, char **arguments, json_t *document);
bool command_profile_disable(struct lpa *lpa, int count, char **arguments, json_t *document);
bool command_profile_delete(struct lpa *lpa, int count, char **arguments, json_t *document);
bool command_profile_nickname(struct lpa *lpa, int count, char **arguments, json_t *document);
void command_profile_show(const json_t *document);
bool command_download_run(struct lpa *lpa, int count, char **arguments, json_t *document);
void command_download_show(const json_t *document);
/* Shows what a server says of a profile before it is loaded; context: the lpa. */
void command_download_announce(void *context, const json_t *profile);
bool command_discover_run(struct lpa *lpa, int count, char **arguments, json_t *document);
void command_discover_show(const json_t *document);
bool command_move_run(struct lpa *lpa, int count, char **arguments, json_t *document);
void command_move_show(const json_t *document);
bool command_recover_run(struct lpa *lpa, int count, char **arguments, json_t *document);
void command_recover_show(const json_t *document);
bool command_rpm_run(struct lpa *lpa, int count, char **arguments, json_t *document);
void command_rpm_show(const json_t *document);
/* What came of one RPM package: the members that rpm_execute() sets. */
void command_rpm_show_commands(const json_t *session);
bool command_notifications_run(struct lpa *lpa, int count, char **arguments, json_t *document);
void command_notifications_show(const json_t *document);

#endif
