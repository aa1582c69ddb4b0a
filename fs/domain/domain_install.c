/* INSTALL in all its forms (GlobalPlatform §11.5). */
#include "fs/domain/domain_commands.h"

#include "apdu/status.h"
#include "apdu/tlv.h"
#include "fs/domain/access_rules.h"
#include "fs/domain/domain_lv.h"
#include "fs/domain/domain_toolkit.h"

#define P1_MORE 0x80
#define TAG_PARAMETERS 0xC9
#define TAG_SYSTEM 0xEF
#define TAG_UICC 0xEA
#define TAG_TOOLKIT 0x80
#define TAG_SIM_TOOLKIT 0xCA
#define FIELDS_MAX 6

/* The fields of each form, in their order, as many as it has. */
enum { LOAD_FILE, LOAD_DOMAIN, LOAD_HASH, LOAD_PARAMETERS, LOAD_TOKEN, LOAD_FIELDS };
enum { PACKAGE, MODULE, AID, PRIVILEGES, PARAMETERS, TOKEN, FIELDS };
enum { TARGET_DOMAIN = PACKAGE };

/* What a form is carried out with. */
struct installation {
    struct domain_context *context;
    struct domain_registry *registry; /* that of what is managed */
    struct domain_entry *domain;      /* who commands */
    struct bytes fields[FIELDS_MAX];
};
typedef int form(const struct installation *installation);

/* The classes that there is something for: security domains (GP UICC Configuration). */
static const struct domain_aid domain_package = {{0xA0, 0x00, 0x00, 0x01, 0x51, 0x53, 0x50}, 7};
static const struct domain_aid domain_module = {{0xA0, 0x00, 0x00, 0x01, 0x51, 0x53, 0x50, 0x41},
                                                8};

static bool is_empty(const struct domain_aid *aid)
{
    return aid->len == 0;
}

/* Content is managed by who is authorized to, or would be with a token, which nobody gives here. */
static bool may_install(const struct installation *installation)
{
    return installation->context->owner != DOMAIN_OWNER_CHIP &&
           domain_may(installation->domain, DOMAIN_PRIVILEGE_AUTHORIZED);
}

static int install_for_load(const struct installation *installation)
{
    struct domain_entry *loading = &installation->context->loading;
    struct domain_entry entry = {.kind = DOMAIN_LOAD_FILE, .state = DOMAIN_LOADED};
    if (!may_install(installation))
        return SW_CONDITIONS_NOT_SATISFIED;
    if (!domain_aid_set(&entry.aid, installation->fields[LOAD_FILE]) || is_empty(&entry.aid) ||
        !domain_aid_set(&entry.domain, installation->fields[LOAD_DOMAIN]))
        return SW_WRONG_DATA;
    if (is_empty(&entry.domain))
        entry.domain = installation->domain->aid;
    if (domain_list_find(installation->registry, &entry.domain) == NULL)
        return SW_REFERENCE_NOT_FOUND;
    if (domain_list_find(installation->registry, &entry.aid) != NULL)
        return SW_CONDITIONS_NOT_SATISFIED;
    domain_context_drop(&installation->context->load);
    *loading = entry;
    return 0;
}

/* C9 must be there, though it may be empty. */
static bool read_parameters(struct bytes parameters, struct domain_entry *out)
{
    struct domain_toolkit toolkit;
    struct tlv specific, system, field;
    if (!tlv_find(parameters, TAG_PARAMETERS, &specific))
        return false;
    out->parameters = specific.value;
    const bool uicc = tlv_find(parameters, TAG_UICC, &system);
    if (!uicc && !tlv_find(parameters, TAG_SYSTEM, &system))
        return true;
    out->system = system.whole;
    if (!tlv_find(system.value, uicc ? TAG_TOOLKIT : TAG_SIM_TOOLKIT, &field))
        return true;
    if (!(uicc ? domain_toolkit_read : domain_toolkit_read_sim)(field.value, &toolkit))
        return false;
    out->tars = toolkit.tars;
    out->level = toolkit.level;
    return toolkit.tars.len % DOMAIN_TAR_SIZE == 0;
}

/* A TAR leads to one application. */
static bool tars_are_free(const struct domain_registry *registry, struct bytes tars)
{
    struct bytes tar;
    while (bytes_take(&tars, DOMAIN_TAR_SIZE, &tar))
        if (domain_list_by_tar(registry, tar.data) != NULL)
            return false;
    return true;
}

static int install(const struct installation *installation, uint8_t state)
{
    struct domain_entry entry = {.kind = DOMAIN_SECURITY_DOMAIN, .state = state};
    const struct bytes *fields = installation->fields;
    if (!may_install(installation))
        return SW_CONDITIONS_NOT_SATISFIED;
    if (!domain_aid_set(&entry.package, fields[PACKAGE]) ||
        !domain_aid_set(&entry.module, fields[MODULE]) ||
        !domain_aid_set(&entry.aid, fields[AID]) || is_empty(&entry.module) ||
        !domain_read_privileges(fields[PRIVILEGES], &entry.privileges) ||
        !read_parameters(fields[PARAMETERS], &entry))
        return SW_WRONG_DATA;
    if (is_empty(&entry.aid))
        entry.aid = entry.module;
    if (!domain_aid_equal(&entry.module, &domain_module) ||
        !domain_aid_equal(&entry.package, &domain_package))
        return SW_REFERENCE_NOT_FOUND; /* nothing runs it */
    if (!domain_may(&entry, DOMAIN_PRIVILEGE_DOMAIN))
        return SW_WRONG_DATA;
    if (domain_list_find(installation->registry, &entry.aid) != NULL ||
        !tars_are_free(installation->registry, entry.tars))
        return SW_CONDITIONS_NOT_SATISFIED;
    entry.domain = installation->domain->aid;
    return domain_registry_put(installation->registry, &entry);
}

