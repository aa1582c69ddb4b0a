/* saip_pe: what the handlers of profile elements share. Private to the interpreter.
 *
 * A handler returns PE_OK, a failure (< 0), or the status (> 0) it refuses its element with, which
 * it gets from saip_refuse(). Whether a refusal ends the installation is judged in one place, by
 * saip.c: a handler only says what is wrong. What a refused element has added is taken out again.
 */
#ifndef EMUICC_FS_SAIP_SAIP_PE_H
#define EMUICC_FS_SAIP_SAIP_PE_H

#include "fs/saip/pe_schema.h"
#include "fs/saip/saip_platform.h"
#include "fs/saip/template.h"

#define SAIP_REPORTS_MAX 32         /* the most PEStatus that one response carries */
#define SAIP_IDENTIFICATIONS 0x8000 /* UInt15 */

/* What has been there so far; an element's row says what it needs. */
enum saip_seen {
    SAIP_SEEN_HEADER = 1 << 0,
    SAIP_SEEN_MF = 1 << 1,
    SAIP_SEEN_USIM = 1 << 2,
    SAIP_SEEN_ISIM = 1 << 3,
    SAIP_SEEN_CSIM = 1 << 4,
    SAIP_SEEN_ADF = 1 << 5,
    SAIP_SEEN_SECURITY_DOMAIN = 1 << 6,
    SAIP_SEEN_PUKS = 1 << 7,
    SAIP_SEEN_CD = 1 << 8,
    SAIP_SEEN_TELECOM = 1 << 9,
    SAIP_SEEN_PIN_CONTEXT = 1 << 10, /* a directory that PINs can be put in */
};

/* One PEStatus (TCA §8.10). */
struct saip_report {
    enum pe_status status;
    int32_t identification;        /* the PE's; < 0: none */
    int32_t additional;            /* additional-information; < 0: none */
    int32_t offset;                /* of what is wrong, from the PE's first byte; < 0: none */
    const char *element;           /* the PE's name */
    struct saip_place file;        /* that was being made or filled */
    char reason[SAIP_REASON_SIZE]; /* what is wrong, for people; "" if nothing more is known */
};

/* One profile element, complete and of the right form. */
struct saip_pe {
    uint32_t tag;
    const struct saip_row *row;        /* NULL: of a kind that is not known */
    const struct pe_schema_type *type; /* likewise */
    struct bytes whole, value;
    struct tlv fields[PE_SCHEMA_FIELDS_MAX]; /* by number; all zero where absent */
    bool mandated;
    int32_t identification; /* < 0: none */
};

struct saip;

typedef int saip_handler(struct saip *saip, const struct saip_pe *pe);

struct saip_row {
    uint32_t tag;
    const char *name;     /* as in the ASN.1 */
    saip_handler *handle; /* NULL: a reserved element, which nobody supports */
    uint16_t needs;       /* enum saip_seen: what comes before it */
    uint16_t once;        /* enum saip_seen: what may not be there yet */
    uint16_t makes;       /* enum saip_seen: what is there after it */
    uint32_t services;    /* SAIP_BIT(): what the card must support for it */
    const char *section;
};
/* In order of tags. */
extern const struct saip_row saip_rows[];
extern const size_t saip_row_count;

/* UICCCapability, bit numbers. */
enum saip_service {
    SAIP_SERVICE_CONTACTLESS = 0,
    SAIP_SERVICE_USIM,
    SAIP_SERVICE_ISIM,
    SAIP_SERVICE_CSIM,
    SAIP_SERVICE_MILENAGE,
    SAIP_SERVICE_CAVE,
    SAIP_SERVICE_TUAK128,
    SAIP_SERVICE_TUAK256,
    SAIP_SERVICE_TEST_ALGORITHM,
    SAIP_SERVICE_GBA_USIM = 10,
    SAIP_SERVICE_GBA_ISIM,
    SAIP_SERVICE_MBMS,
    SAIP_SERVICE_EAP,
    SAIP_SERVICE_JAVACARD,
    SAIP_SERVICE_MULTOS,
    SAIP_SERVICE_MULTIPLE_USIM,
    SAIP_SERVICE_MULTIPLE_ISIM,
    SAIP_SERVICE_MULTIPLE_CSIM,
    SAIP_SERVICE_BER_TLV,
    SAIP_SERVICE_DF_LINK,
    SAIP_SERVICE_CAT_TP,
    SAIP_SERVICE_GET_IDENTITY,
    SAIP_SERVICE_PROFILE_A,
    SAIP_SERVICE_PROFILE_B,
    SAIP_SERVICE_SUCI_API,
    SAIP_SERVICE_DNS,
    SAIP_SERVICE_SCP11,
    SAIP_SERVICE_SCP11C,
    SAIP_SERVICE_S16,
    SAIP_SERVICE_EAKA,
    SAIP_SERVICE_IOT,
};

