/* messenger: carries progress to the operator's server, in a thread of its own, so that no download
 * waits for it (SGP.22 §5.3.5). */
#ifndef EMUICC_TOOLS_SMDPP_ES2_MESSENGER_H
#define EMUICC_TOOLS_SMDPP_ES2_MESSENGER_H

struct messenger;

struct messenger_plan {
    const char *url;   /* "https://operator.example.com": what stands before the path */
    const char *trust; /* PEM file: who may vouch for the operator's server */
    const char *certificates, *key; /* PEM: the server's own, which it shows as a client */
};

/* The texts of the plan are borrowed until the end. 0 or a failure. */
int messenger_start(const struct messenger_plan *plan, struct messenger **out);
/* A progress_sink; context: the messenger. Drops the message, with a line, when very many wait. */
void messenger_send(void *context, const char *path, char *body);
/* Sends what still waits, one try each; NULL is fine. */
void messenger_stop(struct messenger *messenger);

#endif
