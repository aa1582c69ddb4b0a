#include "tools/ota/trigger.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/tlv.h"

#define WHERE "trigger"
#define TAG_TRIGGER 0x81
#define TAG_PARAMETERS 0x83
#define TAG_CONNECTION 0x84
#define TAG_SECURITY 0x85
#define TAG_RETRY 0x86
#define TAG_TPDU 0x8B
#define TAG_HTTP 0x89
#define TAG_HOST 0x8A
#define TAG_AGENT 0x8B
#define TAG_URI 0x8C
#define TAG_TRANSPORT 0x3C
#define TAG_ADDRESS 0x3E
#define TAG_TIMER 0x25
#define TCP_CLIENT_REMOTE 0x02
#define ADDRESS_IPV4 0x21
#define ADDRESS_IPV6 0x57
#define TEXT_MAX 255

static bool refuse(struct fault *fault, const char *option, const char *text, const char *wanted)
{
    fault_raise(fault, WHERE, "--%s %s: %s is wanted", option, text, wanted);
    return fault_usage(fault);
}

/* The address without the brackets that IPv6 has before a port. */
static bool split(const char *text, char address[64], uint16_t *port)
{
    const char *colon = strrchr(text, ':');
    char *end;
    if (colon == NULL || colon - text >= 64 || colon == text)
        return false;
    snprintf(address, 64, "%.*s", (int)(colon - text), text);
    const size_t len = strlen(address);
    if (address[0] == '[' && address[len - 1] == ']') {
        memmove(address, address + 1, len - 2);
        address[len - 2] = '\0';
    }
    const unsigned long number = strtoul(colon + 1, &end, 10);
    *port = (uint16_t)number;
    return *end == '\0' && number > 0 && number <= UINT16_MAX;
}

static bool put_connection(const char *text, struct writer *out, struct fault *fault)
{
    char address[64];
    uint8_t raw[1 + 16];
    uint16_t port;
    const bool good = split(text, address, &port);
    const bool four = good && inet_pton(AF_INET, address, raw + 1) == 1;
    if (!good || (!four && inet_pton(AF_INET6, address, raw + 1) != 1))
        return refuse(fault, "connect", text, "ADDRESS:PORT, the address in numbers,");
    raw[0] = four ? ADDRESS_IPV4 : ADDRESS_IPV6;
    const size_t mark = tlv_open(out, TAG_CONNECTION);
    tlv_put(out, TAG_TRANSPORT,
            BYTES(TCP_CLIENT_REMOTE, (uint8_t)(port >> 8), (uint8_t)(port & 0xFF)));
    tlv_put(out, TAG_ADDRESS, bytes_of(raw, four ? 5 : 17));
    tlv_close(out, mark);
    return true;
}

static bool put_security(const struct trigger_options *options, struct writer *out,
                         struct fault *fault)
{
    unsigned version = 0, identifier = 0;
    int taken = 0;
    const char *identity = options->identity != NULL ? options->identity : "";
    if (options->key != NULL &&
        (sscanf(options->key, "%2x/%2x%n", &version, &identifier, &taken) != 2 ||
         options->key[taken] != '\0'))
        return refuse(fault, "psk-key", options->key, "VERSION/IDENTIFIER in hexadecimal, 40/01,");
    if (strlen(identity) > TEXT_MAX / 2)
        return refuse(fault, "psk-identity", identity, "a shorter one");
    const size_t mark = tlv_open(out, TAG_SECURITY);
    writer_put_u8(out, (uint8_t)strlen(identity));
    writer_put(out, bytes_of_text(identity));
    if (options->key != NULL)
        writer_put(out, BYTES(0x02, (uint8_t)version, (uint8_t)identifier));
    tlv_close(out, mark);
    return true;
}

/* Digits in pairs, the low one first, as TIMER MANAGEMENT has them. */
static uint8_t swapped(unsigned number)
{
    return (uint8_t)(number / 10 | number % 10 << 4);
}

#define DIGITS_MAX 20
#define REPORT_MAX 60 /* bytes of its text, for a trigger of one or two messages */

/* An SMS-SUBMIT of 8-bit data without a header (TS 23.040 §9.2.2.2). */
static bool put_report(const char *text, struct writer *out, struct fault *fault)
{
    const bool international = text[0] == '+';
    const char *digits = text + international;
    const size_t count = strspn(digits, "0123456789");
    const size_t len = digits[count] == '/' ? strlen(digits + count + 1) : 0;
    if (count == 0 || count > DIGITS_MAX || len == 0 || len > REPORT_MAX)
        return refuse(fault, "report", text, "NUMBER/TEXT, a text of 60 characters at most");
    const size_t mark = tlv_open(out, TAG_TPDU);
    writer_put(out, BYTES(0x01, 0x00, (uint8_t)count, international ? 0x91 : 0x81));
    for (size_t i = 0; i < count; i += 2)
        writer_put_u8(
            out, (uint8_t)((i + 1 < count ? digits[i + 1] - '0' : 0xF) << 4 | (digits[i] - '0')));
    writer_put(out, BYTES(0x00, 0x04, (uint8_t)len));
    writer_put(out, bytes_of_text(digits + count + 1));
    tlv_close(out, mark);
    return true;
}

static bool put_retry(const struct trigger_options *options, struct writer *out,
                      struct fault *fault)
{
    const char *text = options->retry;
    unsigned count, hours, minutes, seconds;
    int taken = 0;
    if (sscanf(text, "%5u/%2u:%2u:%2u%n", &count, &hours, &minutes, &seconds, &taken) != 4 ||
        text[taken] != '\0' || count > UINT16_MAX || hours > 23 || minutes > 59 || seconds > 59)
        return refuse(fault, "retry", text, "COUNT/HH:MM:SS");
    const size_t mark = tlv_open(out, TAG_RETRY);
    writer_put_u16(out, (uint16_t)count);
    tlv_put(out, TAG_TIMER, BYTES(swapped(hours), swapped(minutes), swapped(seconds)));
    if (options->report != NULL && !put_report(options->report, out, fault))
        return false;
    tlv_close(out, mark);
    return true;
}

static void put_text(struct writer *out, uint32_t tag, const char *text)
{
    if (text != NULL)
        tlv_put(out, tag, bytes_of_text(text));
}

static void put_http(const struct trigger_options *options, struct writer *out)
{
    const size_t mark = tlv_open(out, TAG_HTTP);
    put_text(out, TAG_HOST, options->host);
    put_text(out, TAG_AGENT, options->agent);
    put_text(out, TAG_URI, options->uri);
    tlv_close(out, mark);
}

bool trigger_put(const struct trigger_options *options, struct writer *out, struct fault *fault)
{
    const size_t whole = tlv_open(out, TAG_TRIGGER);
    const size_t mark = tlv_open(out, TAG_PARAMETERS);
    if ((options->connect != NULL && !put_connection(options->connect, out, fault)) ||
        ((options->identity != NULL || options->key != NULL) &&
         !put_security(options, out, fault)) ||
        (options->retry != NULL && !put_retry(options, out, fault)))
        return false;
    if (options->report != NULL && options->retry == NULL)
        return fault_raise(fault, WHERE,
                           "--report goes with --retry: the report is part of the policy");
    if (options->host != NULL || options->uri != NULL || options->agent != NULL)
        put_http(options, out);
    tlv_close(out, mark);
    tlv_close(out, whole);
    return !out->overflow || fault_raise(fault, WHERE, "this is too long for a trigger");
}
