#include "tools/ctl/print.h"

#include <stdbool.h>
#include <string.h>

#define STEP 4 /* columns that a part stands further to the right */

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static void print_scalar(const json_t *value)
{
    if (json_is_string(value))
        fputs(json_string_value(value), stdout);
    else if (json_is_integer(value))
        printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else
        fputs(json_is_true(value) ? "yes" : "no", stdout);
}

static bool has_parts(const json_t *value)
{
    return json_is_object(value) || json_is_array(value);
}

static void print_parts(const json_t *value, int column);

static void print_named(const char *name, const json_t *value, int column)
{
    printf("%*s%s", column, "", name);
    if (has_parts(value)) {
        putchar('\n');
        print_parts(value, column + STEP);
        return;
    }
    printf("%s", name[0] != '-' ? ": " : " ");
    print_scalar(value);
    putchar('\n');
}

static void print_parts(const json_t *value, int column)
{
    const char *name;
    json_t *part;
    size_t i;
    if (json_is_array(value))
        json_array_foreach(value, i, part) print_named("-", part, column);
    else
        json_object_foreach((json_t *)value, name, part) print_named(name, part, column);
}

/* What is kept and not run, one a line: kind, AID, and all else that is said of it. */
static void print_stored(const json_t *stored)
{
    const char *name;
    json_t *part;
    printf("    %-22s  %s", text_of(stored, "kind"), text_of(stored, "aid"));
    json_object_foreach((json_t *)stored, name, part)
    {
        if (strcmp(name, "kind") == 0 || strcmp(name, "aid") == 0)
            continue;
        printf("  %s", name);
        if (!has_parts(part))
            putchar(' ');
        if (!has_parts(part))
            print_scalar(part);
        size_t i;
        json_t *one;
        json_array_foreach(part, i, one)
        {
            putchar(' ');
            print_scalar(one);
        }
    }
    putchar('\n');
}

static void print_profile(const json_t *profile)
{
    const char *nickname = text_of(profile, "nickname"), *provider = text_of(profile, "provider");
    size_t i;
    json_t *stored;
    printf("%-20s  %-8s  %-12s  %s%s%s%s%s\n", text_of(profile, "iccid"), text_of(profile, "state"),
           text_of(profile, "class"), provider, provider[0] != '\0' ? ", " : "",
           text_of(profile, "name"), nickname[0] != '\0' ? ", " : "", nickname);
    printf("    %-22s  %s  bytes ", "ISD-P", text_of(profile, "aid"));
    print_scalar(json_object_get(profile, "size"));
    fputs("  files ", stdout);
    print_scalar(json_object_get(profile, "files"));
    putchar('\n');
    json_array_foreach(json_object_get(profile, "stored"), i, stored) print_stored(stored);
}

void print_list(const json_t *answer)
{
    const json_t *profiles = json_object_get(answer, "profiles");
    size_t i;
    json_t *profile;
    json_array_foreach(profiles, i, profile) print_profile(profile);
    if (json_array_size(profiles) == 0)
        puts("no profiles");
    const json_t *chip = json_object_get(answer, "chip");
    json_t *stored;
    if (json_array_size(chip) > 0)
        puts("the chip itself");
    json_array_foreach(chip, i, stored) print_stored(stored);
}

void print_show(const json_t *answer)
{
    size_t i;
    json_t *element;
    print_profile(answer);
    puts("elements");
    json_array_foreach(json_object_get(answer, "elements"), i, element) print_parts(element, STEP);
}

/* Name, id, and what SELECT says; below it who may do what, and the content where it has words. */
static void print_file(const json_t *file)
{
    size_t i;
    json_t *part;
    printf("%-22s %s ", text_of(file, "name"), text_of(file, "fid"));
    json_array_foreach(json_object_get(file, "words"), i, part)
        printf("%s%s", i > 0 ? ", " : " ", json_string_value(part));
    putchar('\n');
    json_array_foreach(json_object_get(file, "rules"), i, part)
        printf("    %s: %s\n", text_of(part, "mode"), text_of(part, "needs"));
    json_array_foreach(json_object_get(file, "decoded"), i, part)
        printf("    = %s: %s\n", text_of(part, "label"), text_of(part, "value"));
}

void print_files(const json_t *answer)
{
    size_t i;
    json_t *file;
    json_array_foreach(json_object_get(answer, "files"), i, file) print_file(file);
}

void print_object(const json_t *answer)
{
    if (json_object_get(answer, "done") == NULL)
        print_parts(answer, 0);
}

void print_chips(const json_t *answer)
{
    size_t i;
    const json_t *chip;
    json_array_foreach(json_object_get(answer, "chips"), i, chip)
        printf("%s\n", json_string_value(json_array_get(chip, 0)));
}

void print_faults(const json_t *answer)
{
    const json_t *faults = json_object_get(answer, "faults");
    size_t i;
    json_t *fault;
    json_array_foreach(faults, i, fault)
    {
        print_scalar(json_object_get(fault, "id"));
        printf("  %s  (struck ", text_of(fault, "fault"));
        print_scalar(json_object_get(fault, "strikes"));
        puts(" times)");
    }
    if (json_array_size(faults) == 0)
        puts("no faults");
}

void print_snapshots(const json_t *answer)
{
    const json_t *snapshots = json_object_get(answer, "snapshots");
    size_t i;
    json_t *snapshot;
    json_array_foreach(snapshots, i, snapshot)
    {
        printf("%-24s  %s  ", text_of(snapshot, "name"), text_of(snapshot, "taken"));
        print_scalar(json_object_get(snapshot, "bytes"));
        puts(" bytes");
    }
    if (json_array_size(snapshots) == 0)
        puts("no snapshots");
}

void print_findings(const json_t *answer)
{
    size_t i;
    json_t *finding;
    json_array_foreach(json_object_get(answer, "findings"), i, finding)
    {
        const bool good = json_is_true(json_object_get(finding, "good"));
        printf("%-5s  %-12s  %s\n", good ? "good" : "WRONG", text_of(finding, "check"),
               text_of(finding, "says"));
        if (!good)
            printf("       %-12s  run: %s\n", "", text_of(finding, "run"));
    }
}

void print_json(const json_t *answer)
{
    json_dumpf(answer, stdout, JSON_INDENT(2));
    putchar('\n');
}
