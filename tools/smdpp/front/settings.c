#include "tools/smdpp/front/settings.h"

#include <stdlib.h>

#define TRIES_MAX 1000
#define LIFETIME_MAX (100LL * 365 * 24 * 3600)
#define HTTPS "https://"

/* A whole number from least to most; absent without the text; -1 if it is none of these. */
static int64_t number_of(const char *text, int64_t absent, int64_t least, int64_t most)
{
    char *end;
    if (text == NULL)
        return absent;
    const long long number = strtoll(text, &end, 10);
    const bool whole = text[0] >= '0' && text[0] <= '9' && *end == '\0';
    return whole && number >= least && number <= most ? number : -1;
}

/* These are 0 without the option, and -1 if its value is none that it can have. */
static int64_t lifetime_of(const struct smdpp_options *options)
{
    return number_of(options->order_lifetime, 0, 1, LIFETIME_MAX);
}

static int64_t server_tries_of(const struct smdpp_options *options)
{
    return number_of(options->order_tries, 0, 1, TRIES_MAX);
}

static int64_t tries_of(const struct smdpp_options *options)
{
    return number_of(options->tries, 0, 1, TRIES_MAX);
}

static bool is_for_ever(const struct smdpp_options *options)
{
    return options->valid_for != NULL && strcmp(options->valid_for, "ever") == 0;
}

static int64_t validity_of(const struct smdpp_options *options)
{
    return number_of(options->valid_for, 0, 0, LIFETIME_MAX);
}

static bool read_variant(const struct smdpp_options *options, enum pki_variant *out)
{
    *out = PKI_VARIANT_O;
    if (options->variant == NULL)
        return true;
    while (*out < PKI_VARIANTS && strcmp(pki_variant_name(*out), options->variant) != 0)
        ++*out;
    return *out < PKI_VARIANTS;
}

static const char *read_versions(const struct smdpp_options *options, struct version_plan *out)
{
    return version_plan_read(options->svn, options->lowest_svn, options->answer_svn, out);
}

struct smdpp_plan settings_server(const struct smdpp_options *options)
{
    struct smdpp_plan plan = {.pki = options->pki,
                              .profiles = options->profiles,
                              .address = options->address,
                              .orders = options->orders,
                              .any_chip = options->any_chip,
                              .order_lifetime = lifetime_of(options),
                              .order_tries = (unsigned)server_tries_of(options)};
    (void)read_versions(options, &plan.version);
    (void)read_variant(options, &plan.variant);
    plan.crls = &options->crls;
    return plan;
}

struct order_command settings_order(const struct smdpp_options *options, const char *id)
{
    return (struct order_command){.orders = options->orders,
                                  .id = id,
                                  .json = options->json,
                                  .has_validity = options->valid_for != NULL,
                                  .validity = is_for_ever(options) ? -1 : validity_of(options),
                                  .tries = (unsigned)tries_of(options)};
}

static const char *export_complaint(const struct smdpp_options *options)
{
    if ((options->export == NULL) != (options->token == NULL))
        return "--export and --token need each other";
    if (options->export != NULL && options->import != NULL)
        return "--export and --import exclude each other";
    if (options->import != NULL && options->orders == NULL)
        return "--import needs --orders";
    return options->export != NULL && options->orders == NULL ? "--export needs --orders" : NULL;
}

/* Options that only one command has. */
static const char *limits_complaint(const struct smdpp_options *options)
{
    return options->valid_for != NULL || options->tries != NULL
               ? "--valid-for and --tries are of 'order set'"
               : NULL;
}

const char *settings_wrong_serve(const struct smdpp_options *options, const char *id)
{
    struct version_plan ignored;
    enum pki_variant variant;
    (void)id;
    if (limits_complaint(options) != NULL)
        return limits_complaint(options);
    if (options->pki == NULL || options->profiles == NULL)
        return "--pki and --profiles are needed";
    if (options->operators == NULL && options->es2_listen != NULL)
        return "--es2-listen needs --operators";
    if (options->operators == NULL && options->operator_url != NULL)
        return "--operator-url needs --operators";
    if (options->operator_url != NULL && strncmp(options->operator_url, HTTPS, strlen(HTTPS)) != 0)
        return "--operator-url does not begin with " HTTPS;
    if ((options->smds == NULL) != (options->smds_trust == NULL))
        return "--smds and --smds-trust need each other";
    if (options->smds == NULL && options->smds_url != NULL)
        return "--smds-url needs --smds";
    if (lifetime_of(options) < 0)
        return "--order-lifetime is not a number of seconds";
    if (server_tries_of(options) < 0)
        return "--order-tries is not a number from 1 to 1000";
    if (export_complaint(options) != NULL)
        return export_complaint(options);
    if (!read_variant(options, &variant))
        return "--variant is none of O, Ov3, A, B, C";
    return read_versions(options, &ignored);
}

const char *settings_wrong_list(const struct smdpp_options *options, const char *id)
{
    (void)id;
    if (limits_complaint(options) != NULL)
        return limits_complaint(options);
    return options->orders == NULL ? "--orders is needed: the file that the server has" : NULL;
}

const char *settings_wrong_set(const struct smdpp_options *options, const char *id)
{
    if (options->orders == NULL)
        return "--orders is needed: the file that the server has";
    if (id == NULL)
        return "which order? Its matching id or ICCID is needed";
    if (options->valid_for == NULL && options->tries == NULL)
        return "--valid-for or --tries is needed";
    if (!is_for_ever(options) && validity_of(options) < 0)
        return "--valid-for is not a number of seconds, nor 'ever'";
    return tries_of(options) < 0 ? "--tries is not a number from 1 to 1000" : NULL;
}
