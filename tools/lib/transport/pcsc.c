#include "tools/lib/transport/pcsc.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <winscard.h>

#include "tools/lib/transport/channel.h"
#include "tools/lib/transport/interrupt.h"
#include "tools/lib/transport/readers.h"

#define WHERE "PC/SC"
/* pcscd may have been started by our first call: its reader needs two polls to see the card. */
#define TIMEOUT_MS 3000
#define POLL_MS 100
#define NAMES_SIZE 8192 /* all readers' names, each with its end */

struct pcsc {
    struct transport transport;
    const char *wanted;
    SCARDCONTEXT context;
    bool has_context;
    SCARDHANDLE card;
    bool has_card;
    bool card_is_gone; /* it did not answer */
    char names[NAMES_SIZE];
    struct readers readers; /* borrows from names */
};

static bool refuse(struct fault *fault, const char *call, LONG code)
{
    fault_raise(fault, WHERE, "%s: %s", call, pcsc_stringify_error(code));
    return fault_code(fault, "%08lX", (unsigned long)code & 0xFFFFFFFF);
}

static bool refuse_service(struct fault *fault)
{
    const char *socket = getenv("PCSCLITE_CSOCK_NAME");
    if (socket == NULL || socket[0] == '\0') {
        fault_raise(fault, WHERE, "pcscd does not answer");
        return fault_next(fault, "start it (systemctl start pcscd), or run tools/start");
    }
    fault_raise(fault, WHERE, "nobody serves %s, which PCSCLITE_CSOCK_NAME names", socket);
    return fault_next(fault, "unset it for pcscd's own, or start a chip there (emuicc --pcsc)");
}

static bool establish(struct pcsc *self, struct fault *fault)
{
    const LONG code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &self->context);
    self->has_context = code == SCARD_S_SUCCESS;
    if (self->has_context)
        return true;
    if (code == SCARD_E_NO_SERVICE || code == SCARD_E_SERVICE_STOPPED)
        return refuse_service(fault);
    refuse(fault, "SCardEstablishContext", code);
    return code == SCARD_W_SECURITY_VIOLATION
               ? fault_next(fault, "polkit keeps this user from pcscd: allow "
                                   "org.debian.pcsc-lite.access_pcsc, or run this as root")
               : false;
}

/* Which of the listed readers hold a card. */
static LONG read_presence(struct pcsc *self)
{
    SCARD_READERSTATE states[READERS_MAX] = {0};
    struct readers *readers = &self->readers;
    for (size_t i = 0; i < readers->count; i++)
        states[i] = (SCARD_READERSTATE){.szReader = readers->names[i],
                                        .dwCurrentState = SCARD_STATE_UNAWARE};
    const LONG code = SCardGetStatusChange(self->context, 0, states, (DWORD)readers->count);
    for (size_t i = 0; i < readers->count; i++)
        readers->present[i] =
            code == SCARD_S_SUCCESS && (states[i].dwEventState & SCARD_STATE_PRESENT) != 0;
    return code == SCARD_E_TIMEOUT ? SCARD_S_SUCCESS : code;
}

static LONG list_readers(struct pcsc *self)
{
    struct readers *readers = &self->readers;
    DWORD size = sizeof(self->names);
    readers->count = 0;
    const LONG code = SCardListReaders(self->context, NULL, self->names, &size);
    if (code != SCARD_S_SUCCESS)
        return code == SCARD_E_NO_READERS_AVAILABLE ? SCARD_S_SUCCESS : code;
    for (const char *name = self->names; *name != '\0' && readers->count < READERS_MAX;
         name += strlen(name) + 1)
        readers->names[readers->count++] = name;
    return readers->count > 0 ? read_presence(self) : SCARD_S_SUCCESS;
}

static void pause_poll(void)
{
    nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
}

static bool find_card(struct pcsc *self, size_t *chosen, struct fault *fault)
{
    enum readers_choice choice = READERS_UNKNOWN;
    for (int waited = 0;; waited += POLL_MS) {
        const LONG code = list_readers(self);
        /* A reader that went away between two calls is no reason to give up. */
        if (code != SCARD_S_SUCCESS && code != SCARD_E_UNKNOWN_READER)
            return refuse(fault, "SCardListReaders", code);
        choice = readers_choose(&self->readers, self->wanted, chosen);
        if (choice == READERS_CHOSEN)
            return true;
        if (choice == READERS_SEVERAL || waited >= TIMEOUT_MS)
            return readers_explain(&self->readers, self->wanted, choice, fault);
        if (!interrupt_none(fault))
            return false;
        pause_poll();
    }
}

