/* Lines of a thread that are held until its work is done. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "apdu/trace.h"

static int messages[2], kept;

static void catch_messages(void)
{
    kept = dup(STDERR_FILENO);
    cr_assert(kept >= 0 && pipe(messages) == 0);
    cr_assert(fcntl(messages[0], F_SETFL, O_NONBLOCK) == 0);
    cr_assert(dup2(messages[1], STDERR_FILENO) >= 0);
    trace_program("test", false);
}

static void let_messages_go(void)
{
    (void)dup2(kept, STDERR_FILENO);
    close(messages[0]);
    close(messages[1]);
    close(kept);
}

TestSuite(trace, .init = catch_messages, .fini = let_messages_go);

/* What one write brought: a pipe gives all that is there. */
static void expect(const char *text)
{
    char said[256];
    const ssize_t len = read(messages[0], said, sizeof(said));
    cr_assert_eq(len, text[0] != '\0' ? (ssize_t)strlen(text) : -1);
    cr_assert(len < 0 || memcmp(said, text, strlen(text)) == 0);
}

Test(trace, lines_that_are_held_are_written_together)
{
    char room[64];
    trace_hold(room, sizeof(room));
    trace_notice("one");
    trace_error("two");
    trace_detail("a detail is not for standard error");
    expect("");
    trace_release();
    expect("test: one\ntest: two\n");
    trace_notice("three");
    expect("test: three\n");
}

Test(trace, lines_for_which_there_is_no_room_keep_their_order)
{
    char room[sizeof("test: one\n")];
    trace_hold(room, sizeof(room));
    trace_notice("one");
    expect("");
    trace_notice("a longer one");
    expect("test: one\ntest: a longer one\n");
    trace_notice("two");
    expect("");
    trace_release();
    expect("test: two\n");
}
