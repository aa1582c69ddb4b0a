/* The trace of a download: what passes is named, and no key of the profile is written down. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/peer_card.h"
#include "apdu/hex.h"
#include "apdu/trace.h"
#include "apdu/decode/decode_table.h"
#include "card/trace/outputs.h"
#include "isd-r/es10.h"

static struct peer peer;
static struct card card;

Test(trace, a_download_is_named_and_its_keys_are_not_written, .timeout = 60)
{
    static char text[1 << 20];
    static struct outputs outputs;
    char path[128], key[2 * 16 + 1];
    struct package package = package_with_usim(1);
    for (size_t i = 0; i < sizeof(package.key); i++)
        package.key[i] = (uint8_t)(0xA0 + 5 * i);
    peer_card_start(&peer, &card);
    snprintf(path, sizeof(path), "%s/trace", peer.folder);
    const struct outputs_plan plan = {.trace = path};
    cr_assert_eq(outputs_open(&outputs, &plan), 0);
    outputs_observe(&outputs, &card, "a chip");
    cr_assert(peer_download(&peer, &(struct peer_binding){.content = &package}).installed);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    cr_assert_not_null(strstr(text, "AuthenticateServer (BF38)"));
    cr_assert_not_null(strstr(text, "PrepareDownload (BF21)"));
    cr_assert_not_null(strstr(text, "profile element segment (86)"), "%s", text);
    cr_assert_not_null(strstr(text, "ProfileInstallationResult (BF37)"));
    hex_encode(bytes_of(package.key, sizeof(package.key)), key);
    cr_assert_null(strstr(text, key));
    key[2 * 4] = '\0'; /* nor the beginning of it, where lines are cut */
    cr_assert_null(strstr(text, key));
    peer_card_stop(&peer, &card);
    outputs_close(&outputs);
}

/* An onlooker's names are those of the functions themselves. */
Test(trace, functions_have_one_name)
{
    for (size_t i = 0; i < es10_functions.count; i++) {
        const char *name = decode_table_function(es10_functions.rows[i].tag);
        cr_assert_not_null(name, "%s", es10_functions.rows[i].name);
        cr_assert_str_eq(name, es10_functions.rows[i].name);
    }
}
