#include "tools/profile/text/scan.h"

#include <ctype.h>

static char peek(const struct scan *scan, size_t ahead)
{
    return (size_t)(scan->end - scan->at) > ahead ? scan->at[ahead] : '\0';
}

static void advance(struct scan *scan)
{
    scan->line += *scan->at == '\n';
    scan->at++;
}

static bool starts_with(const struct scan *scan, const char *sign)
{
    const size_t len = strlen(sign);
    return (size_t)(scan->end - scan->at) >= len && memcmp(scan->at, sign, len) == 0;
}

static bool at_comment(const struct scan *scan)
{
    return starts_with(scan, "--");
}

static size_t take_hyphens(struct scan *scan)
{
    const char *start = scan->at;
    while (peek(scan, 0) == '-')
        scan->at++;
    return (size_t)(scan->at - start);
}

/* From two hyphens to the next two or the end of the line (X.680 §12.6.3); a longer row of them is
 * a line that somebody has drawn, and ends nothing. */
static void skip_comment(struct scan *scan)
{
    (void)take_hyphens(scan);
    while (scan->at < scan->end && *scan->at != '\n') {
        if (take_hyphens(scan) == 2)
            return;
        if (scan->at < scan->end && *scan->at != '\n')
            scan->at++;
    }
}

static void skip_separators(struct scan *scan)
{
    while (scan->at < scan->end) {
        if (at_comment(scan))
            skip_comment(scan);
        else if (isspace((unsigned char)*scan->at) || *scan->at == ',')
            advance(scan);
        else
            return;
    }
}

static bool is_name_part(const struct scan *scan)
{
    const char c = peek(scan, 0);
    return isalnum((unsigned char)c) || c == '_' || (c == '-' && !at_comment(scan));
}

static void set(struct scan *scan, enum scan_token token, const char *start)
{
    scan->token = token;
    scan->word = bytes_of(start, (size_t)(scan->at - start));
}

static void scan_name(struct scan *scan)
{
    const char *start = scan->at;
    while (is_name_part(scan))
        scan->at++;
    set(scan, SCAN_NAME, start);
}

static void scan_number(struct scan *scan)
{
    const char *start = scan->at++;
    enum scan_token token = SCAN_NUMBER;
    for (; isdigit((unsigned char)peek(scan, 0)) || peek(scan, 0) == '.'; scan->at++)
        if (*scan->at == '.')
            token = SCAN_OID;
    set(scan, token, start);
}

/* The word is what stands between the quotes; false if the second one is missing. */
static bool scan_quoted(struct scan *scan, char quote)
{
    const char *start = ++scan->at;
    for (; scan->at < scan->end; advance(scan)) {
        if (*scan->at != quote)
            continue;
        if (quote == '"' && peek(scan, 1) == quote) {
            scan->at++;
            continue;
        }
        set(scan, SCAN_TEXT, start);
        scan->at++;
        return true;
    }
    return false;
}

static void scan_string(struct scan *scan)
{
    const char quote = *scan->at;
    if (!scan_quoted(scan, quote)) {
        scan->token = SCAN_BAD;
        return;
    }
    if (quote == '"')
        return;
    scan->token = peek(scan, 0) == 'H' ? SCAN_HEX : SCAN_BAD;
    if (scan->token == SCAN_HEX)
        scan->at++;
}

static void scan_sign(struct scan *scan)
{
    static const struct {
        char sign;
        enum scan_token token;
    } signs[] = {{'{', SCAN_OPEN},   {'}', SCAN_CLOSE}, {':', SCAN_COLON}, {'(', SCAN_BEFORE},
                 {')', SCAN_BEHIND}, {'+', SCAN_PLUS},  {'*', SCAN_TIMES}};
    static const char assignment[] = "::=";
    const char *start = scan->at;
    if (starts_with(scan, assignment)) {
        scan->at += sizeof(assignment) - 1;
        set(scan, SCAN_ASSIGN, start);
        return;
    }
    scan->at++;
    set(scan, SCAN_BAD, start);
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (signs[i].sign == *start)
            scan->token = signs[i].token;
}

void scan_next(struct scan *scan)
{
    skip_separators(scan);
    scan->word_line = scan->line;
    const char c = peek(scan, 0);
    if (scan->at >= scan->end)
        set(scan, SCAN_END, scan->at);
    else if (isalpha((unsigned char)c))
        scan_name(scan);
    else if (isdigit((unsigned char)c) || c == '-')
        scan_number(scan);
    else if (c == '\'' || c == '"')
        scan_string(scan);
    else
        scan_sign(scan);
}

void scan_start(struct scan *scan, struct bytes text)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    *scan = (struct scan){
        .at = (const char *)text.data, .end = (const char *)text.data + text.len, .line = 1};
    if (starts_with(scan, byte_order_mark))
        scan->at += sizeof(byte_order_mark) - 1;
    scan_next(scan);
}

bool scan_is_name(const struct scan *scan, const char *name)
{
    return scan->token == SCAN_NAME && bytes_equal(scan->word, bytes_of_text(name));
}
