/* The server's subject and reason codes in words (SGP.22 §5.2.6). */
#include "tools/lib/es9/es9_status.h"

#include <stdio.h>
#include <string.h>

struct word {
    const char *code, *text;
};

struct pair {
    const char *subject, *reason, *text, *next;
};

#define SHARED_CI "'emuicc-lpa --json info' lists the CIs of the card; the server needs one of them"
#define AGAIN "start the download again"

/* clang-format off */
static const struct pair pairs[] = {
    {"8.1", "4.8", "the card has not enough memory for this profile", "'emuicc-lpa delete' a profile that is no longer needed"},
    {"8.1", "6.1", "the card's signature, or the challenge in it, is wrong", NULL},
    {"8.1.1", "2.2", "the order needs an EID and has none", NULL},
    {"8.1.1", "3.1", "the profile was ordered for another EID", "use the card that it was ordered for"},
    {"8.1.1", "3.8", "the profile was ordered for another EID", "use the card that it was ordered for"},
    {"8.1.1", "3.9", "the server does not know this card", NULL},
    {"8.1.2", "6.1", "the EUM's certificate does not verify", SHARED_CI},
    {"8.1.2", "6.3", "the EUM's certificate has expired", NULL},
    {"8.1.3", "6.1", "the card's certificate does not verify", SHARED_CI},
    {"8.1.3", "6.3", "the card's certificate has expired", NULL},
    {"8.2", "1.2", "the profile has not been released yet", "release the order at the server"},
    {"8.2", "3.7", "the package cannot be bound once more", "order a new profile"},
    {"8.2.1", "1.2", "this profile is not the caller's, or may not be moved or taken back now", NULL},
    {"8.2.1", "3.5", "the profile is in a state that does not allow this", "'emuicc-lpa notifications send' tells the server what the card has done"},
    {"8.2.1", "3.9", "the server knows of no such profile of this card", NULL},
    {"8.2.1", "3.3", "no profile with this ICCID is available", NULL},
    {"8.2.5", "3.7", "no profile of this type is left", NULL},
    {"8.2.5", "3.9", "the profile type is unknown", NULL},
    {"8.2.5", "4.3", "no profile fits this card and device", "'emuicc-lpa --json info' shows what the card can do"},
    {"8.2.6", "3.3", "the matching id is in use", NULL},
    {"8.2.6", "3.8", "the matching id is unknown or no longer valid", "check the third field of the activation code"},
    {"8.2.7", "2.2", "a confirmation code is missing", "give it with --confirmation-code"},
    {"8.2.7", "3.8", "the confirmation code is wrong", "check --confirmation-code; tries are limited"},
    {"8.2.7", "6.4", "the confirmation code was wrong too often", "order a new profile"},
    {"8.8", "3.1", "the SM-DP+ has another object identifier", NULL},
    {"8.8", "3.10", "the answer names another SM-DP+", NULL},
    {"8.8.1", "3.8", "the server does not go by this address", "the second field of the activation code must be the name that the server uses for itself"},
    {"8.8.2", "3.1", "the server has none of the card's CIs", SHARED_CI},
    {"8.8.3", "3.1", "the server does not support the card's version of SGP.22", "'emuicc-lpa info' shows the card's (svn)"},
    {"8.8.4", "3.7", "the server has no certificate of a CI that the card verifies", SHARED_CI},
    {"8.8.5", "4.10", "the download order has expired", "order a new profile"},
    {"8.8.5", "6.4", "this order was tried too often", "order a new profile"},
    {"8.9", "4.2", "the SM-DS has an error", NULL},
    {"8.9", "5.1", "the SM-DS does not answer", "try again later"},
    {"8.9.1", "3.8", "the SM-DS does not go by this address", NULL},
    {"8.9.2", "3.1", "the SM-DS has none of the card's CIs", SHARED_CI},
    {"8.9.3", "3.1", "the SM-DS does not support the card's version of SGP.22", NULL},
    {"8.9.4", "3.7", "the SM-DS has no certificate of a CI that the card verifies", SHARED_CI},
    {"8.9.5", "3.9", "the SM-DS has no such event", NULL},
    {"8.10.1", "3.9", "the server has no such session", AGAIN},
    {"8.11.1", "3.9", "the server does not trust the CI of the card", SHARED_CI},
};

static const struct word subjects[] = {
    {"1", "function"}, {"1.1", "requester"}, {"1.2", "requester"}, {"1.6", "function"},
    {"8", "eUICC remote provisioning"}, {"8.1", "eUICC"}, {"8.1.1", "EID"}, {"8.1.2", "EUM certificate"}, {"8.1.3", "eUICC certificate"},
    {"8.2", "profile"}, {"8.2.1", "profile ICCID"}, {"8.2.5", "profile type"}, {"8.2.6", "matching id"}, {"8.2.7", "confirmation code"},
    {"8.3", "ISD-R"}, {"8.4", "ECASD"}, {"8.5", "EUM"}, {"8.6", "subscription management"}, {"8.7", "SM-SR"},
    {"8.8", "SM-DP+"}, {"8.8.1", "SM-DP+ address"}, {"8.8.2", "security configuration of the SM-DP+"}, {"8.8.3", "specification version"},
    {"8.8.4", "SM-DP+ certificate"}, {"8.8.5", "download order"},
    {"8.9", "SM-DS"}, {"8.9.1", "SM-DS address"}, {"8.9.2", "security configuration of the SM-DS"}, {"8.9.3", "specification version"},
    {"8.9.4", "SM-DS certificate"}, {"8.9.5", "event record"}, {"8.10", "session"}, {"8.10.1", "transaction id"}, {"8.11", "CI"}, {"8.11.1", "CI public key"},
};

static const struct word reasons[] = {
    {"1.1", "unknown"}, {"1.2", "not allowed"}, {"2.1", "invalid"}, {"2.2", "mandatory element missing"}, {"2.3", "conditional element missing"},
    {"3.1", "unsupported"}, {"3.3", "already in use"}, {"3.4", "invalid destination"}, {"3.5", "invalid transition"}, {"3.6", "related objects exist"},
    {"3.7", "unavailable"}, {"3.8", "refused"}, {"3.9", "unknown"}, {"3.10", "invalid association"}, {"3.11", "value has changed"}, {"3.12", "invalid match"},
    {"4.1", "stopped on a warning"}, {"4.2", "execution error"}, {"4.3", "stopped"}, {"4.8", "insufficient memory"}, {"4.10", "time to live expired"},
    {"5.1", "inaccessible"}, {"5.2", "timeout"}, {"5.3", "time to live expired"}, {"5.4", "delivered without response"}, {"5.5", "communication error"},
    {"6.1", "verification failed"}, {"6.2", "authentication failed"}, {"6.3", "expired"}, {"6.4", "maximum number of tries exceeded"},
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *word_of(const struct word *words, size_t count, const char *code)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i].code, code) == 0)
            return words[i].text;
    return "code without a meaning here";
}

const char *es9_status_explain(const char *subject, const char *reason,
                               char text[ES9_STATUS_TEXT_SIZE])
{
    for (size_t i = 0; i < COUNT(pairs); i++)
        if (strcmp(pairs[i].subject, subject) == 0 && strcmp(pairs[i].reason, reason) == 0) {
            snprintf(text, ES9_STATUS_TEXT_SIZE, "%s", pairs[i].text);
            return pairs[i].next;
        }
    snprintf(text, ES9_STATUS_TEXT_SIZE, "%s: %s", word_of(subjects, COUNT(subjects), subject),
             word_of(reasons, COUNT(reasons), reason));
    return NULL;
}
