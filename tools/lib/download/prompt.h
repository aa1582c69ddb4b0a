/* prompt: a secret asked for on the terminal. */
#ifndef EMUICC_TOOLS_LIB_DOWNLOAD_PROMPT_H
#define EMUICC_TOOLS_LIB_DOWNLOAD_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

/* Reads a line without showing it; false if there is no terminal to ask on, or nothing was typed.
 */
bool prompt_secret(const char *question, char *text, size_t size);

/* Asks for the word yes. 1; 0 for any other; -1 if there is no terminal to ask on. */
int prompt_yes(const char *question);

#endif
