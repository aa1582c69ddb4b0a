/* script: remote commands and what is answered to them, in the compact and in the expanded form
 * (TS 102 226 §5). Which form it is the content says. */
#ifndef EMUICC_FS_OTA_SCRIPT_H
#define EMUICC_FS_OTA_SCRIPT_H

#include "apdu/checkpoint.h"
#include "apdu/command.h"
#include "apdu/tlv.h"
#include "fs/ota/chain.h"

#define SCRIPT_RESPONSE_MAX 4096 /* bytes that a script may answer */

/* Who carries the commands out. */
struct script_target {
    void *state;
    const struct checkpoint_watch *watch; /* NULL: nobody watches */
    const struct command_table *names;    /* of its instructions, for the trace; may be NULL */
    /* A command of this kind brings data: P3 of the compact form is Lc, else Le. */
    bool (*takes_data)(void *state, uint8_t cla, uint8_t ins);
    /* As a command_handler. What it answers beyond Le waits for GET RESPONSE. */
    int (*execute)(void *state, const struct apdu *apdu, struct writer *response);
    /* The terminal is to be asked for this: the COMPREHENSION-TLVs of a proactive command. False if
     * it cannot be. NULL: nothing can. */
    bool (*act)(void *state, struct bytes command);
    /* The script belongs to others: as chain_enter(). NULL: none does. */
    int (*chain)(void *state, uint8_t position);
};

/* Runs a script to its end or to the first command that is refused, and appends what is answered:
 * at most SCRIPT_RESPONSE_MAX bytes. 0, or a failure, after which nothing of it may stay. */
int script_run(const struct script_target *target, struct bytes script, struct writer *out);

/* A status word after which a script goes on. */
bool script_goes_on(uint16_t status);

#endif