#define SAIP_BIT(service) (1u << (service))

/* Where the package has got to: what an element that is refused leaves as it was. */
struct saip_context {
    uint16_t seen;    /* enum saip_seen */
    uint16_t skipped; /* enum saip_seen: what refused elements would have made */
    struct file *usim, *isim, *csim, *adf; /* the last ADF of each kind, and of any */
    struct file *pin_context;              /* where PE-PINCodes puts PINs (TCA §8.1.3) */
    struct file *first_directory;          /* the first one that the current element made */
    const struct saip_row *previous;       /* row of the element before */
    uint32_t file_count;                   /* of the profile, before the current element */
    struct pin *last_pin;                  /* the lists' ends; NULL: empty */
    struct puk *last_puk;
    struct aka *last_aka;
    struct element *last_element;
};

struct saip_change; /* private to saip_undo.c */

struct saip {
    struct saip_platform platform;
    struct profile *profile;
    uint8_t *buffer; /* the element that is arriving */
    size_t len, capacity;
    enum saip_progress progress;
    struct saip_context now;
    struct saip_report reports[SAIP_REPORTS_MAX];
    size_t report_count;
    struct saip_report refusal;  /* of the current element */
    struct saip_place file;      /* that the current element is at */
    struct bytes current;        /* the current element */
    struct saip_change *changes; /* what it overwrites in files that were there before it */
    uint8_t identifications[SAIP_IDENTIFICATIONS / 8];
    uint32_t element_count; /* that have arrived */
};

/* Refuses the current element because of what is at `at` (in its bytes; else no offset is
 * reported): returns status. */
int saip_refuse(struct saip *saip, enum pe_status status, const uint8_t *at);
/* The same, and says why: the text goes on from the name of the file. */
int saip_refuse_because(struct saip *saip, enum pe_status status, const uint8_t *at,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));
int saip_refuse_with(struct saip *saip, enum pe_status status, uint8_t additional,
                     const uint8_t *at);
/* A warning: the current element goes on without what is at `at`; additional < 0: none. PE_OK, or
 * the refusal that it is in a mandated element. */
int saip_warn(struct saip *saip, const struct saip_pe *pe, enum pe_status status,
              int32_t additional, const uint8_t *at);

/* Judges one element: its form, its place, its content. A SAIP_* progress or a failure. */
int saip_element(struct saip *saip, struct tlv tlv);
/* Adds the refusal to the response; pe may be NULL. */
void saip_report(struct saip *saip, const struct saip_pe *pe);
/* The same, and ends the installation. */
void saip_abort(struct saip *saip, const struct saip_pe *pe);

/* To be called before a file's content is changed: an element that is refused leaves it as it was.
 * PE_OK or a failure. */
int saip_undo_note(struct saip *saip, struct file *file);
/* Puts back what has been noted. */
void saip_undo_restore(struct saip *saip);
/* The changes stay. */
void saip_undo_forget(struct saip *saip);

static inline bool saip_supports(const struct saip *saip, enum saip_service service)
{
    return (saip->platform.services >> service & 1) != 0;
}

/* ServicesList of the profile header. */
const struct pe_schema_type *saip_service_list(void);

/* Memory of the profile; NULL, with the element refused as not-enough-memory, when it is full. */
void *saip_alloc(struct saip *saip, size_t size);
/* The same for a copy; *out borrows from the profile. PE_OK or the refusal. */
int saip_keep(struct saip *saip, struct bytes bytes, struct bytes *out);

/* Handlers, one a kind of element. */
saip_handler saip_header, saip_template, saip_generic, saip_pin_codes, saip_puk_codes, saip_aka;
saip_handler saip_security_domain, saip_rfm, saip_application, saip_store, saip_end;

#endif
