/* eim_list: the eIMs that are associated with the chip, in the store in the order in which they
 * came (SGP.32 §2.11.1, §5.9.4). An updated one keeps its place; tokens are never drawn twice. To
 * be committed; a failure leaves the transaction to be rolled back. */
#ifndef EMUICC_ISD_R_IOT_EIM_LIST_H
#define EMUICC_ISD_R_IOT_EIM_LIST_H

#include "isd-r/iot/eim.h"

#define EIM_LIST_MAX 8 /* eIMs that a chip keeps */

/* One in the list, with the bytes that it borrows: not to be copied. */
struct eim_entry {
    char name[16]; /* of its value in the store */
    struct eim eim;
    uint8_t room[EIM_CONFIGURATION_MAX];
};

/* 0, SW_REFERENCE_NOT_FOUND if none has this id, or a failure. */
int eim_list_find(struct store *store, struct bytes id, struct eim_entry *out);
int eim_list_count(struct store *store, size_t *out);

/* Adds one that has been checked. *result: EIM_OK with *token, the number drawn for it (0: it wants
 * none), or EIM_NO_MEMORY or EIM_EXISTS and nothing is changed. 0 or a failure. */
struct eim_list_chip {
    struct store *store;
    const struct credentials *credentials;
    enum euicc_info_iot release;
};
int eim_list_add(const struct eim_list_chip *chip, const struct eim *eim, enum eim_result *result,
                 int64_t *token);
/* Writes an entry back as its eim now is: 0, or SW_NOT_ENOUGH_MEMORY if it is too long, or a
 * failure. */
int eim_list_replace(struct store *store, const struct eim_entry *entry);
int eim_list_remove(struct store *store, const struct eim_entry *entry);
/* All of them; the numbers of tokens go on. */
int eim_list_clear(struct store *store);

/* Visits each configuration, whole, in order. Return other than 0 from visit ends it. */
typedef int eim_list_visitor(void *context, const struct eim *eim, struct bytes whole);
int eim_list_each(struct store *store, eim_list_visitor *visit, void *context);

#endif
