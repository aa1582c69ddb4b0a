/* File control parameters: no template longer than old clients read, nothing in it that they do
 * not know, order as the specification's tables. */
#include "tests/fs/test_uicc.h"

#include <criterion/criterion.h>

#include "apdu/tlv.h"
#include "fs/fcp/fcp.h"
#include "fs/fcp/fcp_tags.h"

static uint8_t room[512];

static struct bytes fcp_of(struct profile *profile, struct file *file)
{
    struct writer out = writer_on(room, sizeof room);
    struct tlv template;
    fcp_put(profile, file, &out);
    cr_assert(tlv_whole(writer_bytes(&out), FCP_TEMPLATE, &template));
    return template.value;
}

static int check_order(void *context, struct file *file)
{
    static const uint32_t order[] = {FCP_DESCRIPTOR,    FCP_FID,        FCP_AID,
                                     FCP_PROPRIETARY,   FCP_LIFE_CYCLE, FCP_RULES_REFERENCED,
                                     FCP_RULES_COMPACT, FCP_PIN_STATUS, FCP_SIZE,
                                     FCP_TOTAL_SIZE,    FCP_SFI};
    const size_t count = sizeof order / sizeof order[0];
    struct bytes in = fcp_of(context, file);
    struct tlv tlv;
    size_t at = 0;
    cr_assert(in.len <= FCP_MAX);
    while (tlv_take(&in, &tlv)) {
        while (at < count && order[at] != tlv.tag)
            at++;
        cr_assert(at < count, "%X of file %04X", tlv.tag, file->fid);
        at++;
    }
    cr_assert(in.len == 0);
    return 0;
}

Test(fcp, has_known_objects_in_the_order_of_the_tables)
{
    struct profile *profile = test_profile();
    cr_assert(profile_each_file(profile, check_order, profile) == 0);
    profile_destroy(profile);
}

Test(fcp, stays_short_with_as_many_pins_as_it_shows)
{
    struct profile *profile = test_profile();
    uint8_t references[64];
    memset(references, 0x11, sizeof references);
    for (size_t i = 0; i < 15; i++)
        references[i] = (uint8_t)(0x81 + i);
    profile->adfs->pin_status = bytes_of(references, sizeof references);
    check_order(profile, profile->adfs);
    profile_destroy(profile);
}

Test(fcp, tells_record_files_by_record_length_times_number)
{
    struct profile *profile = test_profile();
    struct file *file = profile_child(profile->adfs, 0x6F40);
    struct tlv tlv;
    file->size = 43; /* three bytes beyond the last whole record */
    cr_assert(tlv_find(fcp_of(profile, file), FCP_SIZE, &tlv));
    cr_assert(bytes_equal(tlv.value, BYTES(0, 40)));
    cr_assert(tlv_find(fcp_of(profile, file), FCP_DESCRIPTOR, &tlv));
    cr_assert(bytes_equal(tlv.value, BYTES(0x42, 0x21, 0x00, 0x08, 0x05)));
    profile_destroy(profile);
}

Test(fcp, tells_sizes_beyond_two_bytes)
{
    struct profile *profile = test_profile();
    struct file *file = profile_child(profile->adfs, 0x6F7E);
    struct tlv tlv;
    file->size = 0x12345;
    cr_assert(tlv_find(fcp_of(profile, file), FCP_SIZE, &tlv));
    cr_assert(bytes_equal(tlv.value, BYTES(0, 1, 0x23, 0x45)));
    profile_destroy(profile);
}

Test(fcp, a_file_without_a_rule_grants_nothing_in_compact_form)
{
    struct profile *profile = test_profile();
    struct file *file = profile_child(profile->adfs, 0x6F7E);
    struct tlv tlv;
    file->rules = (struct file_rules){0};
    cr_assert(!tlv_find(fcp_of(profile, file), FCP_RULES_REFERENCED, &tlv));
    cr_assert(tlv_find(fcp_of(profile, file), FCP_RULES_COMPACT, &tlv));
    cr_assert(bytes_equal(tlv.value, BYTES(0)));
    profile_destroy(profile);
}

Test(fcp, not_shareable_shows)
{
    struct profile *profile = test_profile();
    struct file *file = profile_child(profile->adfs, 0x6F7E);
    struct tlv tlv;
    file->shareable = false;
    cr_assert(tlv_find(fcp_of(profile, file), FCP_DESCRIPTOR, &tlv));
    cr_assert(bytes_equal(tlv.value, BYTES(0x01, 0x21)));
    profile_destroy(profile);
}

