"""Sending by SMTP: one letter a connection, and the truth about whether it went out."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from backend.config import Mail
from backend.post.letter import Letter

STEP_SECONDS: Final = 15.0
"""How long one answer of the mail server is waited for."""
READY_SECONDS: Final = 30.0
TAKEN_SECONDS: Final = 45.0
"""How long connecting and handing over may take in all; together less than a job's lease."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The mail server has taken it."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """It certainly did not go out; `lasting` where trying again would not help."""

    why: str
    lasting: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """The mail server was given it and did not say whether it took it."""

    why: str


Outcome = Sent | NotSent | Unknown


class Post:
    """One mail server. Raises nothing of the network's: every fault is an outcome."""

    def __init__(self, settings: Mail, now: Callable[[], datetime], tls: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._now = now
        self._tls = tls

    async def send(self, letter: Letter, letter_id: str) -> Outcome:
        """Hand one letter over. `letter_id` makes its Message-ID: the same one whenever it is tried again."""
        own = self._settings
        try:
            content = letter.encoded(own.from_address, own.from_name, letter_id, self._now())
        except ValueError as error:
            return NotSent(f"It cannot be written as mail: {error}", lasting=True)
        client = self._client()
        try:
            async with asyncio.timeout(READY_SECONDS):
                await client.connect()
                await client.mail(own.from_address)
                await client.rcpt(letter.to)
        except (SMTPException, OSError, TimeoutError) as error:
            client.close()
            return NotSent(_words(error), lasting=_is_lasting(error))
        return await _hand_over(client, content)

    async def check(self) -> str:
        """What is wrong with the mail server or with these settings; nothing where it would take mail from us."""
        client = self._client()
        try:
            async with asyncio.timeout(READY_SECONDS):
                await client.connect()
                await client.noop()
        except (SMTPException, OSError, TimeoutError) as error:
            return _words(error)
        finally:
            client.close()
        return ""

    def _client(self) -> SMTP:
        own = self._settings
        return SMTP(
            hostname=own.host,
            port=own.at_port,
            username=own.user or None,
            password=own.password or None,
            use_tls=own.security == "tls",
            start_tls=own.security == "starttls",
            timeout=STEP_SECONDS,
            tls_context=self._tls,
        )


async def _hand_over(client: SMTP, content: bytes) -> Outcome:
    try:
        async with asyncio.timeout(TAKEN_SECONDS):
            await client.data(content)
    except SMTPResponseException as error:
        client.close()
        return NotSent(_words(error), lasting=_is_lasting(error))
    except (SMTPException, OSError, TimeoutError) as error:
        client.close()
        return Unknown(_words(error))
    try:
        await client.quit(timeout=1.0)
    except (SMTPException, OSError, TimeoutError):
        client.close()  # it has taken the letter: how it says goodbye does not matter
    return Sent()


def _is_lasting(error: BaseException) -> bool:
    return isinstance(error, SMTPResponseException) and error.code >= 500


def _words(error: BaseException) -> str:
    if isinstance(error, SMTPResponseException):
        return f"{error.code} {' '.join(str(error.message).split())}"[:400]
    return " ".join(str(error).split())[:400] or "The mail server did not answer in time."
