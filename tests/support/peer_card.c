#include "tests/support/peer_card.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "apdu/status.h"

#define ISD_R 0xA0, 0, 0, 5, 0x59, 0x10, 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x89, 0, 0, 1, 0
#define GET_RESPONSE 0xC0

static uint16_t exchange(struct card *card, struct bytes command, struct writer *data)
{
    static uint8_t room[CARD_RESPONSE_CAPACITY];
    struct writer response = writer_on(room, sizeof(room));
    card_transmit(card, command, &response);
    cr_assert_geq(response.len, 2);
    writer_put(data, bytes_of(room, response.len - 2));
    return (uint16_t)(room[response.len - 2] << 8 | room[response.len - 1]);
}

/* As a terminal of T=0: answers are fetched. */
static uint16_t carry(void *context, struct bytes command, struct writer *data)
{
    uint16_t status = exchange(context, command, data);
    while (status >> 8 == SW_BYTES_AVAILABLE >> 8)
        status =
            exchange(context, BYTES(command.data[0], GET_RESPONSE, 0, 0, (uint8_t)status), data);
    return status;
}

static void select_isd_r(struct card *card)
{
    uint8_t room[64];
    struct writer data = writer_on(room, sizeof(room));
    cr_assert_eq(carry(card, BYTES(0x00, 0xA4, 0x04, 0x00, 16, ISD_R), &data), SW_OK);
}

void peer_card_start(struct peer *peer, struct card *card)
{
    char state[96];
    peer_start(peer, (enum ec_curve[]){EC_P256}, 1);
    snprintf(state, sizeof(state), "%s/card", peer->folder);
    cr_assert_eq(card_open(card, state), 0);
    const struct isd_r_provision provision = {peer_entity(peer, PKI_CI), peer_entity(peer, PKI_EUM),
                                              peer_entity(peer, PKI_EUICC), 1};
    cr_assert_eq(isd_r_provision(card->store, &provision), 0);
    cr_assert_eq(card_start(card), 0);
    cr_assert_eq(store_commit(card->store), 0);
    peer->chip.carry = carry;
    peer->chip.context = card;
    peer_card_power_cycle(card);
}

void peer_card_stop(struct peer *peer, struct card *card)
{
    card_close(card);
    peer_stop(peer);
}

void peer_card_power_cycle(struct card *card)
{
    card_unplugged(card);
    card_power(card, CARD_ON);
    select_isd_r(card);
}