/* Nobody else may select or store while the ISD-R's session lasts. */
static LONG connect_card(struct pcsc *self, const char *reader, struct fault *fault)
{
    DWORD protocol = 0;
    for (int waited = 0;; waited += POLL_MS) {
        const LONG code = SCardConnect(self->context, reader, SCARD_SHARE_EXCLUSIVE,
                                       SCARD_PROTOCOL_T0, &self->card, &protocol);
        if (code != SCARD_E_SHARING_VIOLATION || waited >= TIMEOUT_MS || !interrupt_none(fault))
            return code;
        pause_poll();
    }
}

static void read_atr(struct pcsc *self)
{
    struct transport *transport = &self->transport;
    char name[sizeof(transport->place)];
    DWORD name_len = sizeof(name), len = sizeof(transport->atr), state, protocol;
    if (SCardStatus(self->card, name, &name_len, &state, &protocol, transport->atr, &len) ==
        SCARD_S_SUCCESS)
        transport->atr_len = (uint8_t)len;
}

static bool explain_connect(LONG code, const char *reader, struct fault *fault)
{
    switch (code) {
    case SCARD_E_SHARING_VIOLATION:
        fault_raise(fault, WHERE, "another program uses the card in %s", reader);
        return fault_next(fault, "end it (an LPA, pySim, ModemManager) and try again");
    case SCARD_E_PROTO_MISMATCH:
        fault_raise(fault, WHERE, "the card in %s does not offer T=0", reader);
        return fault_next(fault, "use a reader and a card that do");
    case SCARD_W_UNRESPONSIVE_CARD:
    case SCARD_W_UNPOWERED_CARD:
        fault_raise(fault, WHERE, "the card in %s does not answer to reset", reader);
        return fault_next(fault, "see whether emuicc still runs, or insert the card again");
    default:
        return refuse(fault, "SCardConnect", code);
    }
}

static bool pcsc_open(struct transport *transport, struct fault *fault)
{
    struct pcsc *self = (struct pcsc *)transport;
    size_t chosen = 0;
    if (!establish(self, fault) || !find_card(self, &chosen, fault))
        return false;
    const char *reader = self->readers.names[chosen];
    snprintf(transport->place, sizeof(transport->place), "%s", reader);
    const LONG code = connect_card(self, reader, fault);
    self->has_card = code == SCARD_S_SUCCESS;
    if (self->has_card)
        read_atr(self);
    return self->has_card || explain_connect(code, reader, fault);
}

/* pcscd has several ways to say that nobody is there. */
static bool is_gone(LONG code)
{
    return code == SCARD_W_REMOVED_CARD || code == SCARD_W_RESET_CARD ||
           code == SCARD_W_UNPOWERED_CARD || code == SCARD_W_UNRESPONSIVE_CARD ||
           code == SCARD_E_NO_SMARTCARD || code == SCARD_E_NOT_TRANSACTED;
}

static bool pcsc_transmit(struct transport *transport, struct bytes command,
                          struct writer *response, struct fault *fault)
{
    struct pcsc *self = (struct pcsc *)transport;
    uint8_t answer[MAX_BUFFER_SIZE_EXTENDED];
    DWORD len = sizeof(answer);
    const LONG code = SCardTransmit(self->card, SCARD_PCI_T0, command.data, (DWORD)command.len,
                                    NULL, answer, &len);
    /* From a card that is unplugged while it works vpcd returns an answer of no bytes. */
    if (code == SCARD_S_SUCCESS && len > 0) {
        writer_put(response, bytes_of(answer, len));
        return true;
    }
    if (code != SCARD_S_SUCCESS && !is_gone(code))
        return refuse(fault, "SCardTransmit", code);
    self->card_is_gone = true;
    fault_raise(fault, WHERE, "the card in %s does not answer any more", transport->place);
    return fault_next(fault, "see whether emuicc still runs; what the card acknowledged is kept");
}

static void pcsc_close(struct transport *transport)
{
    struct pcsc *self = (struct pcsc *)transport;
    /* Reset, so that the next program finds neither our selection nor a profile's old files. To
     * reset a card that is gone leaves pcscd blind to one that has taken its place meanwhile. */
    if (self->has_card)
        SCardDisconnect(self->card, self->card_is_gone ? SCARD_LEAVE_CARD : SCARD_RESET_CARD);
    if (self->has_context)
        SCardReleaseContext(self->context);
    free(self);
}

static const struct transport_kind pcsc_kind = {"PC/SC",       pcsc_open,        channel_select,
                                                pcsc_transmit, channel_deselect, pcsc_close};

struct transport *pcsc_create(const char *reader)
{
    struct pcsc *self = calloc(1, sizeof(*self));
    if (self == NULL)
        return NULL;
    self->transport.kind = &pcsc_kind;
    self->wanted = reader;
    return &self->transport;
}
