/* store: the chip's non-volatile memory, and the only code of the card that touches the disk. One
 * SQLite database in a folder of mode 0700, one durable commit per changing command.
 *
 * A change starts a transaction by itself; the card ends it with store_commit() before it answers,
 * or with store_rollback(). Functions return 0, a failure (< 0, traced), or a status word where one
 * is named. FAILURE_MEMORY is a disk that is full or fails. After a failed change the transaction
 * can only be rolled back: store_commit() refuses it. After a failed commit or rollback the
 * database is opened again, and what it holds then is what the next start would find. A visitor may
 * read and change what it is shown and other tables, but not call the function that visits it, nor
 * commit.
 */
#ifndef EMUICC_FS_STORE_STORE_H
#define EMUICC_FS_STORE_STORE_H

#include "fs/profile/profile.h"

struct store;
struct store_group;

#define STORE_FILE "store.sqlite" /* in the chip's folder */

/* Opens or makes DIRECTORY/…; takes it for this process alone. A failure has traced one line that
 * says what and where (in use by another process, newer release's store, disk full, no rights). */
int store_open(const char *directory, struct store **out);
/* As store_open(), the disk being reached through this VFS of SQLite (NULL: the system's). */
int store_open_through(const char *directory, const char *vfs, struct store **out);
/* As store_open(), the directory being one in the folder of this group (store_group.h). */
int store_open_in(struct store_group *group, const char *directory, struct store **out);
void store_close(struct store *store); /* rolls back what was not committed */
/* Closes the database until it is next used, which opens it again: a closed store takes next to no
 * memory and no descriptor. What was not committed is rolled back. Nothing keeps another process
 * from the file meanwhile; if it has changed when it is opened again, that is traced and every use
 * fails from then on. */
void store_suspend(struct store *store);
/* Between two commands: the pages and statements that are kept for the next use go. It stays open.
 */
void store_shrink(struct store *store);
/* The database is open. */
bool store_is_open(const struct store *store);
/* True until something has been committed. */
bool store_is_new(const struct store *store);

bool store_changed(const struct store *store); /* a transaction is open */
/* Durable when it returns 0: one fsync. Nothing to do is success. After a failure everything since
 * the last commit is rolled back; all that was read of the store should be read again. */
int store_commit(struct store *store);
/* As store_commit(), but the flush may wait, for the next commit or store_settle(), so that several
 * changes share one; not that of a change with a notice: what was changed is read from now on, and
 * lost with the power until then. */
int store_commit_later(struct store *store);
/* What store_commit_later() left is durable when it returns 0. Nothing to do is success; nothing
 * may be uncommitted. After a failure all of it is lost: what was read of the store should be read
 * again. */
int store_settle(struct store *store);
/* Whether the last commit failed, and nobody can say yet if the change is on the disk: it must not
 * be answered at all. */
bool store_outcome_is_unknown(const struct store *store);
void store_rollback(struct store *store);
/* A commit only adds to the log, with one flush. When there is nothing else to do, what the log
 * holds goes into the file; secrets that were deleted are gone from the log afterwards. It is due
 * after a deletion, after a start that found a log, and when the log has grown; a log that nobody
 * gives time becomes 16 MiB long at most. What fails, because the disk is full, say, is due again.
 */
bool store_checkpoint_is_due(const struct store *store);
void store_checkpoint(struct store *store);
/* A line that the next commit traces, and a rollback forgets: of a change that follows or has been
 * made. */
void store_notice(struct store *store, const char *line);

/* The chip's own values by name ("eid", "default-dp-address", "certificate/euicc/F541…"). */
int store_put(struct store *store, const char *name, struct bytes value);
/* Appends the value to *out; SW_REFERENCE_NOT_FOUND if there is none. */
int store_get(struct store *store, const char *name, struct writer *out);
int store_forget(struct store *store, const char *name);
/* Names that start with prefix, in order. Return other than 0 from visit ends it and is returned.
 */
typedef int store_value_visitor(void *context, const char *name, struct bytes value);
int store_each_value(struct store *store, const char *prefix, store_value_visitor *visit,
                     void *context);
/* store_put() as a visitor of values that come from elsewhere; the context is the store. */
int store_put_value(void *store, const char *name, struct bytes value);

/* Installed profiles. The slices borrow. */
struct store_profile {
    uint32_t id;                       /* given by store_profile_add() */
    uint8_t iccid[PROFILE_ICCID_SIZE]; /* as EF.ICCID codes it: nibbles swapped */
    uint8_t aid[FILE_AID_MAX];         /* of its ISD-P */
    uint8_t aid_len;
    uint8_t state;              /* 0 disabled, 1 enabled */
    struct bytes nickname;      /* UTF-8 */
    struct bytes metadata;      /* StoreMetadataRequest, BF25 whole */
    struct bytes configuration; /* ConfigureISDPRequest, BF24 whole, or empty */
    uint32_t size;              /* non-volatile bytes it takes */
};
/* Writes the row and everything in the profile; sets row->id, which is greater than those before.
 */
