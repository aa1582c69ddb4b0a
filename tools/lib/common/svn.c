#include "tools/lib/common/svn.h"

#include <stdio.h>
#include <stdlib.h>

#define NUMBER_BASE 10
#define NUMBER_DIGITS 3

/* One number from 0 to 255 off the front, and the dot behind it if more follows. */
static bool take_number(const char **text, uint8_t *out)
{
    const size_t digits = strspn(*text, "0123456789");
    const unsigned long number = strtoul(*text, NULL, NUMBER_BASE);
    if (digits == 0 || digits > NUMBER_DIGITS || number > UINT8_MAX)
        return false;
    *text += digits;
    *out = (uint8_t)number;
    if (**text == '.' && (*text)[1] != '\0')
        ++*text;
    return true;
}

bool svn_from_text(const char *text, struct svn *out)
{
    struct svn svn = {{0}};
    size_t count = 0;
    do {
        if (count == SVN_SIZE || !take_number(&text, &svn.number[count++]))
            return false;
    } while (*text != '\0');
    *out = svn;
    return true;
}

bool svn_from_bytes(struct bytes bytes, struct svn *out)
{
    return bytes_copy_exact(bytes, out->number, SVN_SIZE);
}

const char *svn_text(const struct svn *svn, char text[SVN_TEXT_SIZE])
{
    snprintf(text, SVN_TEXT_SIZE, "%u.%u.%u", svn->number[0], svn->number[1], svn->number[2]);
    return text;
}
