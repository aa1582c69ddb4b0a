#include "tools/lib/download/prompt.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

bool prompt_secret(const char *question, char *text, size_t size)
{
    struct termios shown, hidden;
    text[0] = '\0';
    if (!isatty(STDERR_FILENO) || tcgetattr(STDIN_FILENO, &shown) != 0)
        return false;
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    fprintf(stderr, "%s: ", question);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    const bool read = fgets(text, (int)size, stdin) != NULL;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    fputc('\n', stderr);
    text[strcspn(text, "\r\n")] = '\0';
    return read && text[0] != '\0';
}
