/* emuicc-lpa enable, disable, delete, nickname: one profile. */
#include <stdio.h>

#include "apdu/der.h"
#include "tools/lib/es10/es10c.h"
#include "tools/lpa/lpa.h"
#include "tools/lib/common/text.h"

#define NICKNAME_MAX 64 /* characters (SGP.22 §5.7.21) */

static void report(json_t *document, const char *done, const char *profile)
{
    json_object_set_new(document, "done", json_string(done));
    json_object_set_new(document, "profile", json_string(profile));
}

bool command_profile_enable(struct lpa *lpa, int count, char **arguments, json_t *document)
{
    (void)count;
    struct profile_id id;
    if (!profile_id_parse(arguments[0], &id, &lpa->fault) ||
        !es10c_enable_profile(&lpa->es10, &id, lpa->options.refresh))
        return false;
    report(document, "enabled", arguments[0]);
    return true;
}

bool command_profile_disable(struct lpa *lpa, int count, char **arguments, json_t *document)
{
    (void)count;
    struct profile_id id;
    if (!profile_id_parse(arguments[0], &id, &lpa->fault) ||
        !es10c_disable_profile(&lpa->es10, &id, lpa->options.refresh))
        return false;
    report(document, "disabled", arguments[0]);
    return true;
}

bool command_profile_delete(struct lpa *lpa, int count, char **arguments, json_t *document)
{
    (void)count;
    struct profile_id id;
    if (!profile_id_parse(arguments[0], &id, &lpa->fault) || !es10c_delete_profile(&lpa->es10, &id))
        return false;
    report(document, "deleted", arguments[0]);
    return true;
}

/* SetNickname takes an ICCID only: the card is asked for that of an AID. */
static bool find_iccid(struct lpa *lpa, const struct profile_id *id,
                       uint8_t iccid[PROFILE_ID_ICCID_LEN])
{
    struct bytes list;
    struct tlv profile, found;
    if (id->tag == PROFILE_ID_TAG_ICCID)
        return bytes_copy_exact(bytes_of(id->value, id->len), iccid, PROFILE_ID_ICCID_LEN);
    if (!es10c_get_profiles_info(&lpa->es10, id, ES10C_TAGS, &list))
        return false;
    if (list.len == 0)
        return es10_refused(&lpa->fault, ES10C_SET_NICKNAME, 1);
    return (tlv_take(&list, &profile) && tlv_find(profile.value, PROFILE_ID_TAG_ICCID, &found) &&
            bytes_copy_exact(found.value, iccid, PROFILE_ID_ICCID_LEN)) ||
           es10_malformed(&lpa->fault, ES10C_GET_PROFILES_INFO);
}

bool command_profile_nickname(struct lpa *lpa, int count, char **arguments, json_t *document)
{
    (void)count;
    struct profile_id id;
    uint8_t iccid[PROFILE_ID_ICCID_LEN];
    const struct bytes nickname = bytes_of_text(arguments[1]);
    if (!der_is_utf8(nickname, NICKNAME_MAX))
        return fault_raise(&lpa->fault, "nickname", "it is longer than %d characters, or no UTF-8",
                           NICKNAME_MAX);
    if (!profile_id_parse(arguments[0], &id, &lpa->fault) || !find_iccid(lpa, &id, iccid) ||
        !es10c_set_nickname(&lpa->es10, bytes_of(iccid, sizeof(iccid)), nickname))
        return false;
    report(document, nickname.len > 0 ? "named" : "without nickname", arguments[0]);
    json_object_set_new(document, "nickname", text_json(nickname));
    return true;
}

void command_profile_show(const json_t *document)
{
    const json_t *nickname = json_object_get(document, "nickname");
    printf("%s %s", json_string_value(json_object_get(document, "profile")),
           json_string_value(json_object_get(document, "done")));
    if (json_string_length(nickname) > 0)
        printf(" %s", json_string_value(nickname));
    putchar('\n');
}
