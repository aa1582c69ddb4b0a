/* uicc_commands: the handlers in uicc's instruction table, by room. The state of every handler
 * is a struct uicc. */
#ifndef EMUICC_FS_UICC_UICC_COMMANDS_H
#define EMUICC_FS_UICC_UICC_COMMANDS_H

#include "fs/uicc/uicc_keep.h"

/* uicc_select */
command_handler uicc_select;
bool uicc_select_matches(void *state, const struct apdu *select, struct bytes aid);
int uicc_select_application(void *state, const struct apdu *select, struct bytes aid,
                            struct writer *response);

/* uicc_status */
command_handler uicc_status;

/* uicc_binary */
command_handler uicc_read_binary, uicc_update_binary;

/* uicc_record */
command_handler uicc_read_record, uicc_update_record;

/* uicc_increase */
command_handler uicc_increase;

/* uicc_search */
command_handler uicc_search_record;

/* uicc_data */
command_handler uicc_retrieve_data, uicc_set_data;

/* uicc_pin */
command_handler uicc_verify_pin, uicc_change_pin, uicc_disable_pin, uicc_enable_pin,
    uicc_unblock_pin;
/* Presents a value to an enabled PIN: 0, SW_COUNTER, SW_AUTHENTICATION_BLOCKED, SW_WRONG_LENGTH or
 * a failure. The counter is in the store, and the channel knows whether the PIN is verified. */
int uicc_pin_verify(struct uicc *uicc, struct uicc_channel *channel, struct pin *pin,
                    struct bytes value);
/* The same with what CHANGE, DISABLE, ENABLE and UNBLOCK PIN bring. */
int uicc_pin_change(struct uicc *uicc, struct uicc_channel *channel, struct pin *pin,
                    struct bytes data);
int uicc_pin_disable(struct uicc *uicc, struct uicc_channel *channel, struct pin *pin,
                     struct bytes value, bool replaced);
int uicc_pin_enable(struct uicc *uicc, struct uicc_channel *channel, struct pin *pin,
                    struct bytes value);
int uicc_pin_unblock(struct uicc *uicc, struct uicc_channel *channel, struct pin *pin,
                     struct bytes data);

/* uicc_authenticate */
command_handler uicc_authenticate;

/* uicc_identity */
command_handler uicc_get_identity;

/* uicc_life_cycle */
command_handler uicc_activate_file, uicc_deactivate_file, uicc_terminate_ef, uicc_terminate_df,
    uicc_terminate_card_usage;

/* uicc_admin */
command_handler uicc_create_file, uicc_delete_file, uicc_resize_file;

/* uicc_terminal */
command_handler uicc_terminal_capability, uicc_terminal_profile, uicc_envelope, uicc_fetch,
    uicc_terminal_response, uicc_get_challenge;

/* uicc_suspend */
command_handler uicc_suspend;
/* What was put away outlives resets as long as nothing else is done between them. */
bool uicc_suspend_survives_reset(const struct uicc *uicc);

#endif
