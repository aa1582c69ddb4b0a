/* web: the page and what it asks for, over HTTP; by libmicrohttpd. */
#ifndef EMUICC_TOOLS_INSPECT_WEB_H
#define EMUICC_TOOLS_INSPECT_WEB_H

#include "tools/inspect/inspect.h"

#define WEB_URL_SIZE 400

struct web;

/* Listens where the options say. 0, or a failure after a trace line. */
int web_start(struct inspect *inspect, struct web **out);
/* The page's address, the token in it. */
const char *web_url(const struct web *web);
/* Feeds have ended (inspect_end()). NULL is fine. */
void web_stop(struct web *web);

#endif
