"""A real SMTP server for the integration tests, built on aiosmtpd.

    smtp_server.py --port N --log FILE

Prints the port it listens on (N, or a free one when N is 0) as its first line and serves 127.0.0.1 until SIGTERM.
Every accepted message is appended to FILE as one line of JSON, and is on disk before the client hears 250.

How a recipient is treated depends on the local part of the address:
    tempfail-<n>-...@  451 4.7.1 to the first n RCPT tries of this address, then accepted (counted since the start)
    nouser...@         550 5.1.1 to RCPT
    reject...@         554 5.6.0 after DATA
    anything else      accepted
"""

import argparse
import asyncio
import email
import email.policy
import json
import os
import re
import signal
from collections import Counter

from aiosmtpd.smtp import SMTP


class Recorder:
    """Decides on recipients and writes accepted messages to the log."""

    def __init__(self, log):
        self.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.tries = Counter()

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        local = address.partition("@")[0].lower()
        if local.startswith("nouser"):
            # Like many real servers the reply repeats the address; the client must not pass it on.
            return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
        if match := re.match(r"tempfail-(\d+)-", local):
            self.tries[address] += 1
            if self.tries[address] <= int(match[1]):
                return f"451 4.7.1 <{address}>: Recipient address rejected: Greylisted"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        if any(address.lower().startswith("reject") for address in envelope.rcpt_tos):
            return "554 5.6.0 Message content rejected"
        line = json.dumps(describe(envelope), ensure_ascii=False) + "\n"
        os.write(self.log, line.encode())
        os.fsync(self.log)
        return "250 2.0.0 Ok: queued"


def describe(envelope):
    """The message as the tests look at it: headers decoded, parts as text."""
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)

    def header(name):
        value = message[name]
        return None if value is None else str(value)

    def part(subtype):
        found = message.get_body((subtype,))
        return None if found is None else found.get_content()

    return {
        "to": envelope.rcpt_tos,
        "from": envelope.mail_from,
        "message_id": header("Message-ID"),
        "subject": header("Subject"),
        "references": header("References"),
        "in_reply_to": header("In-Reply-To"),
        "auto_submitted": header("Auto-Submitted"),
        "content_language": header("Content-Language"),
        "content_type": message.get_content_type(),
        "header_from": header("From"),
        "header_to": header("To"),
        "date": header("Date"),
        "text": part("plain"),
        "html": part("html"),
    }


async def main():
    parser = argparse.ArgumentParser(description="SMTP server for the integration tests")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", required=True)
    arguments = parser.parse_args()

    recorder = Recorder(arguments.log)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(
        lambda: SMTP(recorder, hostname="smtp.test", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", arguments.port
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await stop.wait()
    # Open connections are dropped, as by a server that goes down; waiting for them could take for ever.
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
