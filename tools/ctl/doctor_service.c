/* Is there a pcscd, and does it let this user in? */
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

bool doctor_judge_service(struct doctor *doctor, long code)
{
    if (code == SCARD_S_SUCCESS || code == SCARD_E_NO_READERS_AVAILABLE)
        return true;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].code == code) {
            doctor_say(doctor, CHECK, rows[i].run, "%s", rows[i].says);
            return false;
        }
    doctor_say(doctor, CHECK, "sudo systemctl restart pcscd; journalctl -u pcscd",
               "pcscd answers %08lX", (unsigned long)code & 0xFFFFFFFF);
    return false;
}

void doctor_check_service(struct doctor *doctor)
{
    SCARDCONTEXT context;
    DWORD len = 0;
    if (!doctor_judge_service(doctor,
                              SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context)))
        return;
    doctor->has_service = true;
    if (doctor_judge_service(doctor, SCardListReaders(context, NULL, NULL, &len)))
        doctor_say(doctor, CHECK, NULL, "pcscd runs");
    SCardReleaseContext(context);
}
