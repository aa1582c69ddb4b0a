"""An eIM that hands a package out and hears nothing of it: deaf_eim.py PORT BEHIND [silent] passes HTTP on to the
eIM at BEHIND until a package (BF51) has gone out; from then on every request ends where it comes in, or, if it is
to be silent, is taken and never answered."""
import select
import socket
import sys
import threading

PACKAGE = b"\xbf\x51"
SILENT = sys.argv[3:] == ["silent"]


def carry(client, behind, deaf):
    while True:
        for side in select.select([client, behind], [], [])[0]:
            data = side.recv(65536)
            if data and side is client and deaf.is_set() and SILENT:
                continue
            if not data or (side is client and deaf.is_set()):
                client.close()
                behind.close()
                return
            (behind if side is client else client).sendall(data)
            if side is behind and PACKAGE in data:
                deaf.set()


def main():
    port, behind_port = int(sys.argv[1]), int(sys.argv[2])
    deaf, held = threading.Event(), []
    listener = socket.create_server(("127.0.0.1", port))
    while True:
        client, _ = listener.accept()
        if deaf.is_set():
            held.append(client) if SILENT else client.close()
            continue
        behind = socket.create_connection(("127.0.0.1", behind_port))
        threading.Thread(target=carry, args=(client, behind, deaf), daemon=True).start()


main()
