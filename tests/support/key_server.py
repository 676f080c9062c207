"""key_server.py DIR: a web server, for tests: of an issuer, and of a list of breached passwords. Serves over TLS with DIR/web.pem and DIR/web.key on
a free port of 127.0.0.1, which it writes to DIR/port; every request adds a line to DIR/requests. Ends when its standard input is closed.

  /keys      DIR/keys.json
  /redirect  sends on to /keys
  /large     more than 64 KiB
  /slow…     begins an answer and never ends it
  /range/P   DIR/range, whatever P is; with "padded" before it in DIR/requests when the caller asked for padding
  /missing   404
"""

import http.server
import pathlib
import ssl
import sys
import threading

FOLDER = pathlib.Path(sys.argv[1])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # pylint: disable=invalid-name
        with open(FOLDER / "requests", "a", encoding="ascii") as log:
            log.write(("padded " if self.headers["Add-Padding"] == "true" else "") + self.path + "\n")
        if self.path == "/keys":
            self.answer(200, (FOLDER / "keys.json").read_bytes())
        elif self.path == "/redirect":
            self.answer(302, b"", Location="/keys")
        elif self.path == "/large":
            self.answer(200, b" " * (64 * 1024 + 1))
        elif self.path.startswith("/range/"):
            self.answer(200, (FOLDER / "range").read_bytes())
        elif self.path.startswith("/slow"):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            threading.Event().wait()
        else:
            self.answer(404, b"")

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FOLDER / "web.pem", FOLDER / "web.key")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (FOLDER / "port.new").write_text(str(server.server_address[1]), encoding="ascii")
    (FOLDER / "port.new").rename(FOLDER / "port")
    sys.stdin.read()


if __name__ == "__main__":
    main()
