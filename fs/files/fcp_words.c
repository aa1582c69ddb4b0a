#include "fs/files/fcp_words.h"

#include <stdarg.h>
#include <stdio.h>

#include "apdu/json_writer.h"

#define WORD_SIZE 128
#define HIGH_UPDATE 0x80
#define READABLE_WHEN_DEACTIVATED 0x40

__attribute__((format(printf, 2, 3))) static void say(struct writer *out, const char *format, ...)
{
    char text[WORD_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    json_writer_word(out, NULL, text);
}

static const char *name_of_state(uint8_t life_cycle)
{
    static const struct {
        uint8_t state;
        const char *name;
    } names[] = {{FILE_CREATION, "being created"},
                 {FILE_INITIALISATION, "being initialised"},
                 {FILE_DEACTIVATED, "deactivated"},
                 {FILE_ACTIVATED, "activated"},
                 {FILE_TERMINATED, "terminated"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].state == life_cycle)
            return names[i].name;
    return "in a state without a name";
}

static void say_structure(const struct file *file, struct writer *out)
{
    switch (file->type) {
    case FILE_MF:
        say(out, "master file");
        break;
    case FILE_DF:
        say(out, "dedicated file");
        break;
    case FILE_ADF:
        say(out, "application");
        break;
    case FILE_TRANSPARENT:
        say(out, "transparent, %u bytes", (unsigned)file->size);
        break;
    case FILE_LINEAR_FIXED:
    case FILE_CYCLIC:
        say(out, "%s, %u record%s of %u bytes",
            file->type == FILE_CYCLIC ? "cyclic" : "linear fixed", file_record_count(file),
            file_record_count(file) == 1 ? "" : "s", file->record_len);
        break;
    case FILE_BER_TLV:
        say(out, "BER-TLV, %u of %u bytes used", (unsigned)file->content_len, (unsigned)file->size);
        break;
    }
}

void fcp_words_put(struct file *file, struct writer *out)
{
    json_writer_open_list(out, "words");
    say_structure(file_resolve(file), out);
    if (file->target != NULL)
        say(out, "a link");
    say(out, "%s", name_of_state(file->life_cycle));
    if (file->sfi != 0)
        say(out, "short file identifier %u", file->sfi);
    if (file->shareable && !file_is_directory(file))
        say(out, "shareable");
    if (file->special & HIGH_UPDATE)
        say(out, "updated often");
    if (file->special & READABLE_WHEN_DEACTIVATED)
        say(out, "readable while deactivated");
    if (file->rules.arr != 0)
        say(out, "access rule: record %u of EF.ARR %04X", file->rules.record, file->rules.arr);
    json_writer_close_list(out);
}
