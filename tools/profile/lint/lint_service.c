/* Findings about service tables: what EF.UST, EF.IST and EF.EST say against the files. */
#include "tools/profile/lint/lint_files.h"

#define FID_UST 0x6F38
#define FID_IST 0x6F07
#define FID_EST 0x6F56
#define SERVICE_FIXED 33 /* "shall be set to 1" */

static struct file *table_of(struct file *adf, enum lint_application kind)
{
    return lint_child(adf, kind == LINT_USIM ? FID_UST : FID_IST);
}

typedef void service_rule(struct lint *lint, struct file *table,
                          const struct lint_services_row *row, struct file *file);

/* For each row and each application of its kind that has a table: the file, NULL if it is not. */
static void each_service(struct lint *lint, service_rule *rule)
{
    for (size_t i = 0; i < lint_services_row_count; i++) {
        const struct lint_services_row *row = &lint_services_rows[i];
        for (struct file *adf = lint->profile->adfs; adf != NULL; adf = adf->next) {
            struct file *table = table_of(adf, row->application);
            struct file *place = row->directory != 0 ? lint_child(adf, row->directory) : adf;
            if (lint_application_of(adf) == row->application && table != NULL)
                rule(lint, table, row, lint_child(place, row->fid));
        }
    }
}

static void find_no_file(struct lint *lint, struct file *table, const struct lint_services_row *row,
                         struct file *file)
{
    const struct bytes services = lint_content(table);
    const bool needless = row->unless != 0 && lint_service(services, row->unless);
    if (file == NULL && lint_service(services, row->service) && !needless)
        lint_find(lint, table, "service %u is there, and %s (%04X) is not", row->service, row->name,
                  row->fid);
}

void lint_services_without_file(struct lint *lint)
{
    each_service(lint, find_no_file);
}

static void find_no_service(struct lint *lint, struct file *table,
                            const struct lint_services_row *row, struct file *file)
{
    if (file != NULL && !lint_service(lint_content(table), row->service))
        lint_find(lint, file, "service %u, which it belongs to, is not there", row->service);
}

void lint_files_without_service(struct lint *lint)
{
    each_service(lint, find_no_service);
}

static void find_fixed(struct lint *lint, struct file *adf)
{
    struct file *table = lint_child(adf, FID_UST);
    const struct bytes services = lint_content(table);
    if (table != NULL && services.len * 8 >= SERVICE_FIXED &&
        !lint_service(services, SERVICE_FIXED))
        lint_find(lint, table, "service %d is to be 1", SERVICE_FIXED);
}

void lint_services_fixed(struct lint *lint)
{
    lint_each_adf(lint, LINT_USIM, find_fixed);
}

/* TS 31.102 §4.2.47: what EF.EST enables, and the service of EF.UST that it is. */
static const struct {
    uint8_t enabled, service;
    const char *name;
} enabled_services[] = {
    {1, 2, "fixed dialling"}, {2, 6, "barred dialling"}, {3, 35, "APN control"}};

static void find_enabled(struct lint *lint, struct file *adf)
{
    struct file *table = lint_child(adf, FID_EST);
    const struct bytes enabled = lint_content(table);
    const struct bytes services = lint_content(lint_child(adf, FID_UST));
    for (size_t i = 0; i < sizeof(enabled_services) / sizeof(enabled_services[0]); i++)
        if (lint_service(enabled, enabled_services[i].enabled) &&
            !lint_service(services, enabled_services[i].service))
            lint_find(lint, table, "it enables %s, service %u, which EF.UST does not have",
                      enabled_services[i].name, enabled_services[i].service);
}

void lint_enabled_services(struct lint *lint)
{
    lint_each_adf(lint, LINT_USIM, find_enabled);
}
