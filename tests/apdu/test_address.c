#include <criterion/criterion.h>

#include "apdu/address.h"

static bool says(const char *text, const char *host, const char *port)
{
    struct address address;
    return address_parse(bytes_of_text(text), &address) && strcmp(address.host, host) == 0 &&
           strcmp(address.port, port) == 0;
}

Test(address, host_and_port_are_told_apart)
{
    cr_assert(says("127.0.0.1:35963", "127.0.0.1", "35963"));
    cr_assert(says("[::1]:0", "::1", "0"));
    cr_assert(says("smdpp.example.com:00080", "smdpp.example.com", "80"));
    cr_assert(says("0.0.0.0:65535", "0.0.0.0", "65535"));
}

Test(address, what_is_none_is_not_taken_for_one)
{
    static const char *const wrong[] = {
        "",
        ":",
        "127.0.0.1",
        ":443",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:99999999999999",
        "localhost:-1",
        "localhost: 1",
        "localhost:1x",
        "::1:443",
        "[]:443",
        "[::1]",
        "[::1]443",
    };
    struct address address;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_assert_not(address_parse(bytes_of_text(wrong[i]), &address) || address_check(wrong[i]),
                      "%s", wrong[i]);
    cr_assert_not(address_parse(bytes_of("a\0b:1", 5), &address));
}

Test(address, a_host_that_does_not_fit_is_refused)
{
    char text[ADDRESS_HOST_SIZE + 8];
    struct address address;
    memset(text, 'a', sizeof(text));
    strcpy(text + ADDRESS_HOST_SIZE - 1, ":1");
    cr_assert(address_parse(bytes_of_text(text), &address));
    strcpy(text + ADDRESS_HOST_SIZE - 1, "a:1");
    cr_assert_not(address_parse(bytes_of_text(text), &address));
}
