"""A mail handed to the SMTP server, once: what it answers at each step, as an outcome."""

import ssl

import aiosmtplib

from backend.channels.base import NotReached, Outcome, ProviderFault, Rejected, Throttled, Unknown, line
from backend.channels.email.imap import refusal
from backend.channels.email.mailbox import STARTTLS, TLS, Mailbox

TIMEOUT_SECONDS = 60.0
BUSY_SECONDS = 60.0
"""To wait where a server says 4xx, which names no time (greylisting asks for a minute or more)."""


async def deliver(mailbox: Mailbox, token: str, mail: bytes, recipients: list[str]) -> Outcome | None:
    """To all recipients, or to none; None: it took it. Never raises for what a server or a network does."""
    client = _client(mailbox)
    try:
        if (refused := await _signed_in(client, mailbox, token)) is not None:
            return refused
        return await _handed_over(client, mailbox, mail, recipients)
    finally:
        client.close()


async def look_in(mailbox: Mailbox, token: str) -> None:
    """Connect and sign in. Raises ProviderFault."""
    client = _client(mailbox)
    try:
        refused = await _signed_in(client, mailbox, token)
    finally:
        client.close()
    match refused:
        case Rejected():
            raise ProviderFault(refused.failure, lasting=True)
        case NotReached() | Unknown():
            raise ProviderFault(refused.detail)
        case Throttled():
            raise ProviderFault("The SMTP server lets nobody in at the moment.", retry_after=refused.retry_after)
        case _:
            return


def _client(mailbox: Mailbox) -> aiosmtplib.SMTP:
    server = mailbox.smtp
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security == TLS,
        start_tls=server.security == STARTTLS,
        tls_context=server.context if server.security in (TLS, STARTTLS) else None,
        local_hostname="[127.0.0.1]",  # the machine's own name is nobody's business
        timeout=TIMEOUT_SECONDS,
    )


async def _signed_in(client: aiosmtplib.SMTP, mailbox: Mailbox, token: str) -> Outcome | None:
    """None where it went well."""
    host = mailbox.smtp.host
    try:
        await client.connect()
        await client.ehlo()
        if client.supports_extension("auth"):
            if mailbox.oauth:
                await client.auth_xoauth2(mailbox.user, token)
            else:
                await client.login(mailbox.user, mailbox.password)
    except aiosmtplib.SMTPAuthenticationError as error:
        if 400 <= error.code < 500:
            return Throttled(BUSY_SECONDS)
        return Rejected(refusal(mailbox, "SMTP", f"{error.code} {error.message}"), account_fault=True)
    except aiosmtplib.SMTPResponseException as error:
        if 400 <= error.code < 500:
            return Throttled(BUSY_SECONDS)
        return Rejected(_words(f"The SMTP server {host} lets nobody in", error), account_fault=True)
    except ssl.SSLCertVerificationError as error:
        words = f"The SMTP server {host} shows a certificate that is not valid: {error.verify_message}."
        return Rejected(words, account_fault=True)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        if type(error) in (aiosmtplib.SMTPException, aiosmtplib.SMTPNotSupported):
            words = f"The SMTP server {host} cannot do what the account is set up for: {line(str(error), 200)}"
            return Rejected(words, account_fault=True)
        return NotReached(f"The SMTP server {host} could not be reached ({type(error).__name__}).")
    return None


async def _handed_over(client: aiosmtplib.SMTP, mailbox: Mailbox, mail: bytes, recipients: list[str]) -> Outcome | None:
    asked = "The mail"
    options = [f"size={len(mail)}"] if client.supports_extension("size") else []
    if (other := next((it for it in recipients if not it.isascii()), None)) is not None:
        if not client.supports_extension("smtputf8"):
            return Rejected(f"{other} has letters that the SMTP server {mailbox.smtp.host} takes in no address.")
        options += ["smtputf8", "body=8bitmime"]  # RFC 6531: who takes the one takes the other
    try:
        await client.mail(mailbox.address, options=options)
        for recipient in recipients:
            asked = recipient
            await client.rcpt(recipient, encoding="utf-8")
    except aiosmtplib.SMTPResponseException as error:
        return _refused(f"{asked} was refused", error)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        return NotReached(f"The SMTP server {mailbox.smtp.host} went away ({type(error).__name__}).")
    try:
        await client.data(mail)
    except aiosmtplib.SMTPDataError as error:
        return _refused("The mail was refused", error)
    except (aiosmtplib.SMTPException, OSError) as error:
        return Unknown(
            f"The SMTP server {mailbox.smtp.host} took the mail and did not answer ({type(error).__name__})."
        )
    return None


def _refused(what: str, error: aiosmtplib.SMTPResponseException) -> Outcome:
    if 400 <= error.code < 500:
        return Throttled(BUSY_SECONDS)
    # 530 and 535: not this mail, but whoever brings it
    return Rejected(_words(what, error), account_fault=error.code in (530, 534, 535))


def _words(what: str, error: aiosmtplib.SMTPResponseException) -> str:
    return line(f"{what}: {error.code} {error.message}", 400)
