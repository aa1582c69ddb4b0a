/* Is there a pcscd, and does it let this user in? */
#include <stdio.h>
#include <winscard.h>

#include "tools/ctl/doctor_checks.h"

#define CHECK "pcscd"
#define POLKIT_RULE                                                                                \
    "echo 'polkit.addRule(function(a, s) { if (a.id.indexOf(\"org.debian.pcsc-lite.\") == 0) "     \
    "return polkit.Result.YES; });' | sudo tee /etc/polkit-1/rules.d/50-pcsc.rules"

static const struct {
    long code;
    const char *says, *run;
} rows[] = {
    {SCARD_E_NO_SERVICE, "pcscd is not running",
     "sudo systemctl start pcscd  # or: sudo pcscd --foreground &"},
    {SCARD_W_SECURITY_VIOLATION, "polkit does not let this user at the readers (8010006A)",
     POLKIT_RULE},
};

static bool refuse_socket(struct doctor *doctor, const char *socket)
{
    char run[DOCTOR_PATH_MAX];
    snprintf(run, sizeof(run), "unset PCSCLITE_CSOCK_NAME  # or: emuicc --pcsc '%.300s' &", socket);
    doctor_say(doctor, CHECK, run, "nobody serves %.300s, which PCSCLITE_CSOCK_NAME names", socket);
    return false;
}

bool doctor_judge_service(struct doctor *doctor, long code)
{
    if (code == SCARD_S_SUCCESS || code == SCARD_E_NO_READERS_AVAILABLE)
        return true;
    if (code == SCARD_E_NO_SERVICE && doctor_own_socket() != NULL)
        return refuse_socket(doctor, doctor_own_socket());
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].code == code) {
            doctor_say(doctor, CHECK, rows[i].run, "%s", rows[i].says);
            return false;
        }
    doctor_say(doctor, CHECK, "sudo systemctl restart pcscd; journalctl -u pcscd",
               "pcscd answers %08lX", (unsigned long)code & 0xFFFFFFFF);
    return false;
}

static void tell_service(struct doctor *doctor)
{
    if (doctor->is_emuicc)
        doctor_say(doctor, CHECK, NULL, "PC/SC is served at %.300s, with no pcscd",
                   doctor_own_socket());
    else
        doctor_say(doctor, CHECK, NULL, "pcscd runs");
}

void doctor_check_service(struct doctor *doctor)
{
    SCARDCONTEXT context;
    DWORD len = 0;
    if (!doctor_judge_service(doctor,
                              SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context)))
        return;
    doctor->has_service = true;
    doctor_find_pcscd(doctor);
    if (doctor_judge_service(doctor, SCardListReaders(context, NULL, NULL, &len)))
        tell_service(doctor);
    SCardReleaseContext(context);
}