int store_profile_add(struct store *store, struct store_profile *row, struct profile *profile);
/* SW_REFERENCE_NOT_FOUND if there is no profile of this id. */
int store_profile_set_state(struct store *store, uint32_t id, uint8_t state);
int store_profile_set_nickname(struct store *store, uint32_t id, struct bytes nickname);
int store_profile_set_metadata(struct store *store, uint32_t id, struct bytes metadata);
int store_profile_delete(struct store *store, uint32_t id);
typedef int store_profile_visitor(void *context, const struct store_profile *row);
/* In order of installation. */
int store_each_profile(struct store *store, store_profile_visitor *visit, void *context);
/* The whole profile back into memory; SW_REFERENCE_NOT_FOUND if there is none of this id. */
int store_profile_load(struct store *store, uint32_t id, struct profile **out);
/* Of a profile, as it was committed, that is about to leave memory and loaded again later: one of a
 * group's store is kept in few bytes for that, until a change is committed or its file is not as
 * it was left, while the stores of the group have room for it. None is between store_rollback() and
 * the next load: it may have what was rolled back in it. */
void store_profile_rest(struct store *store, uint32_t id, struct profile *profile);

/* Single changes to an installed profile. SW_REFERENCE_NOT_FOUND if there is no such row: a file by
 * its id, a PIN by directory and reference, a PUK by reference, AKA parameters by ADF. */
int store_file_update(struct store *store, uint32_t profile, const struct file *file);
int store_file_add(struct store *store, uint32_t profile, const struct file *file);
/* With everything below it, and the links that lead there. */
int store_file_delete(struct store *store, uint32_t profile, uint32_t file);
int store_pin_update(struct store *store, uint32_t profile, const struct pin *pin);
int store_puk_update(struct store *store, uint32_t profile, const struct puk *puk);
int store_aka_update(struct store *store, uint32_t profile, const struct aka *aka);

/* The elements of a package that are kept whole, of an installed profile, in its order. */
typedef int store_element_visitor(void *context, const struct element *element);
int store_each_element(struct store *store, uint32_t profile, store_element_visitor *visit,
                       void *context);

/* What GlobalPlatform's registry holds of a profile, or of the chip itself (profile 0): records by
 * kind and name, whose form is their reader's. They go with their profile. */
enum store_domain_kind {
    STORE_DOMAIN_ENTRY = 1,
    STORE_DOMAIN_KEY,
    STORE_DOMAIN_COUNTER,
    STORE_DOMAIN_OBJECT,
    STORE_DOMAIN_CODE, /* counted by store_used() */
};
struct store_domain {
    enum store_domain_kind kind;
    struct bytes name, value;
};
/* Adds or replaces. */
int store_domain_put(struct store *store, uint32_t profile, const struct store_domain *record);
/* Nothing to remove is success. */
int store_domain_forget(struct store *store, uint32_t profile, enum store_domain_kind kind,
                        struct bytes name);
typedef int store_domain_visitor(void *context, struct bytes name, struct bytes value);
/* In order of names. */
int store_each_domain(struct store *store, uint32_t profile, enum store_domain_kind kind,
                      store_domain_visitor *visit, void *context);
/* *out: whether there is any record. 0 or a failure. */
int store_domain_is_there(struct store *store, uint32_t profile, bool *out);

/* Notifications, kept as the signed bytes that will be sent (SGP.22 §3.5). */
#define STORE_OPERATION_MAX 31 /* an event is one bit of a NotificationEvent */
struct store_notification {
    uint32_t sequence;
    uint8_t operation;    /* NotificationEvent bit number: 0 install … 3 delete; 4.. for v3 */
    struct bytes address; /* FQDN */
    struct bytes iccid;   /* 10 bytes, or empty */
    struct bytes pending; /* PendingNotification, whole */
};
int store_notification_add(struct store *store, const struct store_notification *row);
/* SW_REFERENCE_NOT_FOUND if there is none of this number. */
int store_notification_remove(struct store *store, uint32_t sequence);
typedef int store_notification_visitor(void *context, const struct store_notification *row);
/* In order of sequence numbers. */
int store_each_notification(struct store *store, store_notification_visitor *visit, void *context);

/* The whole chip, put aside under a name in its folder (snapshots/NAME.sqlite), replacing one of
 * that name; and taken back, after which all that was read of it is stale. Nothing may be
 * uncommitted. 0, or a failure, after which the store is as it was. Restoring:
 * SW_REFERENCE_NOT_FOUND if there is none of this name. */
bool store_snapshot_is_name(const char *name);
int store_snapshot(struct store *store, const char *name);
int store_restore(struct store *store, const char *name);

/* Those in a chip's folder, in order of their names, whether the chip runs or not. seconds: since
 * 1970, when it was taken. 0; a failure after a trace line; or what the visitor returned first. */
typedef int store_snapshot_visitor(void *context, const char *name, int64_t seconds,
                                   uint64_t bytes);
int store_each_snapshot(const char *directory, store_snapshot_visitor *visit, void *context);
/* SW_REFERENCE_NOT_FOUND if there is none of this name. */
int store_snapshot_remove(const char *directory, const char *name);

/* Bytes that the installed profiles take together, with what was loaded into them since. */
int store_used(struct store *store, uint64_t *bytes);

#endif
