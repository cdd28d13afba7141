"""SMS over Kannel: `sendsms` out; messages and delivery reports come as GET requests to the account's webhook.

Source: Kannel 1.4.5 User's Guide, chapters 6 (sms-service, its escape codes; delivery reports) and 8 (sendsms).
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urlsplit

import httpx

from backend.channels.base import (
    UNANSWERED,
    AccountView,
    Event,
    Outbound,
    Outcome,
    ProviderFault,
    Rejected,
    Sent,
    Throttled,
    Unknown,
    WebhookRequest,
    clean_text,
    event_id,
    line,
    unanswered,
    unanswered_fault,
    unreadable,
    without_secrets,
)
from backend.channels.numbers import DEFAULT_REGION, digits_of, normal
from omnix_protocol.ids import MessageId, derived_id, is_id
from omnix_protocol.messages import DeliveryState, ReceiveMessage, RecordDelivery, Sender
from omnix_protocol.sms import SmsEncoding, sms_encoding

PATTERN: Final = "from=%p&to=%P&text=%b&id=%I&charset=%C&coding=%c&at=%T"
"""What an administrator puts behind the address of the webhook in Kannel's sms-service."""
REPORT_PATTERN: Final = "report=%d&why=%A"
SECRET: Final = "secret"  # noqa: S105  # a parameter's name
ALL_REPORTS: Final = 1 | 2 | 4 | 8 | 16
BUSY_SECONDS: Final = 10.0
_PARAMETERS_MAX: Final = 50
_READ_MAX: Final = 20_000  # characters of what Kannel says
_CHARACTER_SETS: Final = frozenset({"utf-8", "utf-16be", "iso-8859-1", "iso-8859-15", "windows-1252", "us-ascii"})
_STATES: Final = {
    1: DeliveryState.DELIVERED,
    2: DeliveryState.FAILED,
    4: DeliveryState.SENT,
    8: DeliveryState.SENT,
    16: DeliveryState.FAILED,
}
_REASONS: Final = {2: "The network could not deliver it.", 16: "The network rejected it."}


def verify(account: AccountView, request: WebhookRequest) -> bool:
    """By the secret in the address: Kannel signs nothing."""
    secret = account.secrets.get("hook_secret", "")
    given = dict(_parameters(request.query.encode("latin-1", "replace"))).get(SECRET.encode(), b"")
    return bool(secret) and hmac.compare_digest(given, secret.encode())


def kept(request: WebhookRequest) -> bytes:
    """The parameters, as they came, but for the secret."""
    pieces = request.query.encode("latin-1", "replace").split(b"&")
    return b"&".join(piece for piece in pieces if unquote_to_bytes(piece.partition(b"=")[0]) != SECRET.encode())


def events_of(account: AccountView, raw: bytes) -> list[Event]:
    """Raises Unreadable."""
    parameters = {name.decode("ascii", "replace"): value for name, value in _parameters(raw)}
    if "report" in parameters:
        return _reported(account, parameters)
    if not parameters.get("from"):
        unreadable("What Kannel sends has a report or a from; this has neither.")
    return [_received(account, parameters)]


def _received(account: AccountView, parameters: Mapping[str, bytes]) -> Event:
    text = _text(parameters)
    sender = normal(_word(parameters, "from"), account.settings.get("region") or DEFAULT_REGION)
    provider_id = _word(parameters, "id") or derived_id("kannel", *(value.hex() for value in parameters.values()))
    command = ReceiveMessage(
        channel_account_id=account.id,
        provider_id=provider_id,
        sender=Sender(address=sender or "?"),
        text=clean_text(text or ""),
        shown_as="unsupported" if text is None else "",
        provider_at=_moment(_word(parameters, "at")),
    )
    return event_id(account.id, "message", provider_id), command


def _text(parameters: Mapping[str, bytes]) -> str | None:
    octets, coding = parameters.get("text", b""), _word(parameters, "coding")
    if coding == "1":
        return None
    charset = _word(parameters, "charset").lower()
    if coding == "2":
        charset = "utf-16be"
    return octets.decode(charset if charset in _CHARACTER_SETS else "utf-8", "replace")


