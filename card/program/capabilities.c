#include "card/program/capabilities.h"

#include <stdlib.h>
#include <string.h>

#include "apdu/json_writer.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/pcsc/pcsc_message.h"
#include "card/program/options.h"
#include "card/text/shipped.h"

#define DOCUMENT_SIZE 16384
#define VERSION_SIZE 24 /* of two numbers, whatever they are */

/* The first word of each line that a list of what ships has. */
static int put_shipped(struct writer *out, const char *name, const struct shipped *kind)
{
    char *text = NULL;
    size_t size = 0;
    FILE *list = open_memstream(&text, &size);
    if (list == NULL)
        return FAILURE_INTERNAL;
    shipped_list(kind, list);
    if (fclose(list) != 0) {
        free(text);
        return FAILURE_INTERNAL;
    }
    json_writer_open_list(out, name);
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
        json_writer_text(out, NULL, bytes_of(line, strcspn(line, " \n")));
    json_writer_close_list(out);
    free(text);
    return 0;
}

static void put_words(struct writer *out, const char *name, const char *const *words, size_t count)
{
    json_writer_open_list(out, name);
    for (size_t i = 0; i < count; i++)
        json_writer_word(out, NULL, words[i]);
    json_writer_close_list(out);
}

/* The versions of pcsc-lite's protocol that --pcsc speaks. */
static void put_protocol(struct writer *out)
{
    json_writer_open_list(out, "pcsc");
    for (int minor = PCSC_MINOR_MIN; minor <= PCSC_MINOR_MAX; minor++) {
        char version[VERSION_SIZE];
        snprintf(version, sizeof(version), "%d.%d", PCSC_MAJOR, minor);
        json_writer_word(out, NULL, version);
    }
    json_writer_close_list(out);
}

static void put_options(struct writer *out)
{
    json_writer_open_list(out, "options");
    for (size_t i = 0; i < options_program_emuicc.count; i++)
        json_writer_word(out, NULL, options_program_emuicc.rows[i].name);
    json_writer_close_list(out);
}

static int refuse(const char *why)
{
    trace_error("the capabilities: %s", why);
    return FAILURE_INTERNAL;
}

int capabilities_print(FILE *out)
{
    static const char *const readers[] = {"vpcd", "pcsc", "stdio"};
    uint8_t room[DOCUMENT_SIZE];
    struct writer document = writer_on(room, sizeof(room));
    json_writer_open_object(&document, NULL);
    json_writer_word(&document, "program", options_program_emuicc.name);
    json_writer_word(&document, "version", EMUICC_VERSION);
    json_writer_word(&document, "build", options_build);
    put_options(&document);
    put_words(&document, "readers", readers, sizeof(readers) / sizeof(readers[0]));
    put_protocol(&document);
    if (put_shipped(&document, "personalities", &shipped_personalities) != 0 ||
        put_shipped(&document, "faults", &shipped_faults) != 0 ||
        put_shipped(&document, "profiles", &shipped_profiles) != 0)
        return refuse("no memory");
    json_writer_close_object(&document);
    if (document.overflow)
        return refuse("more than their document has room for");
    fprintf(out, "%.*s\n", (int)document.len, (const char *)room);
    return 0;
}
