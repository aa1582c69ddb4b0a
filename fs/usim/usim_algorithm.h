/* usim_algorithm: the functions f1 to f5* of an application's parameters, whichever algorithm they
 * are for: Milenage, TUAK or the test USIM's XOR. */
#ifndef EMUICC_FS_USIM_USIM_ALGORITHM_H
#define EMUICC_FS_USIM_USIM_ALGORITHM_H

#include "fs/usim/usim_keys.h"

size_t usim_algorithm_mac_len(const struct aka *aka);

/* f1, or with `star` f1*: usim_algorithm_mac_len() bytes. 0 or a failure. */
int usim_algorithm_f1(const struct aka *aka, bool star, const uint8_t rand[USIM_RAND_SIZE],
                      const uint8_t sqn[AKA_SQN_SIZE], const uint8_t amf[USIM_AMF_SIZE],
                      uint8_t mac[USIM_MAC_MAX]);
int usim_algorithm_f2345(const struct aka *aka, const uint8_t rand[USIM_RAND_SIZE],
                         struct usim_keys *out);
int usim_algorithm_f5_star(const struct aka *aka, const uint8_t rand[USIM_RAND_SIZE],
                           uint8_t ak[AKA_SQN_SIZE]);

#endif
