/* domain: the chip's security domains (GlobalPlatform Card Specification, GP UICC Configuration):
 * the application that those of the enabled profile are, the commands that all of them understand,
 * the ISD-R among them, and secure channels, one a logical channel.
 *
 * For whoever carries commands out without a channel (TS 102 226): domain_by_tar() finds the
 * application, domain_registry.h its keys and counters, and domain_execute() runs a command in a
 * context of the caller's own:
 *
 *     struct domain_context context;
 *     domain_context_init(&context, domains);
 *     context.owner = domains->profile;
 *     context.aid = entry->domain;
 *     context.authenticated = true;
 *     context.dek = ...;                the third key of the set that was used
 *     status = domain_execute(&context, &apdu, &response);
 *     domain_context_end(&context);
 */
#ifndef EMUICC_FS_DOMAIN_DOMAIN_H
#define EMUICC_FS_DOMAIN_DOMAIN_H

#include "apdu/application.h"
#include "fs/domain/domain_context.h"

/* Everything else of *domains is the caller's to fill in before. */
void domain_init(struct domains *domains);
void domain_finish(struct domains *domains);
/* Reset: secure channels and what is under way end. */
void domain_reset(struct domains *domains);
/* Another profile is enabled (0: none), which ends what was under way with the last one's entries;
 * or what was read is to be forgotten after a rollback. */
void domain_set_profile(struct domains *domains, uint32_t profile);
/* Memory that can be read again from the store is given back. */
void domain_rest(struct domains *domains);
/* A channel was opened from another: the same domain is selected on it. */
void domain_open_channel(struct domains *domains, uint8_t channel, uint8_t from);
/* Something else is selected on this channel, or it closes. */
void domain_deselect(struct domains *domains, uint8_t channel);

/* What is kept of a channel, made when it is first asked for. 0 or a failure. */
int domain_channel(struct domains *domains, uint8_t channel, struct domain_context **out);

/* A command to the domain that is selected on its channel; chip: to the ISD-R. Only what
 * domain_commands lists. Returns what a command_handler returns. */
int domain_handle(struct domains *domains, bool chip, const struct apdu *apdu,
                  struct writer *response);
extern const struct command_table domain_commands;

/* A command in a context that is its own. */
int domain_execute(struct domain_context *context, const struct apdu *apdu,
                   struct writer *response);

/* The entry of the enabled profile that a TAR belongs to, NULL if there is none; it borrows from
 * *registry. 0 or a failure. */
int domain_by_tar(struct domains *domains, const uint8_t tar[DOMAIN_TAR_SIZE],
                  struct domain_registry **registry, struct domain_entry **out);
/* A key of a domain; NULL if there is none or it is not for its applications. */
struct domain_key *domain_key_of(const struct domain_registry *registry,
                                 const struct domain_entry *domain, uint8_t version,
                                 uint8_t identifier);

/* Takes a command that indicates secure messaging out of it: *apdu is then the plain command, whose
 * data the session holds until the next one. 0, a status word, or a failure. */
int domain_unwrap(struct domains *domains, bool domain_selected, struct apdu *apdu);
/* Wraps the answer to that command. 0 or a failure. */
int domain_wrap(struct domains *domains, uint16_t status, struct writer *response);

/* state: struct domains *. What of the enabled profile can be selected beside its files. */
extern const struct application domain_application;

#endif
