#include "fs/ota/ota_trace.h"

#include "apdu/trace.h"

static const char *integrity_text(unsigned integrity)
{
    static const char *const texts[] = {"no checksum", "redundancy check", "checksum", "signature"};
    return texts[integrity & SCP80_INTEGRITY];
}

static const char *counter_text(uint8_t spi)
{
    static const char *const texts[] = {"no counter", "counter unchecked", "counter to be higher",
                                        "counter to be the next"};
    return texts[(spi & SCP80_COUNTER) / SCP80_COUNTER_UNCHECKED];
}

static const char *receipt_text(uint8_t spi)
{
    static const char *const texts[] = {"no receipt", "receipt", "receipt of errors",
                                        "reserved receipt"};
    return texts[spi & SCP80_POR];
}

void ota_trace_packet(const struct scp80_header *header)
{
    const uint8_t *spi = header->spi, *tar = header->tar;
    if (!trace_wants_details())
        return;
    trace_detail(
        "over the air: packet for TAR %02X%02X%02X, SPI %02X%02X (%s, %s, %s; %s, %s, %s%s), "
        "KIc %02X, KID %02X",
        tar[0], tar[1], tar[2], spi[0], spi[1], integrity_text(spi[0]),
        (spi[0] & SCP80_CIPHERED) != 0 ? "ciphered" : "plain", counter_text(spi[0]),
        receipt_text(spi[1]), integrity_text((unsigned)spi[1] >> SCP80_POR_INTEGRITY_SHIFT),
        (spi[1] & SCP80_POR_CIPHERED) != 0 ? "ciphered" : "plain",
        (spi[1] & SCP80_POR_BY_SUBMIT) != 0 ? ", by SEND SHORT MESSAGE" : "", header->kic,
        header->kid);
}

static const char *name_of(const struct command_table *names, const struct apdu *apdu)
{
    for (size_t i = 0; names != NULL && i < names->count; i++)
        if (names->rows[i].family == apdu->family && names->rows[i].ins == apdu->ins)
            return names->rows[i].name;
    return "unknown instruction";
}

void ota_trace_command(const struct command_table *names, const struct apdu *apdu, uint16_t status)
{
    if (trace_wants_details())
        trace_detail("over the air: %s %02X%02X%02X%02X, %zu bytes: %04X", name_of(names, apdu),
                     apdu->cla, apdu->ins, apdu->p1, apdu->p2, apdu->data.len, status);
}

void ota_trace_report(int status, size_t data_len, enum ota_trace_way way)
{
    static const char *const ways[] = {[OTA_TRACE_UNWANTED] = "not wanted",
                                       [OTA_TRACE_REPORT] = "in the report",
                                       [OTA_TRACE_SUBMIT] = "by SEND SHORT MESSAGE"};
    if (trace_wants_details())
        trace_detail("over the air: receipt %s: status %02X, %s; %zu bytes", ways[way],
                     (unsigned)status, scp80_status_text((uint8_t)status), data_len);
}