def _reported(account: AccountView, parameters: Mapping[str, bytes]) -> list[Event]:
    kind, message_id, attempt = (_word(parameters, name) for name in ("report", "message", "attempt"))
    if not kind.isdecimal() or not is_id(message_id):
        unreadable("A delivery report names its kind and our message; this does not.")
    number = int(kind) if len(kind) < 4 else 0
    state = _STATES.get(number)
    if state is None:
        return []
    why = _word(parameters, "why").strip(" /")
    command = RecordDelivery(
        channel_account_id=account.id,
        message_id=MessageId(message_id),
        state=state,
        failure=line(f"{_REASONS[number]} {why}".strip(), 500) if number in _REASONS else "",
        attempt=int(attempt) if attempt.isdecimal() and len(attempt) < 10 else None,
    )
    return [(event_id(account.id, "report", f"{message_id}:{attempt}", number), command)]


async def send(account: AccountView, message: Outbound, hook_url: str, http: httpx.AsyncClient) -> Outcome:
    """`hook_url` is where delivery reports go; without it there are none."""
    ucs2 = sms_encoding(message.text) is SmsEncoding.UCS2
    headers = {
        "X-Kannel-To": digits_of(message.address),
        "X-Kannel-From": account.settings.get("sender", ""),
        "X-Kannel-Coding": "2" if ucs2 else "0",
        "Content-Type": "text/plain; charset=UTF-8",
    }
    if hook_url:
        headers["X-Kannel-DLR-Mask"] = str(ALL_REPORTS)
        headers["X-Kannel-DLR-Url"] = report_url(account, message, hook_url)
    try:
        response = await _asked(account, headers, message.text, http)
    except UNANSWERED as error:
        return unanswered(error, "Kannel")
    return _outcome(account, response)


async def probe(account: AccountView, http: httpx.AsyncClient) -> str:
    """Asks for a message to nobody: Kannel looks at the password first. Raises ProviderFault."""
    try:
        response = await _asked(account, {"Content-Type": "text/plain"}, "", http)
    except UNANSWERED as error:
        raise unanswered_fault(error, "Kannel") from None
    if response.status_code != 400:
        raise ProviderFault(_words(account, response), lasting=True)
    return account.settings.get("sender", "")


def report_url(account: AccountView, message: Outbound, hook_url: str) -> str:
    """Kannel fills in its escape codes; a percent sign of ours is doubled for it."""
    secret = quote(account.secrets.get("hook_secret", ""), safe="")
    ours = f"{SECRET}={secret}&message={message.message_id}&attempt={message.attempt}"
    base = f"{hook_url}{'&' if urlsplit(hook_url).query else '?'}{ours}"
    return f"{base.replace('%', '%%')}&{REPORT_PATTERN}"


async def _asked(account: AccountView, headers: dict[str, str], text: str, http: httpx.AsyncClient) -> httpx.Response:
    who = {
        "X-Kannel-Username": account.settings.get("username", ""),
        "X-Kannel-Password": account.secrets.get("password", ""),
    }
    return await http.post(account.settings.get("url", ""), headers=headers | who, content=text.encode())


def _outcome(account: AccountView, response: httpx.Response) -> Outcome:
    status = response.status_code
    if status in (200, 202):
        return Sent("")  # Kannel names no message: its reports bring our own name back
    if status in (429, 503):
        return Throttled(BUSY_SECONDS)
    if status == 403:
        return Rejected(_words(account, response), account_fault="authorization" in response.text[:200].lower())
    if status in (401, 404, 405) or 300 <= status < 400:
        return Rejected(f"This is no sendsms address of Kannel ({status}).", account_fault=True)
    if 400 <= status < 500:
        return Rejected(_words(account, response))
    return Unknown(f"Kannel answered {status}.")


def _words(account: AccountView, response: httpx.Response) -> str:
    return (
        without_secrets(response.text[:_READ_MAX], account.secrets, 300) or f"Kannel answered {response.status_code}."
    )


def _parameters(query: bytes) -> list[tuple[bytes, bytes]]:
    """Octets, not text: a UCS-2 message is in here as it is. More parameters than anybody sends are none."""
    pieces = query.split(b"&", _PARAMETERS_MAX)
    if len(pieces) > _PARAMETERS_MAX:
        return []
    return [
        (unquote_to_bytes(name), unquote_to_bytes(value.replace(b"+", b" ")))
        for name, _, value in (piece.partition(b"=") for piece in pieces)
    ]


def _word(parameters: Mapping[str, bytes], name: str) -> str:
    return line(parameters.get(name, b"").decode("utf-8", "replace"), 255)


def _moment(seconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC) if seconds.isascii() and seconds.isdecimal() else None
    except (ValueError, OverflowError, OSError):
        return None
