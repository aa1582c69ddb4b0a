/* owner: who works on a row of a batch: a process of this machine, and which of its hands. As text,
 * so that another process can see whether that one still lives. */
#ifndef EMUICC_TOOLS_LIB_BATCH_OWNER_H
#define EMUICC_TOOLS_LIB_BATCH_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#define OWNER_SIZE 96

/* This process; hand: one of its threads. False if the system does not tell. */
bool owner_self(unsigned hand, char text[OWNER_SIZE]);

/* Whether that process may still be at work. One of another machine, or of before a restart of this
 * one, is given a while from `since` (seconds since 1970) on. */
#define OWNER_SECONDS 600
bool owner_lives(const char *text, int64_t since, int64_t now);

#endif
