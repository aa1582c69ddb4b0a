/* store_group: the stores of many chips that one thread serves, which reach the disk through one
 * log that is theirs together.
 *
 * What a chip commits is a record of that log: one write and one flush, whatever file it is of.
 * The chips' own files are written when there is time, all of them with one flush, and the log is
 * cut. A process that ended before that leaves a log behind, from which the next one brings the
 * files up to date; until then they are marked, and store_open() refuses them. A store of a group
 * does not checkpoint by itself; that its file is written, store_group_checkpoint() sees to.
 *
 * All of a group belongs to one thread at a time. */
#ifndef EMUICC_FS_STORE_STORE_GROUP_H
#define EMUICC_FS_STORE_STORE_GROUP_H

#include <stdbool.h>

struct store_group;

#define STORE_GROUP_LOGS "commits" /* the folder of the logs, beside that of the chips' folders */

/* folder: in which the chips' folders are. log: the file, which is made, or brought into the chips'
 * files if it is there; NULL: none, for chips that are made: what they commit is in memory until
 * store_group_write(), and all but the first begin as a copy of the first's schema. vfs: of SQLite,
 * through which all files are reached; NULL: the system's. Both paths are borrowed. 0, or a failure
 * after a trace line. */
int store_group_open(const char *folder, const char *log, const char *vfs,
                     struct store_group **out);
/* Its stores are closed already. Writes the chips' files and removes the log; what cannot be
 * written stays in it. NULL is fine. */
void store_group_close(struct store_group *group);

/* Something that was deleted must leave the log soon, or there is much in it. */
bool store_group_checkpoint_is_due(const struct store_group *group);
/* There is anything in the log. */
bool store_group_has_log(const struct store_group *group);
/* The log is so long that it is to be cut now, whatever else there is to do. */
bool store_group_log_is_full(const struct store_group *group);
/* Writes the chips' files and cuts the log. 0, or a failure, after which it is due again. */
int store_group_checkpoint(struct store_group *group);
/* Of a group without a log: writes the chips' files, which somebody has to flush. 0 or a failure.
 */
int store_group_write(struct store_group *group);

/* Brings the chips' files up to date from what a process left behind in STATE/commits: 0, or a
 * failure after a trace line. */
int store_group_replay(const char *folder, const char *logs);

#endif
