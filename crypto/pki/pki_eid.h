/* pki_eid: EIDs: 30 digits and two check digits (SGP.29, ISO/IEC 7064). */
#ifndef EMUICC_CRYPTO_PKI_PKI_EID_H
#define EMUICC_CRYPTO_PKI_PKI_EID_H

#include "apdu/bytes.h"

#define PKI_EID_SIZE 16
#define PKI_EID_DIGITS 32
/* EIDs as text. From text: false unless they are 32 digits of which the last two are the check
 * digits (ISO/IEC 7064 MOD 97-10). */
bool pki_eid_from_text(const char *digits, uint8_t eid[PKI_EID_SIZE]);
/* The same for one that somebody has written: 0, or a failure after one trace line that says what
 * is wrong, the right check digits included; what: "--eid " or "", before the text. */
int pki_eid_read(const char *what, const char *digits, uint8_t eid[PKI_EID_SIZE]);
void pki_eid_to_text(const uint8_t eid[PKI_EID_SIZE], char text[PKI_EID_DIGITS + 1]);
bool pki_eid_is_right(const uint8_t eid[PKI_EID_SIZE]);
/* Sets the check digits that the first 30 ask for. */
void pki_eid_complete(uint8_t eid[PKI_EID_SIZE]);
/* The EID after this one: its first 30 digits count on. */
void pki_eid_next(uint8_t eid[PKI_EID_SIZE]);

#endif
