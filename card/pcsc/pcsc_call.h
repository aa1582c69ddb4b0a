/* pcsc_call: what a message asks, command by command. */
#ifndef EMUICC_CARD_PCSC_PCSC_CALL_H
#define EMUICC_CARD_PCSC_PCSC_CALL_H

#include "card/pcsc/pcsc_state.h"

#define PCSC_ATTRIBUTE_WORDS (4 + PCSC_ATTRIBUTE_SIZE / PCSC_WORD)
#define PCSC_CALL_WORDS_MAX PCSC_ATTRIBUTE_WORDS
#define PCSC_NO_RESULT 0xFF

/* A message taken apart. */
struct pcsc_call {
    struct pcsc_service *service;
    struct pcsc_client *client;
    uint8_t *body;        /* the command's words, a copy: the answer is written over them */
    struct bytes data;    /* what follows the words */
    struct bytes answers; /* what follows the words of the answer; empty: nothing */
};

/* Works on the words; sets the word of the result. */
typedef void pcsc_call_handler(struct pcsc_call *call);

struct pcsc_call_row {
    uint32_t command;
    uint8_t words;  /* of the body */
    uint8_t data;   /* number of the word that says how many bytes follow; 0: none do */
    uint8_t result; /* number of the word with the result; PCSC_NO_RESULT: the answer is something
                       else */
    pcsc_call_handler *handle;
};

/* NULL: there is no such command. */
const struct pcsc_call_row *pcsc_call_find(uint32_t command);

#endif
