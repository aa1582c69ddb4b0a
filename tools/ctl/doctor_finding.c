#include "tools/ctl/doctor_finding.h"

#include <stdarg.h>
#include <stdio.h>

#include "apdu/json_writer.h"

#define TEXT_MAX 512

void doctor_say(struct doctor *doctor, const char *check, const char *run, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    json_writer_open_object(doctor->out, NULL);
    json_writer_word(doctor->out, "check", check);
    json_writer_boolean(doctor->out, "good", run == NULL);
    json_writer_word(doctor->out, "says", text);
    if (run != NULL)
        json_writer_word(doctor->out, "run", run);
    json_writer_close_object(doctor->out);
    doctor->wrong |= run != NULL;
}

void doctor_path(const struct doctor *doctor, const char *path, char out[DOCTOR_PATH_MAX])
{
    const char *root = doctor->options->root;
    snprintf(out, DOCTOR_PATH_MAX, "%s%s", root != NULL ? root : "", path);
}
