/* print: answers of a card as text for people. */
#ifndef EMUICC_TOOLS_CTL_PRINT_H
#define EMUICC_TOOLS_CTL_PRINT_H

#include <jansson.h>

void print_list(const json_t *answer);
void print_show(const json_t *answer);
void print_files(const json_t *answer);
/* Names and values, a line each; nothing for {"done": true}. */
void print_object(const json_t *answer);
void print_snapshots(const json_t *answer);
/* EIDs, a line each. */
void print_chips(const json_t *answer);
void print_faults(const json_t *answer);
void print_findings(const json_t *answer);
void print_json(const json_t *answer);

#endif
