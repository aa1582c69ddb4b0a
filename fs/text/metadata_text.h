/* metadata_text: what an operator says of a profile, as StoreMetadataRequest carries it (SGP.22
 * §5.5.3). Starts from the package's header; a text file beside the package may set more.
 *
 * The text has lines `key = value`; empty ones and those that start with # are skipped:
 *
 *   provider = Example Mobile          serviceProviderName, at most 32 characters
 *   iccid = 8988211000000000011        instead of the one in the package's header
 *   name = Example 5G                  profileName, at most 64 characters
 *   class = operational                or test, provisioning
 *   icon = example.png                 JPG or PNG, at most 1024 bytes; beside the text
 *   rules = ppr1, ppr2                 profilePolicyRules; also update-control; needs an owner
 *   owner = 00101                      MCC and MNC, 5 or 6 digits
 *   gid1 = 0A, gid2 = 0B               hexadecimal, a line each; needs an owner
 *   access-rules = E208E106C1...       BF76: REF-AR-DOs for the apps of the device, hexadecimal
 *   notification = enable, disable, delete smdp.example.com
 *                                      repeatable; the first one replaces the default (install,
 *                                      enable, disable, delete to the server's own address)
 *   confirmation-code = 1234           what the user has to type; no part of the request
 *
 * and, for chips of SGP.22 v3 that know of such things (a chip of v2 is not told):
 *
 *   rpm-manager = 2.999.10 enable, disable, delete, list, contact-pcmp, 91, 92
 *                                      an SM-DP+ and what it may do from afar; the tags are what it
 *                                      may update; repeatable; needs an owner
 *   rpm-owner = 2.999.1                profileOwnerOid
 *   rpm-polling = smdp.example.com     pollingAddress
 *   rpm-ci = F54172BD...               allowedCiPKId
 *   hri-server = hri.example.com       hriServerAddress
 *   message = Welcome                  serviceProviderMessage, in message-language (default: en)
 *   pcmp = pcmp.example.com            lprConfiguration
 *   services = voice, data             serviceDescription
 *   enterprise = 2.999.7 A company     enterpriseConfiguration: whose profile it is
 *   enterprise-rules = reference, priority, only, 1
 *                                      its rules; the number: of profiles of nobody that may be
 *                                      enabled; needs an enterprise
 *   device-change = smdp.example.com   deviceChangeConfiguration; or device-change-code = LPA:1$...
 *   device-change-asks = eid, tac      what the server has to hear of the new device
 *   device-change-delete = no          the profile stays in the old device; default: yes
 *   device-change-recovery = 30        days in which it may come back; 0: never; default: 30
 *   estimated-size = 20000             estimatedProfileSize
 *
 * and for IoT eUICCs of SGP.32, in sessions of v2 as well:
 *
 *   ecall = yes                        ecallIndication: the emergency profile
 *   fallback-allowed = yes             an eIM may make it the fallback profile
 *
 * Notifications know the events rpm-enable, rpm-disable, rpm-delete, too. */
#ifndef EMUICC_FS_TEXT_METADATA_TEXT_H
#define EMUICC_FS_TEXT_METADATA_TEXT_H

#include "fs/text/metadata_text_data.h"

/* The defaults for a package with this ICCID (digits in order; NULL: none is known) and this name.
 * Notifications of all kinds go to the address; NULL: there are none. */
void metadata_text_init(struct metadata_text *metadata, const uint8_t *iccid, const char *name,
                        const char *address);
/* A name of more than METADATA_TEXT_NAME_MAX characters is cut. */
void metadata_text_set_name(struct metadata_text *metadata, const char *name);

/* Applies a text file, if it exists. 0, or a failure after one trace line that says which line of
 * which file is wrong, and how. */
int metadata_text_read(struct metadata_text *metadata, const char *path);

/* Writes StoreMetadataRequest, BF25 whole, for a chip with these capabilities (EuiccRspCapability)
 * in a session of v3; 0 or METADATA_TEXT_IOT: in one of v2. */
void metadata_text_put(const struct metadata_text *metadata, uint32_t capability,
                       struct writer *out);

#endif
