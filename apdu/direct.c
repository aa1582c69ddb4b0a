#include "apdu/direct.h"

static const char *const words[DIRECT_ANSWERS] = {
    [DIRECT_PLUGGED] = "",
    [DIRECT_NO_HELLO] = "not a hello: 'EID ' and 32 digits",
    [DIRECT_UNKNOWN] = "no chip here has this EID",
    [DIRECT_IN_USE] = "the chip is in use",
    [DIRECT_BROKEN] = "the chip cannot be read",
    [DIRECT_EJECTED] = "the chip is ejected",
};

void direct_put_hello(const char eid[DIRECT_EID_DIGITS], struct writer *out)
{
    writer_put_u16(out, DIRECT_HELLO_SIZE);
    writer_put(out, bytes_of_text(DIRECT_HELLO));
    writer_put(out, bytes_of(eid, DIRECT_EID_DIGITS));
}

void direct_put_answer(enum direct_answer answer, struct writer *out)
{
    const struct bytes text = bytes_of_text(words[answer]);
    writer_put_u16(out, (uint16_t)(1 + text.len));
    writer_put_u8(out, (uint8_t)answer);
    writer_put(out, text);
}

bool direct_take_hello(struct bytes payload, struct bytes *eid)
{
    struct bytes word;
    if (payload.len != DIRECT_HELLO_SIZE ||
        !bytes_take(&payload, DIRECT_HELLO_SIZE - DIRECT_EID_DIGITS, &word) ||
        !bytes_equal(word, bytes_of_text(DIRECT_HELLO)))
        return false;
    for (size_t i = 0; i < payload.len; i++)
        if (payload.data[i] < '0' || payload.data[i] > '9')
            return false;
    *eid = payload;
    return true;
}
