/* scp81_parameters: what an administration over HTTP needs to know: where it goes, under which key,
 * how often it is tried (GlobalPlatform Amendment B §3.7, §3.8). A domain keeps some of it, a
 * trigger brings the rest, and what it brings counts more. */
#ifndef EMUICC_FS_SCP81_SCP81_PARAMETERS_H
#define EMUICC_FS_SCP81_SCP81_PARAMETERS_H

#include "apdu/tlv.h"
#include "fs/domain/domain_aid.h"

#define SCP81_STORED 0x0085 /* object of a domain that has them */
#define SCP81_TIMER_SIZE 3  /* hours, minutes, seconds as TIMER MANAGEMENT has them */

struct scp81_parameters {
    struct bytes connection; /* objects of OPEN CHANNEL */
    struct bytes identity;   /* of the key, for the server; empty: made of the chip's */
    uint8_t key_version;     /* 0: the first set for this protocol */
    uint8_t key_identifier;  /* 0: the set's first key for it */
    uint16_t retries;        /* beside the first attempt */
    struct bytes timer;      /* between two attempts; empty: none is retried */
    /* Data of SEND SHORT MESSAGE, for when the last attempt has failed; empty: nobody is told. What
     * a report looks like Amendment B leaves to vendors (table 4-7): this is ours. */
    struct bytes report;
    struct bytes host, agent, uri;
};

/* Adds what these elements say, in place of what is there: slices borrow of them. False if they are
 * malformed or say what cannot be. */
bool scp81_parameters_add(struct scp81_parameters *parameters, struct bytes elements);
/* The elements that a domain's object holds. */
struct bytes scp81_parameters_stored(struct bytes object);
/* The data of a command packet are a trigger: with *elements, those of its parameters. */
bool scp81_parameters_trigger(struct bytes data, struct bytes *elements);

/* The data of OPEN CHANNEL: what is asked for, and by default a bearer and a buffer of
 * SCP81_BUFFER_DEFAULT bytes. False if it says neither to where nor how, or is too long. */
#define SCP81_BUFFER_DEFAULT 0x05DC
bool scp81_parameters_open(const struct scp81_parameters *parameters, struct writer *out);

#define SCP81_NAME_MAX 160 /* characters of what stands for the chip */
/* The identity of a chip's key, where none is set (SGP.02 §2.4.3.3.1, and OTA.md's reading of it):
 * hexadecimal. */
void scp81_parameters_identity(const uint8_t eid[16], const struct domain_aid *domain,
                               uint8_t key_version, uint8_t key_identifier, struct writer *out);
/* The agent: //se-id/eid/EID;//aa-id/aid/RID/PIX. */
void scp81_parameters_agent(const uint8_t eid[16], const struct domain_aid *domain,
                            struct writer *out);

#endif
