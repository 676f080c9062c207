#!/usr/bin/python3
"""A mail server for tests: Debian's aiosmtpd, which takes mails and keeps them, and misbehaves when it is told to.

    mail_sink.py FOLDER [--port N] [--certificate PEM --key PEM [--implicit-tls]] [--auth USER:PASSWORD] [--forget] [--mode MODE]

Prints its port, and ends when its standard input does. Each mail becomes FOLDER/<number>.json: the envelope, what Python's own parser makes
of the message, and the message itself. The recipient's local part orders a fault: never-… is refused with 550, policy-… with 554 5.7.1,
later-… with 451 for good, later2-… twice, full-… with 552 after the message, busy-… with 421, drop-… closes in the middle of the message,
slow-… answers it after 30 s, lost-… takes it and closes without an answer. --forget keeps nothing. A mode replaces the whole server: silent, closes, rejects, garbage,
endless (a greeting whose last line never comes), plain-starttls (agrees to STARTTLS and goes on in clear), injects (agrees to STARTTLS and answers in the same
breath, in clear, what is asked inside of TLS; somebody in between would).
"""

import argparse
import asyncio
import collections
import contextlib
import email
import email.policy
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

PATIENCE = 30


class Sink(SMTP):
    """aiosmtpd, except for what its interface does not offer: a connection that ends in the middle of a message."""

    async def smtp_DATA(self, arg):
        fault = self.envelope.rcpt_tos[0].partition("-")[0] if self.envelope.rcpt_tos else ""
        if fault != "drop":
            return await super().smtp_DATA(arg)
        await self.push("354 go on")
        await self._reader.readuntil(b"\r\n")
        self.transport.abort()
        return None


class Handler:
    """Keeps mails, and orders faults."""

    def __init__(self, folder, forget):
        self.folder, self.forget, self.tries = folder, forget, collections.Counter()
        self.kept = len(list(folder.glob("*.json")))

    async def handle_RCPT(self, server, session, envelope, address, options):
        fault = address.partition("-")[0]
        self.tries[address] += 1
        refusals = {"never": "550 5.1.1 no such mailbox", "policy": "554 5.7.1 relay access denied", "later": "451 4.3.0 try again later",
                    "busy": "421 4.3.2 shutting down"}
        if fault in refusals:
            return refusals[fault]
        if fault == "later2" and self.tries[address] <= 2:
            return refusals["later"]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        fault = envelope.rcpt_tos[0].partition("-")[0]
        if fault == "full":
            return "552 5.2.2 mailbox full"
        if fault == "slow":
            await asyncio.sleep(PATIENCE)
        if not self.forget:
            self.keep(session, envelope)
        if fault == "lost":
            server.transport.abort()
        return f"250 2.0.0 kept as {self.kept}"

    def keep(self, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        bodies = {part.get_content_type(): part.get_content().replace("\r\n", "\n") for part in message.walk() if not part.is_multipart()}
        self.kept += 1
        kept = {
            "mail_from": envelope.mail_from,
            "rcpt_tos": envelope.rcpt_tos,
            "tls": session.ssl is not None,
            "authenticated": bool(session.authenticated),
            "ehlo": session.host_name,
            "headers": [[name, str(value)] for name, value in message.items()],
            "content_type": message.get_content_type(),
            "parts": list(bodies),
            "text": bodies.get("text/plain", ""),
            "html": bodies.get("text/html", ""),
            "defects": [str(defect) for part in message.walk() for defect in part.defects],
            "raw": envelope.content.decode("ascii", "replace"),
        }
        file = self.folder / f"{self.kept:05}.json"
        file.with_suffix(".new").write_text(json.dumps(kept), encoding="utf-8")
        file.with_suffix(".new").rename(file)


async def inject(reader, writer, context):
    """What follows "220 go on" came in clear: who takes it for the answer to what they say through TLS has been lied to."""
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        verb = line.upper()[:4]
        if verb == b"STAR":
            writer.write(b"220 go on\r\n250-sink\r\n250 AUTH PLAIN\r\n235 in\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 kept\r\n")
            await writer.start_tls(context)
        else:
            writer.write(b"250-sink\r\n250 STARTTLS\r\n" if verb == b"EHLO" else b"250 ok\r\n")


async def misbehave(mode, context, reader, writer):
    """One connection to a server that is none."""
    if mode == "silent":
        await asyncio.sleep(PATIENCE)
    elif mode == "rejects":
        writer.write(b"554 5.3.2 no mail here\r\n")
    elif mode == "garbage":
        writer.write(bytes(range(256)) * 64)
    elif mode == "endless":
        while not reader.at_eof():
            writer.write(b"220-and another thing\r\n" * 1000)
            await writer.drain()
    elif mode == "injects":
        await inject(reader, writer, context)
    elif mode == "plain-starttls":
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            writer.write(b"250-sink\r\n250 STARTTLS\r\n" if line.upper().startswith(b"EHLO") else b"220 ok\r\n")
    await writer.drain()
    writer.close()


async def start(options):
    loop = asyncio.get_running_loop()
    context = None
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.key)
    if options.mode:
        async def connection_to_none(reader, writer):
            with contextlib.suppress(OSError):  # Whoever calls hangs up, as they should.
                await misbehave(options.mode, context, reader, writer)

        return await asyncio.start_server(connection_to_none, "127.0.0.1", options.port)

    def authenticate(server, session, envelope, mechanism, data):
        good = data.login.decode() + ":" + data.password.decode() == options.auth if hasattr(data, "login") else False
        return AuthResult(success=good)

    handler = Handler(options.folder, options.forget)
    starttls = context if not options.implicit_tls else None

    def connection():
        return Sink(handler, loop=loop, hostname="sink.example", tls_context=starttls, require_starttls=starttls is not None,
                    authenticator=authenticate if options.auth else None, auth_required=bool(options.auth),
                    auth_require_tls=not options.implicit_tls)

    return await loop.create_server(connection, "127.0.0.1", options.port, ssl=context if options.implicit_tls else None)


async def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--implicit-tls", action="store_true")
    parser.add_argument("--auth")
    parser.add_argument("--forget", action="store_true")
    parser.add_argument("--mode", choices=["silent", "closes", "rejects", "garbage", "endless", "plain-starttls", "injects"])
    options = parser.parse_args()
    server = await start(options)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # Until whoever started it goes.
    server.close()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
