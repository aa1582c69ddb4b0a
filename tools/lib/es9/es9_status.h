/* es9_status: subject and reason codes of RSP servers, in words (SGP.22 §5.2.6). */
#ifndef EMUICC_TOOLS_LIB_ES9_ES9_STATUS_H
#define EMUICC_TOOLS_LIB_ES9_ES9_STATUS_H

#define ES9_STATUS_TEXT_SIZE 160

/* Writes what the pair means, by its own row or else word by word; returns what the user can do, or
 * NULL. */
const char *es9_status_explain(const char *subject, const char *reason,
                               char text[ES9_STATUS_TEXT_SIZE]);

#endif
