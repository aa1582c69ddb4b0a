/* rpm_command: the commands of an RPM package, one row each, and what allows them (SGP.22 §3.7,
 * §5.7.23, Annex H). */
#ifndef EMUICC_ISD_R_RPM_RPM_COMMAND_H
#define EMUICC_ISD_R_RPM_RPM_COMMAND_H

#include "isd-r/profiles/rpm_configuration.h"
#include "isd-r/rpm/rpm.h"

struct rpm_command;

/* target is allowed to be managed so, NULL for a command without ICCID. *answer is the result's
 * code, 0: it succeeded. 0 or a failure. */
typedef int rpm_command_handler(struct rpm *rpm, const struct rpm_command *command,
                                const struct registry_profile *target, int *answer);
/* RpmCommandResult's rpmCommandResultData. The registry is as the handler has left it. */
typedef void rpm_command_put(const struct rpm *rpm, const struct rpm_command *command, int answer,
                             struct writer *out);

struct rpm_command_row {
    uint32_t tag;
    const char *name; /* SGP.22's: "enable" */
    uint32_t type;    /* RPM_TYPE_*; 0: the manager's tagList allows it */
    bool has_iccid;   /* it is about one profile */
    bool has_refresh; /* it changes which profile is enabled */
    bool ends;        /* no command may follow */
    int unknown;      /* answer for an ICCID that is not on the chip */
    int not_allowed;  /* answer where the profile is a test profile or no RpmConfiguration allows it
                       */
    uint32_t result_tag; /* of the result */
    rpm_command_handler *handle;
    rpm_command_put *put;
};
struct rpm_command_table {
    const struct rpm_command_row *rows;
    size_t count;
};
extern const struct rpm_command_table rpm_commands;

/* One RpmCommand; the slices borrow. */
struct rpm_command {
    bool continues; /* continueOnFailure */
    const struct rpm_command_row *row;
    struct bytes iccid; /* empty where the row has none */
    struct bytes rest;  /* ListProfileInfo's value, UpdateMetadataRequest's, or what follows */
};
/* Takes the next; false, with nothing moved, if it is unknown or damaged. */
bool rpm_command_take(struct bytes *package, struct rpm_command *out);

/* Carries it out and writes its RpmCommandResult; *answer as the handler gives it. */
int rpm_command_run(struct rpm *rpm, const struct rpm_command *command, struct writer *results,
                    int *answer);

#endif
