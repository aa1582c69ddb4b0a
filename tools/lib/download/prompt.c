#include "tools/lib/download/prompt.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

#define ANSWER_SIZE 16

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

int prompt_yes(const char *question)
{
    char text[ANSWER_SIZE];
    if (!isatty(STDERR_FILENO) || !isatty(STDIN_FILENO))
        return -1;
    fprintf(stderr, "%s ", question);
    if (fgets(text, sizeof(text), stdin) == NULL)
        return 0;
    text[strcspn(text, "\r\n")] = '\0';
    return strcasecmp(text, "yes") == 0;
}
