/* lint_rule: what the rules of lint share. Private to lint. */
#ifndef EMUICC_TOOLS_PROFILE_LINT_LINT_RULE_H
#define EMUICC_TOOLS_PROFILE_LINT_LINT_RULE_H

#include "tools/profile/lint/lint_finding.h"

struct lint {
    struct bytes package;
    const struct trial *trial;
    struct profile *profile;
    const struct lint_row *row; /* whose rule runs */
    lint_visitor *visit;
    void *context;
    int result; /* other than 0: the visitor has had enough */
};

/* Reports one finding of the rule that runs. file: NULL if it is about none. */
void lint_find(struct lint *lint, const struct file *file, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, about an element. */
void lint_find_in(struct lint *lint, unsigned element, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

enum lint_application { LINT_MF, LINT_USIM, LINT_ISIM, LINT_CSIM, LINT_OTHER };
/* Which application an ADF is, or a file is in. */
enum lint_application lint_application_of(const struct file *file);

/* Visits the files; those of links only as the links themselves. */
typedef void lint_file_rule(struct lint *lint, struct file *file);
void lint_each_file(struct lint *lint, lint_file_rule *rule);
/* Visits the ADFs of a kind. */
void lint_each_adf(struct lint *lint, enum lint_application kind, lint_file_rule *rule);

/* Content of a transparent file, or of all records; empty if there is none. */
struct bytes lint_content(struct file *file);
/* A child of a directory; NULL if there is none, or no directory. */
struct file *lint_child(struct file *directory, uint16_t fid);
/* A bit of a service table, counted from 1. */
bool lint_service(struct bytes table, unsigned number);
bool lint_is_blank(struct bytes bytes); /* nothing but FF */

/* One a row of lint_table.c. */
lint_rule lint_der_defaults, lint_iccid_differs, lint_iccid_digit, lint_iccid_industry;
lint_rule lint_header_services, lint_header_templates, lint_domain;
lint_rule lint_dir_missing, lint_dir_unknown, lint_dir_record;
lint_rule lint_files_missing, lint_files_size, lint_files_structure, lint_files_sfi;
lint_rule lint_sfi_twice, lint_services_without_file, lint_files_without_service;
lint_rule lint_services_fixed, lint_enabled_services;
lint_rule lint_arr_missing, lint_arr_record, lint_arr_form, lint_arr_pin;
lint_rule lint_puk_missing, lint_pin_format;
lint_rule lint_imsi, lint_ad, lint_acc, lint_aka, lint_plmn;

#endif
