/* emuicc-eim order EID OPERATION …: an order out of words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apdu/trace.h"
#include "tools/eim/command.h"
#include "tools/eim/rest_orders.h"
#include "tools/lib/common/text.h"
#include "tools/lib/es9/activation.h"

#define FILE_MAX 8192
#define SMDS "smds"

/* The content of an order from the words after the operation's own; NULL when they are wrong. */
typedef json_t *order_maker(const struct eim_options *options, char **words, int count);

static json_t *make_enable(const struct eim_options *options, char **words, int count)
{
    (void)count;
    return json_pack("[{s:{s:s, s:b}}]", "enable", "iccid", words[0], "rollback",
                     options->rollback);
}

static json_t *make_disable(const struct eim_options *options, char **words, int count)
{
    (void)options;
    (void)count;
    return json_pack("[{s:{s:s}}]", "disable", "iccid", words[0]);
}

static json_t *make_delete(const struct eim_options *options, char **words, int count)
{
    (void)options;
    (void)count;
    return json_pack("[{s:{s:s}}]", "delete", "iccid", words[0]);
}

static json_t *make_list(const struct eim_options *options, char **words, int count)
{
    (void)options;
    (void)words;
    (void)count;
    return json_pack("[{s:{}}]", "listProfileInfo");
}

static json_t *make_rat(const struct eim_options *options, char **words, int count)
{
    (void)options;
    (void)words;
    (void)count;
    return json_pack("[{s:{}}]", "getRAT");
}

static json_t *make_fallback(const struct eim_options *options, char **words, int count)
{
    (void)options;
    (void)count;
    if (strcmp(words[0], "none") == 0)
        return json_pack("[{s:{}}]", "unsetFallbackAttribute");
    return json_pack("[{s:{s:s}}]", "setFallbackAttribute", "iccid", words[0]);
}

static json_t *make_immediate(const struct eim_options *options, char **words, int count)
{
    (void)options;
    if (strcmp(words[0], "on") != 0 && strcmp(words[0], "off") != 0)
        return NULL;
    json_t *arguments = json_pack("{s:b}", "immediateEnableFlag", strcmp(words[0], "on") == 0);
    if (count > 1)
        json_object_set_new(arguments, "defaultSmdpOid", json_string(words[1]));
    if (count > 2)
        json_object_set_new(arguments, "defaultSmdpAddress", json_string(words[2]));
    return json_pack("[{s:o}]", "configureImmediateEnable", arguments);
}

static json_t *make_address(const struct eim_options *options, char **words, int count)
{
    (void)options;
    (void)count;
    return json_pack("[{s:{s:s}}]", "setDefaultDpAddress", "defaultDpAddress", words[0]);
}

/* EimConfigurationData or an AddInitialEim request with one entry, in a file. */
static json_t *make_configuration(const char *operation, const char *path)
{
    struct blob file;
    struct tlv outer, list, entry;
    const int found = blob_read_file(path, FILE_MAX, &file);
    if (found > 0)
        trace_error("%s: no such file", path);
    if (found != 0)
        return NULL;
    struct bytes data = blob_bytes(&file);
    if (tlv_whole(data, 0xBF57, &outer) && tlv_whole(outer.value, 0xA0, &list) &&
        tlv_take_tag(&list.value, 0x30, &entry))
        data = entry.whole;
    json_t *content =
        json_pack("[{s:{s:o}}]", operation, "eimConfigurationData", text_json_hex(data));
    blob_finish(&file);
    return content;
}

static json_t *make_add(const struct eim_options *options, char **words, int count)
{
    (void)options;
    (void)count;
    return make_configuration("addEim", words[0]);
}

static json_t *make_update(const struct eim_options *options, char **words, int count)
{
    (void)options;
    (void)count;
    return make_configuration("updateEim", words[0]);
}

static json_t *make_delete_eim(const struct eim_options *options, char **words, int count)
{
    (void)options;
    (void)count;
    return json_pack("[{s:{s:s}}]", "deleteEim", "eimId", words[0]);
}

static json_t *make_list_eims(const struct eim_options *options, char **words, int count)
{
    (void)options;
    (void)words;
    (void)count;
    return json_pack("[{s:{}}]", "listEim");
}

static json_t *make_data(const struct eim_options *options, char **words, int count)
{
    (void)options;
    (void)count;
    return json_pack("{s:s}", "tagList", words[0]);
}

