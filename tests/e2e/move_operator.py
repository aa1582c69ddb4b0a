"""An operator at the other end of ES2+: move_operator.py PORT CERTIFICATE KEY ANSWER HEARD answers whatever it is asked
with what the file ANSWER holds, and writes path and body of each request to HEARD, a line a request."""
import http.server
import ssl
import sys

port, certificate, key, answer, heard = sys.argv[1:]


class Operator(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(heard, "a") as file:
            file.write(self.path + " " + body.decode() + "\n")
        content = b"{}"
        if "handleDeviceChangeRequest" in self.path:
            with open(answer, "rb") as file:
                content = file.read()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Operator)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
