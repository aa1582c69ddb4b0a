/* One row a profile element, in the order of its tags (TCA §8.1.1); order and number of elements as
 * TCA §8.1.3 has them. */
#include "fs/saip/saip.h"
#include "fs/saip/saip_pe.h"

#define HEAD SAIP_SEEN_HEADER
#define MF SAIP_SEEN_MF
#define USIM SAIP_SEEN_USIM
#define ISIM SAIP_SEEN_ISIM
#define CSIM SAIP_SEEN_CSIM
#define ADF SAIP_SEEN_ADF
#define PINS SAIP_SEEN_PIN_CONTEXT
#define PUKS SAIP_SEEN_PUKS
#define DOMAIN SAIP_SEEN_SECURITY_DOMAIN
#define CD SAIP_SEEN_CD
#define TELECOM SAIP_SEEN_TELECOM
#define CARD_USIM SAIP_BIT(SAIP_SERVICE_USIM)
#define CARD_ISIM SAIP_BIT(SAIP_SERVICE_ISIM)
#define CARD_CSIM SAIP_BIT(SAIP_SERVICE_CSIM)

/* clang-format off */

/* tag, name, handler, needs, only once, makes, services, section */
const struct saip_row saip_rows[] = {
    {0xA0, "header", saip_header, 0, HEAD, HEAD, 0, "TCA §8.2"},
    {0xA1, "genericFileManagement", saip_generic, HEAD, 0, 0, 0, "TCA §8.3.5"},
    {0xA2, "pinCodes", saip_pin_codes, HEAD | MF | PINS, 0, 0, 0, "TCA §8.5.1"},
    {0xA3, "pukCodes", saip_puk_codes, HEAD | MF | PINS, PUKS, PUKS, 0, "TCA §8.5.2"},
    {0xA4, "akaParameter", saip_aka, HEAD | ADF, 0, 0, 0, "TCA §8.4.2"},
    {0xA5, "cdmaParameter", saip_store, HEAD | ADF, 0, 0, CARD_CSIM, "TCA §8.4.3"},
    {0xA6, "securityDomain", saip_security_domain, HEAD, 0, DOMAIN, 0, "TCA §8.6"},
    {0xA7, "rfm", saip_rfm, HEAD | DOMAIN, 0, 0, 0, "TCA §8.8"},
    {0xA8, "application", saip_application, HEAD | DOMAIN, 0, 0, 0, "TCA §8.7"},
    {0xA9, "nonStandard", saip_store, HEAD, 0, 0, 0, "TCA §8.9"},
    {0xAA, "end", saip_end, HEAD | MF, 0, 0, 0, "TCA §8.10"},
    {0xAB, "rfu1", NULL, HEAD, 0, 0, 0, "TCA §8.1"},
    {0xAC, "rfu2", NULL, HEAD, 0, 0, 0, "TCA §8.1"},
    {0xAD, "rfu3", NULL, HEAD, 0, 0, 0, "TCA §8.1"},
    {0xAE, "rfu4", NULL, HEAD, 0, 0, 0, "TCA §8.1"},
    {0xAF, "rfu5", NULL, HEAD, 0, 0, 0, "TCA §8.1"},
    {0xB0, "mf", saip_template, HEAD, MF, MF | PINS, 0, "TCA §8.3.4"},
    {0xB1, "cd", saip_template, HEAD | MF, CD, CD | PINS, 0, "TCA §8.3.4"},
    {0xB2, "telecom", saip_template, HEAD | MF, TELECOM, TELECOM | PINS, 0, "TCA §8.3.4"},
    {0xB3, "usim", saip_template, HEAD | MF, 0, USIM | ADF | PINS, CARD_USIM, "TCA §8.3.4"},
    {0xB4, "opt-usim", saip_template, HEAD | USIM, 0, 0, CARD_USIM, "TCA §8.3.4"},
    {0xB5, "isim", saip_template, HEAD | MF, 0, ISIM | ADF | PINS, CARD_ISIM, "TCA §8.3.4"},
    {0xB6, "opt-isim", saip_template, HEAD | ISIM, 0, 0, CARD_ISIM, "TCA §8.3.4"},
    {0xB7, "phonebook", saip_template, HEAD | USIM, 0, PINS, CARD_USIM, "TCA §8.3.4"},
    {0xB8, "gsm-access", saip_template, HEAD | USIM, 0, PINS, CARD_USIM, "TCA §8.3.4"},
    {0xB9, "csim", saip_template, HEAD | MF, 0, CSIM | ADF | PINS, CARD_CSIM, "TCA §8.3.4"},
    {0xBA, "opt-csim", saip_template, HEAD | CSIM, 0, 0, CARD_CSIM, "TCA §8.3.4"},
    {0xBB, "eap", saip_template, HEAD | ADF, 0, PINS, 0, "TCA §8.3.4"},
    {0xBC, "df-5gs", saip_template, HEAD | USIM, 0, PINS, CARD_USIM, "TCA §8.3.4"},
    {0xBD, "df-saip", saip_template, HEAD | USIM, 0, PINS, CARD_USIM, "TCA §8.3.4"},
    {0xBE, "df-snpn", saip_template, HEAD | USIM, 0, PINS, CARD_USIM, "TCA §8.3.4"},
    {0xBF1F, "df-5gprose", saip_template, HEAD | USIM, 0, PINS, CARD_USIM, "TCA §8.3.4"},
    {0xBF20, "iot", saip_template, HEAD, 0, 0, CARD_USIM, "TCA §8.3.4"},
    {0xBF21, "opt-iot", saip_template, HEAD, 0, 0, CARD_USIM, "TCA §8.3.4"},
};
/* clang-format on */

const size_t saip_row_count = sizeof saip_rows / sizeof saip_rows[0];

const char *saip_element_name(size_t which)
{
    return which < saip_row_count ? saip_rows[which].name : NULL;
}
