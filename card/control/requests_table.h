/* requests_table: what the sources of requests share. Each handler's context is the card. */
#ifndef EMUICC_CARD_CONTROL_REQUESTS_TABLE_H
#define EMUICC_CARD_CONTROL_REQUESTS_TABLE_H

#include "card/card.h"
#include "card/control/control.h"

#define REQUESTS_NO_CHIP "what was restored could not be read; restore something else"

/* {"done": true}, for what has nothing else to say. NULL. */
const char *requests_done(struct writer *answer);

control_handler requests_fault_list, requests_fault_add, requests_fault_remove,
    requests_fault_clear;
/* The card in its reader. */
control_handler requests_status, requests_eject, requests_insert, requests_reset;
/* Its profiles, by somebody who needs no reader for it. */
control_handler requests_snapshot, requests_restore;
control_handler requests_enable, requests_disable, requests_delete, requests_memory_reset;
/* What is on it, for those who look. */
control_handler requests_files, requests_get, requests_certificates;

#endif
