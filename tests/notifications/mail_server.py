"""A mail server for tests: accepts, refuses, drops, as it is told for each letter."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class MailServer(socketserver.ThreadingTCPServer):
    """``moods`` are taken one for each connection («away», «busy») or letter (the others);
    without any it accepts:

    - «away»: the connection is dropped at once; «busy»: it is greeted with 421
    - «later»: 451 for the recipient (greylisting); «unknown»: 550 for the recipient
    - «full»: 552 after the text; «drop»: the connection breaks before the text is taken
    - «silent»: the letter is taken, but the connection breaks before the answer
    """

    daemon_threads = True
    allow_reuse_address = True
    of_connections = ("away", "busy")

    def __init__(self, *, pause: float = 0) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.moods: list[str] = []
        self.letters: list[EmailMessage] = []
        self.connections = 0
        self.pause = pause
        self.lock = threading.Lock()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def mood(self, *, of_connection: bool = False) -> str:
        with self.lock:
            fits = self.moods and (self.moods[0] in self.of_connections) is of_connection
            return self.moods.pop(0) if fits else "accept"

    def references(self) -> list[str]:
        return [str(letter["Message-ID"]) for letter in self.letters]


class Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def handle(self) -> None:
        self.server.connections += 1
        mood = self.server.mood(of_connection=True)
        if mood == "away":
            return
        if mood == "busy":
            self.say("421 too busy now")
            return
        self.say("220 test")
        for line in self.rfile:
            verb = line[:4].strip().upper().decode("ascii", "replace")
            if verb == "QUIT":
                self.say("221 bye")
                return
            if not self.answer(verb):
                return

    def answer(self, verb: str) -> bool:
        """Go on talking?"""
        if verb == "MAIL":
            self.letter_mood = self.server.mood()
        if verb == "RCPT" and self.letter_mood in ("later", "unknown"):
            code = {"later": "451 4.7.1", "unknown": "550 5.1.1"}[self.letter_mood]
            self.say(f"{code} <anna@example.org>: not now, anna@example.org")
        elif verb == "DATA":
            return self.take_letter()
        else:
            self.say("250 ok")
        return True

    def take_letter(self) -> bool:
        self.say("354 go on")
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b"."))
        time.sleep(self.server.pause)
        if self.letter_mood == "drop":
            return False
        if self.letter_mood == "full":
            self.say("552 mailbox full")
            return True
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        with self.server.lock:
            self.server.letters.append(message)
        if self.letter_mood == "silent":
            return False
        self.say("250 taken")
        return True


@contextmanager
def mail_server(*, pause: float = 0) -> Iterator[MailServer]:
    with MailServer(pause=pause) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
