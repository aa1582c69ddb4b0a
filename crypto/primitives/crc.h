/* crc: cyclic redundancy checks (ISO/IEC 13239), as secured packets bear them (TS 102 225
 * §5.1.3.2). */
#ifndef EMUICC_CRYPTO_PRIMITIVES_CRC_H
#define EMUICC_CRYPTO_PRIMITIVES_CRC_H

#include "apdu/bytes.h"

/* Over the parts in order. */
uint16_t crc_16(const struct bytes *parts, size_t count);
uint32_t crc_32(const struct bytes *parts, size_t count);

#endif
