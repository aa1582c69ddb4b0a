"""SIGKILL at one step between an LPA and a chip, or an LPA and a server.

  move_cut.py PORT BEHIND PIDFILE LOG chip FUNCTION COUNT before|after
  move_cut.py PORT BEHIND PIDFILE LOG server FUNCTION COUNT LOGFILE

Passes on what comes to PORT to BEHIND. A chip speaks a farm's protocol: FUNCTION is the tag of an ES10 request
(BF4B), or `load` for each piece of a bound package; at the COUNTth one the process in PIDFILE is killed before its
last block reaches the chip, or after the chip has answered and before anybody hears of it; commands that the LPA has
sent without waiting may have reached the chip by then. A server's answers are
encrypted: FUNCTION is one that its LOGFILE tells, and the kill comes after the COUNTth, before its answer is passed on.
LOG gets what was done: one line a function, and `cut`."""
import os
import signal
import socket
import struct
import sys
import threading

STORE_DATA, LAST_BLOCK, ATR = 0xE2, 0x80, 4
port, behind_port, pid_file, log_file, kind, function, count = sys.argv[1:8]
mode = sys.argv[8]
count = int(count)
log = open(log_file, "w", buffering=1)


def cut():
    """Told first: whoever waits for the victim ends this process as well."""
    with open(pid_file) as file:
        victim = int(file.read())
    log.write("cut\n")
    os.kill(victim, signal.SIGKILL)
    os._exit(0)


def read_exactly(side, size):
    data = b""
    while len(data) < size:
        part = side.recv(size - len(data))
        if not part:
            return None
        data += part
    return data


def read_frame(side):
    head = read_exactly(side, 2)
    return head and head + (read_exactly(side, struct.unpack(">H", head)[0]) or b"")


class Chip:
    def __init__(self):
        self.tag, self.loading, self.seen = "", False, 0
        self.sent, self.answered, self.last_answer = 0, 0, None  # frames that are answered; the one that nobody gets

    def is_meant(self, apdu):
        """The last block of the function at which the cut comes."""
        if len(apdu) < 7 or apdu[1] != STORE_DATA:
            return False
        if apdu[3] == 0:
            self.tag = apdu[5:7].hex().upper()
            self.loading = self.tag == "BF36" or (self.loading and not self.tag.startswith("BF"))
        if not apdu[2] & LAST_BLOCK:
            return False
        name = "load" if self.loading else self.tag
        log.write(name + "\n")
        self.seen += name == function
        return name == function and self.seen == count

    def carry(self, client, behind):
        threading.Thread(target=self.back, args=(client, behind), daemon=True).start()
        while data := read_frame(client):
            here = self.is_meant(data[2:])
            if here and mode == "before":
                cut()
            self.sent += len(data) != 3 or data[2] == ATR
            if here:
                self.last_answer = self.sent
            behind.sendall(data)
        behind.close()

    def back(self, client, behind):
        try:
            while data := read_frame(behind):
                self.answered += 1
                if self.answered == self.last_answer:
                    cut()
                client.sendall(data)
        except OSError:
            pass
        client.close()


class Server:
    start = None

    def __init__(self):
        if Server.start is None:
            Server.start = os.path.getsize(mode)

    def back(self, client, behind):
        try:
            while data := behind.recv(65536):
                with open(mode, errors="replace") as file:
                    file.seek(Server.start)
                    if file.read().count(" " + function + ": ") >= count:
                        cut()
                client.sendall(data)
        except OSError:
            pass
        client.close()

    def carry(self, client, behind):
        threading.Thread(target=self.back, args=(client, behind), daemon=True).start()
        while data := client.recv(65536):
            behind.sendall(data)
        behind.close()


def serve(client, state):
    try:
        state.carry(client, socket.create_connection(("127.0.0.1", int(behind_port))))
    except OSError:
        client.close()


listener = socket.create_server(("127.0.0.1", int(port)))
chip = Chip()
if kind == "server":
    Server()
log.write("ready\n")
while True:
    client, _ = listener.accept()
    state = Server() if kind == "server" else Chip()
    if kind == "chip":
        state.seen = chip.seen
        chip = state
    threading.Thread(target=serve, args=(client, state), daemon=True).start()
