/* One row a finding. */
#include "tools/profile/lint/lint.h"
#include "tools/profile/lint/lint_rule.h"

/* clang-format off */
const struct lint_row lint_rows[] = {
    {"iccid-differs",    LINT_ERROR,   "SGP.22 §5.5.5",     false, lint_iccid_differs, "header and EF.ICCID name two ICCIDs"},
    {"iccid-digit",      LINT_WARNING, "ITU-T E.118",       false, lint_iccid_digit, "the ICCID's check digit is wrong"},
    {"iccid-industry",   LINT_NOTE,    "ITU-T E.118",       false, lint_iccid_industry, "the ICCID does not begin with 89"},
    {"default-coded",    LINT_WARNING, "X.690 §11.5",       false, lint_der_defaults, "a value equal to its DEFAULT is coded: no DER"},
    {"header-service",   LINT_WARNING, "TCA §8.2.1",        false, lint_header_services, "the package uses a service that its header does not list"},
    {"header-template",  LINT_NOTE,    "TCA §8.2.1",        false, lint_header_templates, "the package uses a template that its header does not list"},
    {"domain-missing",   LINT_WARNING, "SGP.22 §2.4.3",     true,  lint_domain, "there is no security domain of the operator"},
    {"dir-missing",      LINT_ERROR,   "TS 102 221 §13.1",  true,  lint_dir_missing, "EF.DIR does not name an application that is there"},
    {"dir-unknown",      LINT_WARNING, "TS 102 221 §13.1",  true,  lint_dir_unknown, "EF.DIR names an application that is not there"},
    {"dir-record",       LINT_WARNING, "TS 102 221 §13.1",  false, lint_dir_record, "a record of EF.DIR is no application template"},
    {"file-missing",     LINT_WARNING, "TS 31.102, TS 31.103", true,  lint_files_missing, "a file that every application of its kind has is missing"},
    {"file-size",        LINT_WARNING, "TS 31.102, TS 31.103", false, lint_files_size, "a file's size is not what its specification has"},
    {"file-structure",   LINT_WARNING, "TS 31.102, TS 31.103", false, lint_files_structure, "a file's structure is not what its specification has"},
    {"file-sfi",         LINT_WARNING, "TS 31.102 Annex H", false, lint_files_sfi, "a short file identifier is not the one terminals use"},
    {"sfi-twice",        LINT_ERROR,   "TS 102 221 §8.4.4", false, lint_sfi_twice, "two files of a directory have one short file identifier"},
    {"service-file",     LINT_WARNING, "TS 31.102 §4.2.8, TS 31.103 §4.2.7",  true,  lint_services_without_file, "a service is there, and its file is not"},
    {"file-service",     LINT_NOTE,    "TS 31.102 §4.2.8, TS 31.103 §4.2.7",  true,  lint_files_without_service, "a file is there, and its service is not: no terminal reads it"},
    {"service-fixed",    LINT_WARNING, "TS 31.102 §4.2.8",  true,  lint_services_fixed, "a bit that is to be 1 is 0"},
    {"service-enabled",  LINT_WARNING, "TS 31.102 §4.2.47", true,  lint_enabled_services, "EF.EST enables a service that EF.UST does not have"},
    {"arr-missing",      LINT_ERROR,   "TS 102 221 §9.2.7", true,  lint_arr_missing, "a file's EF.ARR is not there: nobody has access"},
    {"arr-record",       LINT_ERROR,   "TS 102 221 §9.2.7", true,  lint_arr_record, "a file's record of EF.ARR is not there: nobody has access"},
    {"arr-form",         LINT_WARNING, "TS 102 221 §9.2",   false, lint_arr_form, "a record of EF.ARR is no list of rules"},
    {"arr-pin",          LINT_NOTE,    "TS 102 221 §9.5.1", true,  lint_arr_pin, "a rule asks for a PIN that is not there"},
    {"puk-missing",      LINT_NOTE,    "TS 102 221 §9.5.4", false, lint_puk_missing, "a PIN of the user has no PUK: once blocked, it stays so"},
    {"pin-format",       LINT_WARNING, "TS 102 221 §9.5.1", false, lint_pin_format, "a PIN or PUK that nobody can enter"},
    {"imsi",             LINT_WARNING, "TS 31.102 §4.2.2",  true,  lint_imsi, "EF.IMSI holds no IMSI"},
    {"ad-mnc",           LINT_WARNING, "TS 31.102 §4.2.18", true,  lint_ad, "EF.AD does not say how long the MNC is"},
    {"acc",              LINT_WARNING, "TS 31.102 §4.2.15", true,  lint_acc, "EF.ACC is not one of the ten access classes"},
    {"plmn",             LINT_WARNING, "TS 24.008 §10.5.1.13", true,  lint_plmn, "an entry of a PLMN list is no MCC and MNC"},
    {"aka-missing",      LINT_ERROR,   "TCA §8.4.2",        true,  lint_aka, "an application has no parameters to authenticate with"},
};
/* clang-format on */

const size_t lint_row_count = sizeof(lint_rows) / sizeof(lint_rows[0]);
