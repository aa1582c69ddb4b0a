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

static bool put_retry(const char *text, struct writer *out, struct fault *fault)
{
    unsigned count, hours, minutes, seconds;
    int taken = 0;
    if (sscanf(text, "%5u/%2u:%2u:%2u%n", &count, &hours, &minutes, &seconds, &taken) != 4 ||
        text[taken] != '\0' || count > UINT16_MAX || hours > 23 || minutes > 59 || seconds > 59)
        return refuse(fault, "retry", text, "COUNT/HH:MM:SS");
    const size_t mark = tlv_open(out, TAG_RETRY);
    writer_put_u16(out, (uint16_t)count);
    tlv_put(out, TAG_TIMER, BYTES(swapped(hours), swapped(minutes), swapped(seconds)));
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
        (options->retry != NULL && !put_retry(options->retry, out, fault)))
        return false;
    if (options->host != NULL || options->uri != NULL || options->agent != NULL)
        put_http(options, out);
    tlv_close(out, mark);
    tlv_close(out, whole);
    return !out->overflow || fault_raise(fault, WHERE, "this is too long for a trigger");
}
