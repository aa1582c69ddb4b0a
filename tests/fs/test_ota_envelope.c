/* ENVELOPEs that nobody has registered for, and short messages for nobody. */
#include "tests/fs/test_ota_world.h"

TestSuite(ota_envelope, .init = test_make_folder, .fini = test_remove_folder);

/* Each type that TS 102 223 §9.1 and TS 31.111 name, when nobody has registered for it. */
Test(ota_envelope, envelopes_of_each_type)
{
    static const char *const envelopes[] = {
        "D20C 8202 8381 0C06 010203040506", /* cell broadcast */
        "D307 8202 0181 1001 09",           /* an item that no menu has */
        "D309 8202 0181 1001 09 1500",      /* the same, help is asked for */
        "D40C 8202 8281 0606 911032547698", /* call control */
        "D50C 8202 8281 0606 911032547698", /* control of messages to send */
        "D607 1901 04 8202 8281",           /* user activity */
        "D60A 1901 09 8202 8281 B801 01",   /* data available on no channel */
        "D70A 8202 8281 2401 01 2501 00",   /* a timer that does not run */
        "D904 8202 8381",                   /* USSD */
        "DA04 8202 8281",
        "DB04 8202 8281", /* multimedia messages */
        "DC04 8202 8281",
        "DD04 8202 8281", /* an application of the terminal's, geography */
        "DE04 8202 8281",
        "DF04 8202 8281", /* a container, services in proximity */
    };
    struct world *world = world_open(0);
    for (size_t i = 0; i < sizeof(envelopes) / sizeof(envelopes[0]); i++) {
        char body[64], text[96];
        size_t len = 0;
        for (const char *at = envelopes[i]; *at != '\0'; at++)
            if (*at != ' ')
                body[len++] = *at;
        body[len] = '\0';
        snprintf(text, sizeof(text), "80C20000%02zX%s", len / 2, body);
        cr_expect_str_eq(world_terminal(world, text), "9000", "row %zu", i);
        /* One byte is missing: malformed. */
        body[len - 2] = '\0';
        snprintf(text, sizeof(text), "80C20000%02zX%s", len / 2 - 1, body);
        cr_expect_str_eq(world_terminal(world, text), "6A80", "row %zu, cut", i);
    }
    world_close(world);
}

Test(ota_envelope, messages_for_nobody)
{
    static const struct {
        const char *envelope, *answer;
    } rows[] = {
        {"80C2000005D103020183", "6A80"},
        {"80C200001AD1188202838 18B12 00048121 437FF6 22705200000000 03 414243", "9000"},
        {"80C2000004D3028000", "9000"},
        {"80C2000002D100", "6A80"},
        {"80C200001BD119820283818B13400481214 37FF6 22705200000000 04 03000301", "9000"},
    };
    struct world *world = world_open(0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[256];
        size_t len = 0;
        for (const char *at = rows[i].envelope; *at != '\0'; at++)
            if (*at != ' ')
                text[len++] = *at;
        text[len] = '\0';
        cr_expect_str_eq(world_terminal(world, text), rows[i].answer, "row %zu", i);
    }
    world_close(world);
}
