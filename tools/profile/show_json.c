/* A package as JSON. */
#include <stdlib.h>

#include "apdu/hex.h"
#include "tools/lib/common/package.h"
#include "tools/profile/package/elements.h"
#include "fs/files/names.h"
#include "tools/profile/show.h"

static json_t *hex_of(struct bytes bytes)
{
    char *digits = malloc(HEX_SIZE(bytes.len));
    if (digits == NULL)
        return json_null();
    hex_encode(bytes, digits);
    json_t *text = json_string(digits);
    free(digits);
    return text;
}

static json_t *fid_of(const struct file *file)
{
    return file != NULL ? json_sprintf("%04X", file->fid) : json_null();
}

static int list_element(void *context, const struct element_row *row)
{
    json_t *entry =
        json_pack("{s:s, s:i, s:i, s:b}", "name", elements_name(row), "offset", (int)row->offset,
                  "bytes", (int)row->whole.len, "mandated", row->mandated);
    if (row->has_identification)
        json_object_set_new(entry, "identification", json_integer(row->identification));
    return json_array_append_new(context, entry);
}

static json_t *path_of(const struct file *file)
{
    char path[TRIAL_PATH_SIZE];
    trial_path(file, path);
    return json_string(path);
}

static void add_content(json_t *entry, const struct file *file)
{
    json_object_set_new(entry, "size", json_integer(file->size));
    if (file_has_records(file))
        json_object_set_new(entry, "record-length", json_integer(file->record_len));
    if (file->content != NULL)
        json_object_set_new(entry, "content", hex_of(bytes_of(file->content, file->content_len)));
}

static int list_file(void *context, struct file *file)
{
    json_t *entry =
        json_pack("{s:o, s:s, s:s, s:i}", "path", path_of(file), "name", names_of_file(file),
                  "type", names_of_type(file->type), "life-cycle", file->life_cycle);
    if (file->type == FILE_ADF)
        json_object_set_new(entry, "aid", hex_of(bytes_of(file->aid, file->aid_len)));
    if (file->sfi != 0)
        json_object_set_new(entry, "sfi", json_integer(file->sfi));
    if (file->rules.arr != 0)
        json_object_set_new(entry, "rules",
                            json_sprintf("%04X/%u", file->rules.arr, file->rules.record));
    if (file->target != NULL)
        json_object_set_new(entry, "link", path_of(file->target));
    else if (!file_is_directory(file))
        add_content(entry, file);
    return json_array_append_new(context, entry);
}

static json_t *list_pins(struct profile *profile)
{
    json_t *list = json_array();
    for (const struct pin *pin = profile->pins; pin != NULL; pin = pin->next)
        json_array_append_new(list, json_pack("{s:i, s:o, s:b, s:i, s:i, s:i}", "reference",
                                              pin->reference, "in",
                                              fid_of(profile_file_by_id(profile, pin->directory)),
                                              "enabled", pin->attributes & 1, "tries", pin->max,
                                              "left", pin->left, "puk", pin->puk));
    return list;
}

static json_t *list_puks(const struct profile *profile)
{
    json_t *list = json_array();
    for (const struct puk *puk = profile->puks; puk != NULL; puk = puk->next)
        json_array_append_new(list, json_pack("{s:i, s:i, s:i}", "reference", puk->reference,
                                              "tries", puk->max, "left", puk->left));
    return list;
}

static json_t *list_akas(struct profile *profile)
{
    json_t *list = json_array();
    for (const struct aka *aka = profile->akas; aka != NULL; aka = aka->next)
        json_array_append_new(list, json_pack("{s:o, s:s, s:b}", "in",
                                              fid_of(profile_file_by_id(profile, aka->adf)),
                                              "algorithm", names_of_algorithm(aka->algorithm),
                                              "mapped", aka->mapped != 0));
    return list;
}

json_t *show_json(struct bytes package, const struct trial *trial)
{
    char iccid[ICCID_TEXT_SIZE];
    struct profile *profile = trial->profile;
    json_t *elements = json_array(), *files = json_array();
    iccid_text(profile->iccid, iccid);
    elements_each(package, list_element, elements);
    profile_each_file(profile, list_file, files);
    return json_pack("{s:s, s:s, s:i, s:i, s:b, s:o, s:o, s:o, s:o, s:o}", "iccid", iccid, "type",
                     profile->type, "major-version", profile->major, "minor-version",
                     profile->minor, "accepted", trial->accepted, "elements", elements, "files",
                     files, "pins", list_pins(profile), "puks", list_puks(profile), "aka",
                     list_akas(profile));
}