static int install_for_install(const struct installation *installation)
{
    return install(installation, DOMAIN_INSTALLED);
}

static int install_and_make_selectable(const struct installation *installation)
{
    return install(installation, DOMAIN_SELECTABLE);
}

/* What a form names in its third field. */
static int find_named(const struct installation *installation, struct domain_entry **out)
{
    struct domain_aid aid;
    if (!domain_aid_set(&aid, installation->fields[AID]) || is_empty(&aid))
        return SW_WRONG_DATA;
    *out = domain_list_find(installation->registry, &aid);
    return *out != NULL ? 0 : SW_REFERENCE_NOT_FOUND;
}

static int make_selectable(const struct installation *installation)
{
    struct domain_entry *entry;
    const int result = find_named(installation, &entry);
    if (result != 0)
        return result;
    struct domain_entry changed = *entry;
    if (!may_install(installation) || entry->state != DOMAIN_INSTALLED)
        return SW_CONDITIONS_NOT_SATISFIED;
    changed.state = DOMAIN_SELECTABLE;
    if (installation->fields[PRIVILEGES].len > 0 &&
        !domain_read_privileges(installation->fields[PRIVILEGES], &changed.privileges))
        return SW_WRONG_DATA;
    return domain_registry_put(installation->registry, &changed);
}

/* The domain that an entry goes to: who gives it away must have it. */
static int find_receiver(const struct installation *installation, const struct domain_entry *entry,
                         struct domain_aid *aid)
{
    if (!domain_aid_set(aid, installation->fields[TARGET_DOMAIN]) || is_empty(aid))
        return SW_WRONG_DATA;
    const struct domain_entry *target = domain_list_find(installation->registry, aid);
    if (target == NULL || target->kind != DOMAIN_SECURITY_DOMAIN)
        return SW_REFERENCE_NOT_FOUND;
    if (!may_install(installation) || !domain_is_of(entry, installation->domain) ||
        entry == target || entry == domain_list_root(installation->registry) ||
        domain_aid_equal(&target->domain, &entry->aid))
        return SW_CONDITIONS_NOT_SATISFIED;
    return 0;
}

/* Another domain's from here on. */
static int extradite(const struct installation *installation)
{
    struct domain_entry *entry;
    int result = find_named(installation, &entry);
    if (result != 0)
        return result;
    struct domain_entry changed = *entry;
    result = find_receiver(installation, entry, &changed.domain);
    return result == 0 ? domain_registry_put(installation->registry, &changed) : result;
}

static int update_registry(const struct installation *installation)
{
    struct domain_entry *entry;
    int result = find_named(installation, &entry);
    if (result != 0)
        return result;
    struct domain_entry changed = *entry;
    if (!may_install(installation) || !domain_is_of(entry, installation->domain))
        return SW_CONDITIONS_NOT_SATISFIED;
    if (installation->fields[PRIVILEGES].len > 0 &&
        !domain_read_privileges(installation->fields[PRIVILEGES], &changed.privileges))
        return SW_WRONG_DATA;
    if (installation->fields[TARGET_DOMAIN].len > 0)
        result = find_receiver(installation, entry, &changed.domain);
    return result == 0 ? domain_registry_put(installation->registry, &changed) : result;
}

/* Data that come by STORE DATA go there until something else is selected. ARA-M need be in no
 * registry: some chips have it built in. */
static int personalize(const struct installation *installation)
{
    struct domain_aid aid;
    struct domain_entry *entry;
    if (!domain_aid_set(&aid, installation->fields[AID]) || is_empty(&aid))
        return SW_WRONG_DATA;
    entry = domain_list_find(installation->registry, &aid);
    if (entry == NULL && !access_rules_are_there(installation->context->domains, &aid))
        return SW_REFERENCE_NOT_FOUND;
    if (entry != NULL &&
        (!domain_is_of(entry, installation->domain) || entry->kind == DOMAIN_LOAD_FILE))
        return SW_CONDITIONS_NOT_SATISFIED;
    installation->context->personalized = aid;
    domain_context_drop(&installation->context->data);
    return 0;
}

static const struct {
    uint8_t p1;
    uint8_t fields; /* that there are at least */
    form *run;
} forms[] = {
    {0x02, LOAD_TOKEN, install_for_load},
    {0x04, TOKEN, install_for_install},
    {0x0C, TOKEN, install_and_make_selectable},
    {0x08, TOKEN, make_selectable},
    {0x10, TOKEN, extradite},
    {0x20, AID + 1, personalize},
    {0x40, TOKEN, update_registry},
};

static bool read_fields(struct bytes data, size_t at_least, struct bytes fields[FIELDS_MAX])
{
    size_t count = 0;
    while (data.len > 0 && count < FIELDS_MAX)
        if (!domain_lv_take(&data, &fields[count++]))
            return false;
    return count >= at_least && data.len == 0;
}

int domain_install(struct domain_context *context, const struct apdu *apdu, struct writer *response)
{
    struct installation installation = {.context = context};
    struct domain_registry *own;
    int result = domain_context_entry(context, &own, &installation.domain);
    if (result == 0)
        result = domain_context_managed(context, &installation.registry);
    if (result != 0)
        return result;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (forms[i].p1 != apdu->p1 || apdu->p2 != 0)
            continue;
        if (!read_fields(apdu->data, forms[i].fields, installation.fields))
            return SW_WRONG_DATA;
        result = forms[i].run(&installation);
        if (result == 0)
            writer_put_u8(response, 0); /* no receipt */
        return result;
    }
    return SW_WRONG_P1_P2;
}
