#include "tools/profile/lint/lint_rule.h"

#include <stdarg.h>
#include <stdio.h>

#define TEXT_SIZE 256

static void report(struct lint *lint, unsigned element, const struct file *file, const char *format,
                   va_list arguments)
{
    char text[TEXT_SIZE];
    if (lint->result != 0)
        return;
    vsnprintf(text, sizeof(text), format, arguments);
    const struct lint_finding finding = {lint->row, element, file, text};
    lint->result = lint->visit(lint->context, &finding);
}

void lint_find(struct lint *lint, const struct file *file, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(lint, file != NULL ? trial_element(lint->trial, file) : 0, file, format, arguments);
    va_end(arguments);
}

void lint_find_in(struct lint *lint, unsigned element, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(lint, element, NULL, format, arguments);
    va_end(arguments);
}

/* RID and application code (TS 101 220 Annex A and E; 3GPP2 C.S0065). */
static enum lint_application application_of_aid(struct bytes aid)
{
    static const struct {
        uint8_t front[7];
        enum lint_application kind;
    } rows[] = {{{0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02}, LINT_USIM},
                {{0xA0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x04}, LINT_ISIM},
                {{0xA0, 0x00, 0x00, 0x03, 0x43, 0x10, 0x02}, LINT_CSIM}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (bytes_start_with(aid, bytes_of(rows[i].front, sizeof(rows[i].front))))
            return rows[i].kind;
    return LINT_OTHER;
}

enum lint_application lint_application_of(const struct file *file)
{
    while (file->parent != NULL)
        file = file->parent;
    return file->type == FILE_MF ? LINT_MF : application_of_aid(bytes_of(file->aid, file->aid_len));
}

struct each {
    struct lint *lint;
    lint_file_rule *rule;
};

static int visit_file(void *context, struct file *file)
{
    const struct each *each = context;
    each->rule(each->lint, file);
    return each->lint->result;
}

void lint_each_file(struct lint *lint, lint_file_rule *rule)
{
    (void)profile_each_file(lint->profile, visit_file, &(struct each){lint, rule});
}

void lint_each_adf(struct lint *lint, enum lint_application kind, lint_file_rule *rule)
{
    for (struct file *adf = lint->profile->adfs; adf != NULL; adf = adf->next)
        if (lint_application_of(adf) == kind)
            rule(lint, adf);
}

struct bytes lint_content(struct file *file)
{
    if (file == NULL || file_is_directory(file))
        return (struct bytes){0};
    file = file_resolve(file);
    return bytes_of(file->content, file->content != NULL ? file->content_len : 0);
}

struct file *lint_child(struct file *directory, uint16_t fid)
{
    return directory != NULL && file_is_directory(directory) ? profile_child(directory, fid) : NULL;
}

bool lint_service(struct bytes table, unsigned number)
{
    const unsigned bit = number - 1;
    return bit / 8 < table.len && (table.data[bit / 8] >> bit % 8 & 1) != 0;
}

bool lint_is_blank(struct bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.data[i] != 0xFF)
            return false;
    return true;
}
