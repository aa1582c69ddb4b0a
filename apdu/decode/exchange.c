#include "apdu/decode/exchange.h"

#include "apdu/status.h"

#define STATUS_SIZE 2
#define INS_GET_RESPONSE 0xC0
#define FAMILY_GSM 0xA0

static bool parse(const struct exchange *exchange, struct apdu *out)
{
    return apdu_parse(writer_bytes(&exchange->command), out) == 0;
}

bool exchange_fetches(const struct exchange *exchange, struct bytes command)
{
    struct apdu asked, fetch;
    if (exchange->announced == 0 || !parse(exchange, &asked) || apdu_parse(command, &fetch) != 0)
        return false;
    return fetch.ins == INS_GET_RESPONSE && fetch.channel == asked.channel &&
           (fetch.family == FAMILY_GSM) == (asked.family == FAMILY_GSM);
}

void exchange_begin(struct exchange *exchange, struct bytes command)
{
    writer_reset(&exchange->command);
    writer_reset(&exchange->answer);
    writer_put(&exchange->command, command);
    exchange->announced = 0;
}

static bool announces(const struct exchange *exchange, uint16_t status)
{
    struct apdu asked;
    if ((status & 0xFF00) == SW_BYTES_AVAILABLE)
        return true;
    return (status & 0xFF00) == SW_GSM_RESPONSE && parse(exchange, &asked) &&
           asked.family == FAMILY_GSM;
}

static bool brings(const struct exchange *exchange, struct bytes response)
{
    return response.len > STATUS_SIZE &&
           exchange->command.len + exchange->answer.len + response.len <= EXCHANGE_FETCHED_MAX;
}

bool exchange_add(struct exchange *exchange, struct bytes response)
{
    struct bytes data = {0};
    uint16_t status = 0;
    if (exchange->announced != 0 && !brings(exchange, response))
        return false;
    exchange->announced = 0;
    if (response.len >= STATUS_SIZE) {
        bytes_take(&response, response.len - STATUS_SIZE, &data);
        status = (uint16_t)(response.data[0] << 8 | response.data[1]);
        writer_put(&exchange->answer, data);
    }
    if (response.len == STATUS_SIZE && announces(exchange, status))
        exchange->announced = status;
    else
        writer_put(&exchange->answer, response);
    return true;
}

struct bytes exchange_answer(struct exchange *exchange)
{
    if (exchange->announced != 0)
        writer_put_u16(&exchange->answer, exchange->announced);
    exchange->announced = 0;
    return writer_bytes(&exchange->answer);
}
