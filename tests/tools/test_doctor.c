/* What PC/SC's answers mean to somebody who looks for the fault. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <winscard.h>

#include "tools/ctl/doctor.h"
#include "tools/ctl/doctor_checks.h"

static uint8_t room[4096];

static const char *judged(long code, bool *good)
{
    const struct ctl_options options = {.state = "nowhere"};
    struct writer out = writer_on(room, sizeof(room) - 1);
    struct doctor doctor = {.options = &options, .out = &out};
    *good = doctor_judge_service(&doctor, code);
    cr_assert_eq(doctor.wrong, !*good);
    room[out.len] = '\0';
    return (const char *)room;
}

Test(doctor, each_answer_of_pcsc_has_its_line_to_run)
{
    static const struct {
        long code;
        const char *says, *run;
    } rows[] = {
        {SCARD_E_NO_SERVICE, "pcscd is not running", "systemctl start pcscd"},
        {(long)0x8010006A, "polkit does not let this user", "/etc/polkit-1/rules.d/"},
        {(long)0x80100001, "pcscd answers 80100001", "journalctl -u pcscd"},
    };
    bool good;
    unsetenv("PCSCLITE_CSOCK_NAME");
    cr_assert_str_eq(judged(SCARD_S_SUCCESS, &good), "");
    cr_assert(good);
    cr_assert_str_eq(judged(SCARD_E_NO_READERS_AVAILABLE, &good), "");
    cr_assert(good);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *text = judged(rows[i].code, &good);
        cr_assert_not(good);
        cr_assert_not_null(strstr(text, rows[i].says), "%s", text);
        cr_assert_not_null(strstr(text, rows[i].run), "%s", text);
    }
}

Test(doctor, a_socket_of_ones_own_that_nobody_serves_is_named)
{
    bool good;
    setenv("PCSCLITE_CSOCK_NAME", "/tmp/my.socket", 1);
    const char *text = judged(SCARD_E_NO_SERVICE, &good);
    cr_assert_not(good);
    cr_assert_not_null(strstr(text, "nobody serves /tmp/my.socket"), "%s", text);
    cr_assert_not_null(strstr(text, "unset PCSCLITE_CSOCK_NAME"), "%s", text);
}