static struct bytes styled(struct profile *profile, struct file *file,
                           const struct fcp_style *style)
{
    struct writer out = writer_on(room, sizeof room);
    struct tlv template;
    fcp_put_in_style(profile, file, style, &out);
    cr_assert(tlv_whole(writer_bytes(&out), FCP_TEMPLATE, &template));
    cr_assert(template.value.len <= FCP_MAX);
    return template.value;
}

/* As a sysmoISIM-SJA5 shows them to a phone. */
Test(fcp, has_what_a_card_leaves_out_or_adds)
{
    static const uint8_t more[] = {0xD2, 0x01, 0x0F};
    const struct fcp_style style = {
        .special_d0 = 1, .adf_without_fid = 1, .ef_properties = bytes_of(more, sizeof more)};
    struct profile *profile = test_profile();
    struct file *file = profile_child(profile->adfs, 0x6F40);
    struct tlv tlv;
    cr_assert(tlv_find(styled(profile, file, &style), FCP_PROPRIETARY, &tlv));
    cr_assert(bytes_equal(tlv.value, BYTES(0xD0, 0x01, file->special, 0xD2, 0x01, 0x0F)));
    cr_assert(tlv_find(styled(profile, file, &style), FCP_FID, &tlv));
    cr_assert(tlv_find(styled(profile, profile->adfs, &style), FCP_AID, &tlv));
    cr_assert(!tlv_find(styled(profile, profile->adfs, &style), FCP_FID, &tlv));
    cr_assert(tlv_find(styled(profile, profile->mf, &style), FCP_FID, &tlv));
    profile_destroy(profile);
}

Test(fcp, of_a_directory_without_a_rule_has_the_compact_form_without_an_access_mode)
{
    struct profile *profile = test_profile();
    struct tlv tlv;
    profile->adfs->rules.arr = 0;
    cr_assert(tlv_find(fcp_of(profile, profile->adfs), FCP_RULES_COMPACT, &tlv));
    cr_assert(bytes_equal(tlv.value, BYTES(0)));
    cr_assert(!tlv_find(fcp_of(profile, profile->adfs), FCP_RULES_REFERENCED, &tlv));
    profile_destroy(profile);
}

static int read_text(const char *text, struct fcp *out)
{
    static uint8_t bytes[256];
    return fcp_read(bytes_of(bytes, test_hex(text, bytes, sizeof bytes)), out);
}

Test(fcp, is_read_back)
{
    struct fcp fcp;
    cr_assert(read_text("6228 82044221 0010 8302A001 8A0105 8B032F0602 A50A C00180 C102AABB C20101"
                        " 80020100 8801F0 C603830101",
                        &fcp) == SW_WRONG_DATA); /* A5 and 62 are too long for what they hold */
    cr_assert(read_text("622A 82044221 0010 8302A001 8A0105 8B032F0602 A50A C00180 C102AABB C20101"
                        " 80020100 8801F0 C603830101",
                        &fcp) == 0);
    cr_assert(fcp.type == FILE_LINEAR_FIXED && fcp.shareable && fcp.record_len == 16);
    cr_assert(fcp.fid == 0xA001 && fcp.life_cycle == FILE_ACTIVATED);
    cr_assert(fcp.rules.arr == 0x2F06 && fcp.rules.record == 2);
    cr_assert(fcp.special == 0x80 && fcp.fill.len == 2 && fcp.repeat.len == 1);
    cr_assert(fcp.size == 256 && fcp.sfi == 30 && fcp.pin_status.len == 3);
}

Test(fcp, malformed_ones_are_refused)
{
    static const char *const wrong[] = {
        "",
        "62",
        "6204 82024121 00",
        "6203 820241",
        "6203 820141",
        "6203 8301A0",
        "6202 8400",
        "6202 8000",
        "6205 8003010203 00",
        "6203 8B0101",
        "6204 88020101",
        "6204 82020021",
        "6204 82024221",
        "6206 82044221 0000",
        "6204 A502C001",
        "6204 A502C100",
        "6202 8A00",
        "6307 82024121 8301A0",
    };
    struct fcp fcp;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        cr_expect(read_text(wrong[i], &fcp) == SW_WRONG_DATA, "%s", wrong[i]);
}
