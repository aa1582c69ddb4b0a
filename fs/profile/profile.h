/* profile: everything a package installs, as one object in one arena: files, PINs, PUKs, network
 * keys, and the elements that are stored without being run. saip builds it, store keeps it, uicc
 * reads it. Built aside, then linked in: nothing points into an incoming profile from outside. */
#ifndef EMUICC_FS_PROFILE_PROFILE_H
#define EMUICC_FS_PROFILE_PROFILE_H

#include "fs/profile/arena.h"
#include "fs/profile/file.h"

#define PROFILE_ICCID_SIZE 10
#define PIN_SIZE 8
#define AKA_SQN_COUNT 32
#define AKA_SQN_SIZE 6

struct pin {
    struct pin *next;
    uint32_t directory; /* id of the DF or ADF it belongs to; global ones: the MF's */
    uint8_t reference;  /* TS 102 221 table 9.3: 01..08, 81..88, 0A..0E, 8A..8E */
    uint8_t value[PIN_SIZE];
    uint8_t max, left;  /* tries */
    uint8_t attributes; /* bit 0 enabled, bit 1 may be changed, bit 2 may be disabled */
    uint8_t puk;        /* reference of its PUK; 0: none */
};

struct puk {
    struct puk *next;
    uint8_t reference;
    uint8_t value[PIN_SIZE];
    uint8_t max, left;
};

enum aka_algorithm { AKA_MILENAGE = 1, AKA_TUAK = 2, AKA_TEST = 3 };

/* PE-AKAParameter, one for each NAA. One that is mapped has nothing of its own below `mapped`:
 * profile_aka() leads to the one that is used. */
struct aka {
    struct aka *next;
    uint32_t adf;    /* id of the ADF it belongs to */
    uint32_t mapped; /* id of the ADF whose parameters it shares; 0: its own */
    uint8_t mapping_options;
    enum aka_algorithm algorithm;
    uint8_t options; /* algorithmOptions */
    uint8_t key[32];
    uint8_t key_len; /* 16 or 32 */
    uint8_t opc[32]; /* OPc, or TOPc */
    uint8_t opc_len;
    uint8_t rotation[5];
    uint8_t xoring[80];
    uint8_t keccak; /* numberOfKeccak */
    uint8_t auth_counter_max[3];
    bool has_auth_counter_max;
    uint8_t sqn_options;
    uint8_t sqn_delta[AKA_SQN_SIZE], sqn_age_limit[AKA_SQN_SIZE];
    uint8_t sqn[AKA_SQN_COUNT][AKA_SQN_SIZE]; /* without IND */
};

/* A profile element that is kept whole: the header, security domains, RFM, applications, CDMA
 * parameters, non-standard ones. */
struct element {
    struct element *next;
    uint32_t tag;
    uint32_t directory; /* id of the DF or ADF it was given for; 0: none */
    struct bytes whole; /* the element's TLV */
};

struct profile {
    struct arena arena;
    uint8_t iccid[PROFILE_ICCID_SIZE]; /* as in the header: digits in order, F-padded */
    uint8_t major, minor;              /* of the package format */
    char type[101];                    /* profileType, ends with 0 */
    struct file *mf;
    struct file *adfs; /* linked by next, in order of creation */
    struct pin *pins;
    struct puk *puks;
    struct aka *akas;
    struct element *elements;
    uint32_t file_count; /* ids 1..file_count are taken */
};

int profile_create(struct profile **out);      /* 0 or a failure */
void profile_destroy(struct profile *profile); /* wipes; NULL is fine */

/* A new file of this type, linked under parent (NULL: the MF, or an ADF) with the next id; NULL
 * when the arena's limit is reached. */
struct file *profile_add_file(struct profile *profile, struct file *parent, enum file_type type,
                              uint16_t fid);
/* The same for one that comes behind this one in its list, which is not searched from its start;
 * NULL: from there. */
struct file *profile_add_file_behind(struct profile *profile, struct file *parent,
                                     struct file *before, enum file_type type, uint16_t fid);
/* Visits every file, parents before children, the MF first, then the ADFs. */
typedef int profile_visitor(void *context, struct file *file);
int profile_each_file(struct profile *profile, profile_visitor *visit, void *context);

/* Lookups; NULL if absent. A link DF shows its target's children. */
struct file *profile_file_by_id(struct profile *profile, uint32_t id);
struct file *profile_child(struct file *directory, uint16_t fid);
struct file *profile_child_by_sfi(struct file *directory, uint8_t sfi);
/* Path of file ids from the MF (or from an ADF when it starts with its temporary id), 3F00 left
 * out or not; empty: the MF. */
struct file *profile_file_by_path(struct profile *profile, struct bytes path);
/* Full or right-truncated AID; the first after `after` in order of creation (NULL: from the start).
 */
struct file *profile_adf_by_aid(struct profile *profile, struct bytes aid, struct file *after);
/* The PIN that a reference means in this directory: a global one (bit 8 clear) at the MF, a local
 * one in the directory, in what it shares PINs with, or above; NULL if there is none. */
struct pin *profile_pin(struct profile *profile, struct file *directory, uint8_t reference);
struct puk *profile_puk(struct profile *profile, uint8_t reference);
/* The parameters an ADF authenticates with, mapping followed; NULL if there are none. */
struct aka *profile_aka(struct profile *profile, const struct file *adf);
/* Content of EF.ICCID; empty if there is none. */
struct bytes profile_iccid_file(struct profile *profile);
/* EF.ICCID, if there is one, has the number of the package's header. */
bool profile_iccid_agrees(struct profile *profile);
/* EF.ARR for this file, looked up as TS 102 221 §9.2.7 says: in its DF, then upwards. */
struct file *profile_arr(struct profile *profile, struct file *file);

#endif
