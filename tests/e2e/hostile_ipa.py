"""IPAs that mean ill, against the eIM at 127.0.0.1:PORT over TLS: hostile_ipa.py PORT sends what is too large, what
lies about its length, what is no HTTP, and then holds many connections that never get on, until it is ended. Prints
the HTTP status of each that was answered, and "held" once all are held."""
import socket
import ssl
import sys
import time

HEAD = "POST /gsma/rsp2/asn1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-gsma-rsp-asn1\r\n"
port = int(sys.argv[1])
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE


def connect():
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=20), server_hostname="localhost")


def said(data, end=False):
    """The status of the answer, or "-" where the eIM hangs up."""
    with connect() as link:
        try:
            link.sendall(data)
            if end:
                link.unwrap()
            line = link.recv(100).decode(errors="replace").split(" ")
            return line[1] if len(line) > 1 else "-"
        except (OSError, ssl.SSLError):
            return "-"


print("huge", said((HEAD + "Content-Length: 400000\r\n\r\n").encode() + bytes(400000)))
print("claimed", said((HEAD + "Content-Length: 99999999999999999999\r\n\r\n").encode()))
print("negative", said((HEAD + "Content-Length: -5\r\n\r\n").encode()))
print("short", said((HEAD + "Content-Length: 500\r\n\r\n").encode() + bytes(20), end=True))
print("endless", said((HEAD + "Transfer-Encoding: chunked\r\n\r\n").encode() + b"8000\r\n" + bytes(0x8000) + b"\r\n" * 1 + 12 * (b"8000\r\n" + bytes(0x8000) + b"\r\n")))
print("other-type", said(HEAD.replace("x-gsma-rsp-asn1", "json").encode() + b"Content-Length: 2\r\n\r\n{}"))
print("garbage", said((HEAD + "Content-Length: 6\r\n\r\n").encode() + b"\xff" * 6))
print("no-http", said(b"\x00\x01\x02\x03\r\n\r\n"))
slow = []
for _ in range(60):
    link = connect()
    link.sendall((HEAD + "Content-Length: 100\r\n\r\n").encode() + b"\xbf")
    slow.append(link)
for _ in range(60):
    slow.append(socket.create_connection(("127.0.0.1", port)))  # not even TLS
print("held", flush=True)
while True:
    time.sleep(1)
    for link in slow[:60]:
        try:
            link.sendall(b"\x00")
        except (OSError, ssl.SSLError):
            pass
