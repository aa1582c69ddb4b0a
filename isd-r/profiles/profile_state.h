/* profile_state: enabling, disabling and deleting profiles by the rules of SGP.22 §5.7.16 to
 * §5.7.19, and the notifications that follow. */
#ifndef EMUICC_ISD_R_PROFILES_PROFILE_STATE_H
#define EMUICC_ISD_R_PROFILES_PROFILE_STATE_H

#include "isd-r/info/euicc_info.h"
#include "isd-r/info/terminal.h"
#include "isd-r/profiles/notification.h"
#include "isd-r/profiles/registry.h"

/* enableResult, disableResult, deleteResult, resetResult: the numbers have one meaning but for 1
 * and 2. */
enum profile_state_result {
    PROFILE_STATE_OK = 0,
    PROFILE_STATE_NOT_FOUND = 1, /* iccidOrAidNotFound, nothingToDelete */
    PROFILE_STATE_WRONG = 2,     /* profileNotInDisabledState, profileNotInEnabledState */
    PROFILE_STATE_DISALLOWED = 3,
    PROFILE_STATE_WRONG_REENABLING = 4,
    PROFILE_STATE_CAT_BUSY = 5,
    PROFILE_STATE_ENTERPRISE = 6, /* disallowedByEnterpriseRule, of EnableProfile alone */
};

/* resetOptions bits (EuiccMemoryResetRequest) */
#define PROFILE_STATE_RESET_OPERATIONAL (1u << 0)
#define PROFILE_STATE_RESET_FIELD_LOADED_TEST (1u << 1)
#define PROFILE_STATE_RESET_DEFAULT_ADDRESS (1u << 2)
#define PROFILE_STATE_RESET_PRE_LOADED_TEST (1u << 3) /* this and the next from v3 on */
#define PROFILE_STATE_RESET_PROVISIONING (1u << 4)

/* A change that was promised to the LPA or a server and waits for the terminal's REFRESH. */
struct profile_state_pending {
    bool waiting;
    bool remote;
    bool silent;
    bool open;       /* of the package under way: another change may take its place */
    uint32_t enable; /* profile to be enabled, 0: none */
};

/* What changes work on. The first four are borrowed. */
struct profile_state {
    struct registry *registry;
    struct notification *notification;
    const struct euicc_info *info;
    const struct terminal *terminal;
    struct profile_state_pending pending;
    bool reload;  /* another profile has been enabled (or none) since this was cleared */
    bool refresh; /* since this was cleared, a REFRESH of the terminal has been wished for */
};

/* How a change is wanted. */
struct profile_state_order {
    bool refresh; /* the terminal is to do a REFRESH; one with a toolkit is waited for */
    bool remote;  /* by an RPM package: its notifications say so */
    bool package; /* by an eIM's package: until its end another change may take its place */
    bool silent;  /* nobody is notified */
};

/* target: NULL if the LPA named none that is here. *out is an enum profile_state_result. 0 or a
 * failure. */
int profile_state_enable(struct profile_state *state, const struct registry_profile *target,
                         struct profile_state_order order, int *out);
int profile_state_disable(struct profile_state *state, const struct registry_profile *target,
                          struct profile_state_order order, int *out);
int profile_state_delete(struct profile_state *state, const struct registry_profile *target,
                         struct profile_state_order order, int *out);
/* What profile_state_enable() and profile_state_delete() would say. */
enum profile_state_result profile_state_judge_enable(struct profile_state *state,
                                                     const struct registry_profile *target);
enum profile_state_result profile_state_judge_delete(struct profile_state *state,
                                                     const struct registry_profile *target);
/* Enables it (NULL: none) whatever the rules say: for functions that have rules of their own. */
int profile_state_switch(struct profile_state *state, const struct registry_profile *target,
                         struct profile_state_order order);
int profile_state_memory_reset(struct profile_state *state, uint32_t options, int *out);

/* What a profile is from the factory, without a word to anybody: enabled, or what the enabled
 * profile of class test has taken over from. 0, 1 if it cannot be (traced with the name), or a
 * failure. The registry is to be loaded anew. */
int profile_state_preset_enabled(struct profile_state *state,
                                 const struct registry_profile *profile, const char *name);
int profile_state_preset_before_test(struct profile_state *state,
                                     const struct registry_profile *profile, const char *name);

/* A change waits, or the terminal is in the middle of a proactive command. */
bool profile_state_is_busy(struct profile_state *state);
/* The package under way ends: what it has changed can be taken back no more. */
void profile_state_end_package(struct profile_state *state);
/* What the package under way has changed takes effect at once. 0 or a failure. */
int profile_state_settle(struct profile_state *state);
/* It is enabled, or will be when what waits has taken effect. */
bool profile_state_is_enabled(const struct profile_state *state,
                              const struct registry_profile *profile);
/* Reads what waits out of the store. */
int profile_state_load(struct profile_state *state);
/* It takes effect, or is forgotten. 0, also when nothing waits, or a failure. */
int profile_state_carry_out(struct profile_state *state);
int profile_state_forget(struct profile_state *state);

#endif
