/* es2_request: what the functions of ES2+ take, read and checked (SGP.22 §6.5.2.1 to §6.5.2.4). */
#ifndef EMUICC_TOOLS_SMDPP_ES2_ES2_REQUEST_H
#define EMUICC_TOOLS_SMDPP_ES2_ES2_REQUEST_H

#include "tools/lib/common/package.h"
#include "tools/lib/server/call.h"

/* Each member: NULL or "" where the request has none. The texts borrow from the request. */
struct es2_request {
    const char *requester; /* whose orders these are: the key of the client's TLS certificate, or
                              the name in the header where no certificate was asked for */
    const char *call_id;
    char iccid[ICCID_TEXT_SIZE]; /* digits, no padding */
    const char *eid;
    const char *profile_type;
    const char *matching_id; /* "" is one: the order waits for its EID */
    const char *confirmation_code;
    const char *smds_address, *root_smds_address;
    const char *final_status;
    bool release;
};

/* All members that ES2+ knows, whichever are there. 0 or a refusal. */
int es2_request_read(struct call *call, struct es2_request *out);
/* 0, or the refusal that says this member has to be there. */
int es2_request_need(struct call *call, const char *name, bool present);

#endif
