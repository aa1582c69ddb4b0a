/* settings: the options of emuicc-smdpp as values, and what is wrong with them together. */
#ifndef EMUICC_TOOLS_SMDPP_FRONT_SETTINGS_H
#define EMUICC_TOOLS_SMDPP_FRONT_SETTINGS_H

#include "tools/smdpp/front/options.h"
#include "tools/smdpp/front/order_command.h"
#include "tools/smdpp/state/smdpp.h"

/* What is wrong, in words for people, or NULL: of options for serving, export and import; for
 * order list; for order set. id: the word behind the command, or NULL. */
const char *settings_wrong_serve(const struct smdpp_options *options, const char *id);
const char *settings_wrong_list(const struct smdpp_options *options, const char *id);
const char *settings_wrong_set(const struct smdpp_options *options, const char *id);

/* The values of options with which nothing is wrong; texts are borrowed. */
struct smdpp_plan settings_server(const struct smdpp_options *options);
struct order_command settings_order(const struct smdpp_options *options, const char *id);

#endif
