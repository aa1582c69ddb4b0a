/* es10b: profile download and notifications (SGP.22 §5.7.5 to §5.7.14, §5.7.22). */
#ifndef EMUICC_ISD_R_ES10B_H
#define EMUICC_ISD_R_ES10B_H

#include "isd-r/es10_row.h"

/* es10b_information.c */
es10_handler es10b_get_euicc_challenge, es10b_get_euicc_info1, es10b_get_euicc_info2, es10b_get_rat;
/* es10b_authenticate.c */
es10_handler es10b_authenticate_server;
/* es10b_download.c, es10b_cancel.c */
es10_handler es10b_prepare_download, es10b_cancel_session;
/* A package's bytes do not come this way but through bpp_feed(); what does was not prepared for. */
es10_handler es10b_load_bound_profile_package;
es10_guard es10b_is_prepared;
/* es10b_crl.c */
es10_handler es10b_load_crl;
es10_guard es10b_has_crl;
/* es10b_rpm.c */
es10_handler es10b_load_rpm_package;
es10_guard es10b_has_rpm;
/* Another function comes in where one had not come whole. If that was a LoadRpmPackage, its session
 * ends with a result that is kept. 0 or a failure. */
int es10b_interrupt_rpm(struct isd_r *isd_r, struct bytes came, struct bytes comes);
/* es10b_smds.c */
es10_handler es10b_verify_smds_response;
es10_guard es10b_has_signed_smds;
/* es10b_device_change.c */
es10_handler es10b_prepare_device_change, es10b_verify_device_change;
es10_guard es10b_has_device_change;
/* es10b_notification.c */
es10_handler es10b_list_notification, es10b_retrieve_notifications_list,
    es10b_remove_notification_from_list;

#endif
