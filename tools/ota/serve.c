#include "tools/ota/serve.h"

#include <stdio.h>

#include "tools/ota/administration.h"
#include "tools/ota/script_file.h"

#define WHERE "scp81 serve"
#define TARGET_MAX 64
#define LISTEN_DEFAULT "8443"

static bool add_script(struct administration *administration, const char *word, struct fault *fault)
{
    struct script_text text;
    struct administration_script *script = &administration->scripts[administration->count];
    char target[TARGET_MAX];
    const char *path = strchr(word, '=');
    if (path == NULL || path - word >= TARGET_MAX ||
        administration->count == ADMINISTRATION_SCRIPTS_MAX ||
        (snprintf(target, sizeof(target), "%.*s", (int)(path - word), word),
         !administration_set_target(script, target))) {
        fault_raise(fault, WHERE, "%s: rfm@AID=FILE, ram=FILE or ram@AID=FILE is wanted", word);
        return fault_usage(fault);
    }
    script->name = path + 1;
    script_text_begin(&text, true);
    if (!script_file_read(&text, script->name, fault))
        return false;
    script->len = script_text_end(&text, script->data, sizeof(script->data)).len;
    administration->count++;
    return script->len > 0 ||
           fault_raise(fault, WHERE, "%s: an empty script, or one of more than %d bytes",
                       script->name, SCRIPT_TEXT_MAX);
}

bool serve_run(const struct ota_options *options, int count, char **words, bool *all_good,
               struct fault *fault)
{
    struct administration administration = {.once = options->once, .json = options->json};
    if (options->psk == NULL) {
        fault_raise(fault, WHERE, "--psk says under which key");
        fault_next(fault, "a file with lines identity = TEXT and key = HEX, or root and iccid");
        return fault_usage(fault);
    }
    bool good = psk_read(options->psk, &administration.psk, fault);
    for (int i = 0; good && i < count; i++)
        good = add_script(&administration, words[i], fault);
    good = good && administration_serve(&administration,
                                        options->listen != NULL ? options->listen : LISTEN_DEFAULT,
                                        all_good, fault);
    psk_wipe(&administration.psk);
    return good;
}
