"""An eIM that means ill, over HTTP without TLS: hostile_eim.py PORT FOLDER answers GetEimPackage and all else as the
name in FOLDER/mode says, and with "none" where there is no such name."""
import pathlib
import socketserver
import struct
import sys
import http.server

NONE = bytes.fromhex("bf4f03020101")


def tlv(tag, content):
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82]) + struct.pack(">H", size)
    return bytes.fromhex(tag) + length + content


def package(folder):
    """A package that was recorded from the right eIM, as it is."""
    return tlv("bf4f", (folder / "package").read_bytes())


def for_another(folder):
    return package(folder).replace((folder / "eid").read_bytes(), bytes.fromhex("89" + 15 * "11"))


MODES = {
    "garbage": lambda folder: b"\xff" * 300,
    "empty": lambda folder: b"",
    "too-long": lambda folder: bytes.fromhex("bf4f84ffffffff020101"),
    "indefinite": lambda folder: bytes.fromhex("bf4f800201010000"),
    "cut": lambda folder: package(folder)[:40],
    "another-message": lambda folder: bytes.fromhex("bf50023000"),
    "huge": lambda folder: b"\xbf\x4f\x83\xff\xff\xff" + bytes(40 << 20),
    "replay": package,
    "for-another": for_another,
    "no-package": lambda folder: tlv("bf4f", bytes.fromhex("bf510530033001ff")),
    "empty-trigger": lambda folder: tlv("bf4f", bytes.fromhex("bf5400")),
    "wrong-tags": lambda folder: tlv("bf4f", bytes.fromhex("bf52035c01ff")),
    "endless-data": lambda folder: tlv("bf4f", bytes.fromhex("bf52045c02bf22")),
    "acknowledges-all": lambda folder: NONE,
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        folder = pathlib.Path(sys.argv[2])
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mode = (folder / "mode").read_text().strip()
        if mode == "error":
            self.send_error(500)
            return
        if body.startswith(b"\xbf\x4f"):
            answer = MODES.get(mode, lambda folder: NONE)(folder)
            if mode in ("replay", "for-another", "no-package", "empty-trigger", "wrong-tags"):
                (folder / "mode").write_text("none")  # once
        elif mode == "acknowledges-all":
            answer = tlv("bf50", tlv("bf53", b"".join(b"\x80\x01" + bytes([n]) for n in range(100))))
        else:
            with open(folder / "results", "ab") as results:
                results.write(body.hex().encode() + b"\n")
            answer = bytes.fromhex("bf50023000")
        self.send_response(200)
        self.send_header("Content-Type", "application/x-gsma-rsp-asn1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        try:
            self.wfile.write(answer)
        except OSError:
            pass  # it has had enough

    def log_message(self, *_):
        pass


socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
