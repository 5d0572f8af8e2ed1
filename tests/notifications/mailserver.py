"""A mail server for tests: takes mail over SMTP (RFC 5321) and answers as it is told."""

from __future__ import annotations

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self


class MailServer:
    """Listens on a free loopback port. `answer` is said after DATA, `answer_to` after RCPT; `received` is all mail."""

    def __init__(self) -> None:
        self.answer = "250 OK"
        self.answer_to = "250 OK"
        self.received: list[EmailMessage] = []
        server = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self._say("220 ready")
                while line := self.rfile.readline():
                    verb = line.split()[0].upper() if line.split() else b""
                    if verb == b"QUIT":
                        self._say("221 bye")
                        return
                    self._answer(verb)

            def _answer(self, verb: bytes) -> None:
                if verb == b"DATA":
                    self._say("354 go on")
                    server.received.append(self._mail())
                    self._say(server.answer)
                else:
                    self._say(server.answer_to if verb == b"RCPT" else "250 OK")

            def _mail(self) -> EmailMessage:
                lines = []
                while (line := self.rfile.readline()) and line != b".\r\n":
                    lines.append(line.removeprefix(b"."))
                return message_from_bytes(b"".join(lines), policy=policy.default)

            def _say(self, line: str) -> None:
                self.wfile.write(line.encode() + b"\r\n")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", 0), Session)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
