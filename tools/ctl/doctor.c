#include "tools/ctl/doctor.h"

#include <stdio.h>
#include <unistd.h>

#include "apdu/json_writer.h"
#include "fs/births/births.h"
#include "tools/lib/control/ask.h"
#include "tools/ctl/doctor_checks.h"

#define TEXT_MAX 512

/* A farm's folder has its chips' folders in it. */
static bool is_farm(const char *state)
{
    char path[TEXT_MAX];
    return snprintf(path, sizeof(path), "%s/" BIRTHS_CHIPS, state) < (int)sizeof(path) &&
           access(path, F_OK) == 0;
}

static void check_card(struct doctor *doctor)
{
    uint8_t room[4096];
    char run[TEXT_MAX];
    struct writer answer = writer_on(room, sizeof(room));
    const char *state = doctor->options->state;
    const bool farm = is_farm(state);
    const char *what = farm ? "farm" : "card";
    snprintf(run, sizeof(run),
             farm ? "emuicc-farm --cards N --state '%s' &" : "emuicc --state '%s' &", state);
    if (ask_is_there(state) && ask_card(state, "status", &answer) == ASK_ANSWERED)
        doctor_say(doctor, "card", NULL, "a %s runs on %s", what, state);
    else
        doctor_say(doctor, "card", run, "no %s runs on %s", what, state);
}

bool doctor_work(const struct ctl_options *options, struct writer *out)
{
    struct doctor doctor = {.options = options, .out = out};
    json_writer_open_object(out, NULL);
    json_writer_open_list(out, "findings");
    doctor_check_service(&doctor);
    doctor_find_pcscd(&doctor);
    if (!doctor.is_emuicc) {
        doctor_check_reader_conf(&doctor);
        doctor_check_ports(&doctor);
    }
    doctor_check_certificates(&doctor);
    check_card(&doctor);
    json_writer_close_list(out);
    json_writer_boolean(out, "good", !doctor.wrong);
    json_writer_close_object(out);
    return !doctor.wrong;
}
