/* Files read whole, and what is no file to read. */
#include "tests/fs/test_store.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/profile/blob.h"

TestSuite(blob, .init = test_make_folder, .fini = test_remove_folder);

#define CONTENT "ten bytes!"

static const char *made(const char *name, const char *content)
{
    const char *path = test_path(name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(content, file);
    cr_assert_eq(fclose(file), 0);
    return path;
}

Test(blob, is_a_whole_file_that_is_not_too_long)
{
    struct blob blob;
    const char *path = made("file", CONTENT);
    cr_assert_eq(blob_read_file(path, 10, &blob), 0, "%s", test_trace);
    cr_expect(bytes_equal(blob_bytes(&blob), bytes_of_text(CONTENT)));
    blob_finish(&blob);
    cr_expect(blob.data == NULL && blob.len == 0);
    cr_expect_lt(blob_read_file(path, 9, &blob), 0);
    cr_expect(blob.data == NULL && blob.len == 0);
    cr_expect_not_null(strstr(test_trace, "file: has 10 bytes, at most 9 are allowed"), "%s",
                       test_trace);
    cr_assert_eq(blob_read_file(made("empty", ""), 0, &blob), 0, "%s", test_trace);
    cr_expect_eq(blob.len, 0);
    blob_finish(&blob);
    blob_finish(&blob);
}

/* A program without a standard input gets descriptor 0 for the file. */
Test(blob, is_read_where_standard_input_is_closed)
{
    struct blob blob;
    const char *path = made("file", CONTENT);
    close(STDIN_FILENO);
    errno = ENOENT; /* of something before */
    cr_assert_eq(blob_read_file(path, 10, &blob), 0, "%s", test_trace);
    cr_expect(bytes_equal(blob_bytes(&blob), bytes_of_text(CONTENT)));
    blob_finish(&blob);
}

Test(blob, is_no_file_that_is_not_there)
{
    struct blob blob;
    (void)made("file", CONTENT);
    cr_expect_eq(blob_read_file(test_path("other"), 10, &blob), 1);
    cr_expect_eq(blob_read_file(test_path("file/below"), 10, &blob), 1);
    cr_expect_str_eq(test_trace, "", "that is the caller's to say");
    cr_expect(blob.data == NULL && blob.len == 0);
}

Test(blob, is_no_folder_and_no_pipe)
{
    struct blob blob;
    cr_assert_eq(mkfifo(test_path("pipe"), 0600), 0);
    const char *const paths[] = {test_folder, test_path("pipe"), "/dev/null"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        test_trace[0] = '\0';
        cr_expect_lt(blob_read_file(paths[i], 10, &blob), 0, "%s", paths[i]);
        cr_expect_not_null(strstr(test_trace, ": not a regular file"), "%s", test_trace);
        cr_expect(blob.data == NULL && blob.len == 0);
    }
}

Test(blob, is_a_copy)
{
    struct blob blob;
    char text[] = CONTENT;
    cr_assert_eq(blob_copy(bytes_of_text(text), &blob), 0);
    text[0] = 'T';
    cr_expect(bytes_equal(blob_bytes(&blob), bytes_of_text(CONTENT)));
    blob_finish(&blob);
    cr_assert_eq(blob_copy((struct bytes){0}, &blob), 0);
    cr_expect_eq(blob.len, 0);
    blob_finish(&blob);
}
