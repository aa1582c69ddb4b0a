/* completion: what a shell needs to complete a program's command line, from its option table. */
#ifndef EMUICC_APDU_COMPLETION_H
#define EMUICC_APDU_COMPLETION_H

#include "apdu/options_program.h"

/* Prints the completion of a program for a shell: "bash", "zsh" or "fish". False, and nothing is
 * printed, for any other. It offers every option, the commands, files and folders where an option's
 * argument is one, and the names that ship where the option can list them. */
bool completion_print(const struct options_program *program, const char *shell);

#endif