static json_t *make_download(const struct eim_options *options, char **words, int count)
{
    (void)count;
    const char *from = words[0];
    struct activation activation;
    struct fault fault = {0};
    if (strcmp(from, "default") == 0)
        return json_pack("{s:b}", "contactDefaultSmdp", 1);
    if (strcmp(from, SMDS) == 0)
        return json_pack("{s:{}}", "contactSmds");
    if (strncmp(from, SMDS ":", strlen(SMDS ":")) == 0)
        return json_pack("{s:{s:s}}", "contactSmds", "smdsAddress", from + strlen(SMDS ":"));
    if (!activation_parse(from, &activation, &fault)) {
        trace_error("order: %s; or 'default', 'smds', 'smds:ADDRESS'", fault.text);
        return NULL;
    }
    if (options->code != NULL)
        return json_pack("{s:s, s:s}", "activationCode", from, "confirmationCode", options->code);
    return json_pack("{s:s}", "activationCode", from);
}

static const struct operation {
    const char *name;
    enum order_facility facility;
    int least, most; /* words */
    order_maker *make;
    int refused;   /* status when what is wrong with its words has been said; 0: it has not */
    bool rollback; /* takes --rollback */
    bool code;     /* takes --confirmation-code */
} operations[] = {
    {"enable", ORDER_PSMO, 1, 1, make_enable, .rollback = true},
    {"disable", ORDER_PSMO, 1, 1, make_disable},
    {"delete", ORDER_PSMO, 1, 1, make_delete},
    {"list", ORDER_PSMO, 0, 0, make_list},
    {"rat", ORDER_PSMO, 0, 0, make_rat},
    {"fallback", ORDER_PSMO, 1, 1, make_fallback},
    {"immediate-enable", ORDER_PSMO, 1, 3, make_immediate},
    {"default-smdp", ORDER_PSMO, 1, 1, make_address},
    {"add-eim", ORDER_ECO, 1, 1, make_add, EXIT_FAILURE},
    {"update-eim", ORDER_ECO, 1, 1, make_update, EXIT_FAILURE},
    {"delete-eim", ORDER_ECO, 1, 1, make_delete_eim},
    {"list-eims", ORDER_ECO, 0, 0, make_list_eims},
    {"data", ORDER_DATA, 1, 1, make_data},
    {"download", ORDER_DOWNLOAD, 1, 1, make_download, OPTIONS_STATUS_USAGE, .code = true},
};

static int place(struct eim *eim, const struct eim_options *options, const char *eid,
                 enum order_facility facility, json_t *content)
{
    char name[ORDERS_NAME_SIZE], detail[REST_ORDERS_DETAIL_SIZE];
    json_t *resource = json_pack("{s:s, s:{s:o}}", "eidValue", eid, "order",
                                 orders_facility_name(facility), content);
    const int result = rest_orders_create(eim, facility, resource, name, detail);
    json_decref(resource);
    if (result > 0) {
        trace_error("order: %s", detail);
        return OPTIONS_STATUS_USAGE;
    }
    if (result == 0 && options->json)
        printf("{\"name\": \"%s\", \"eid\": \"%s\"}\n", name, eid);
    else if (result == 0)
        printf("%s\n", name);
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Options that would be left aside without a word. */
static bool takes_options(const struct operation *operation, const struct eim_options *options)
{
    if (options->rollback && !operation->rollback)
        trace_error("order: --rollback goes with enable");
    else if (options->code != NULL && !operation->code)
        trace_error("order: --confirmation-code goes with download");
    else
        return true;
    return false;
}

/* A test may use any EID; wrong check digits are a slip most of the time. */
static void warn_of(const char *digits)
{
    uint8_t eid[PKI_EID_SIZE];
    if (!pki_eid_from_text(digits, eid) || pki_eid_is_right(eid))
        return;
    char right[PKI_EID_DIGITS + 1];
    pki_eid_complete(eid);
    pki_eid_to_text(eid, right);
    fprintf(stderr,
            "%s: order: wrong check digits in the EID, %s would be right; taken all the same\n",
            eim_program.name, right + PKI_EID_DIGITS - 2);
}

static const struct operation *find_operation(const char *name)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
        if (strcmp(operations[i].name, name) == 0)
            return &operations[i];
    return NULL;
}

static int refuse(void)
{
    trace_error("order: EID, an operation and what it needs: 'emuicc-eim --help' lists them");
    return OPTIONS_STATUS_USAGE;
}

int command_order(struct eim *eim, const struct eim_options *options, char **words, int count)
{
    const int rest = count - 2;
    const struct operation *operation = rest >= 0 ? find_operation(words[1]) : NULL;
    if (operation == NULL || rest < operation->least || rest > operation->most)
        return refuse();
    if (!takes_options(operation, options))
        return OPTIONS_STATUS_USAGE;
    json_t *content = operation->make(options, words + 2, rest);
    if (content == NULL)
        return operation->refused != 0 ? operation->refused : refuse();
    warn_of(words[0]);
    return place(eim, options, words[0], operation->facility, content);
}
