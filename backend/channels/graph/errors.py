"""What a failure at Graph means for a message: wait, look at the account, look at the message, or nobody knows.

Sources: Meta's "Handling errors" and "Rate limits" of the Graph API, the error codes of the WhatsApp Business
Platform and those of the Messenger Platform.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx

from backend.channels.base import (
    AccountView,
    MediaFault,
    NotReached,
    Rejected,
    Throttled,
    Unknown,
    line,
    without_secrets,
)
from backend.channels.reading import answer_of, part, parts, word

WAIT_MAX = 3600.0
_LONG = 10_000  # characters of what is cut only when no secret is in it any more
Failure = Rejected | Throttled | NotReached | Unknown

_WAITS: Mapping[int, float] = {
    **dict.fromkeys((4, 17, 32, 341, 613, 80001, 80002, 80006, 80007, 80008), 60.0),  # counted over an hour
    130429: 4.0,  # throughput: "4^X seconds"
    131056: 6.0,  # to one customer: one message every six seconds
    131057: 60.0,  # the number is being moved to a higher throughput
}
"""Rate limits: seconds to wait where Meta does not say."""
_UNSURE = frozenset({1, 2, 131000, 131016, 133004})
"""Meta's own trouble; the documents know of messages that were sent in spite of it."""
_TOKEN = frozenset({0, 102, 104, 190})
_PERMISSION = frozenset({3, 10, 131005, *range(200, 300)})
_STOPPED = frozenset({368, 131031, 131042, 131045, 133010})
_WINDOW_OF_WHATSAPP = 131047
_WINDOW = frozenset({2018278, 2018065, 2534022})
"""Subcodes of Messenger and Instagram: the time for replies is over, unless a person answers and says so."""
_PERSON_SUBCODES = frozenset({1545041, 2018108, 2018300})
"""Codes of permissions, yet it is this person (or another app that has the thread) who does not take the message."""

_NO_OBJECT = (100, 33)

_WRONG_ID = "Meta does not know this account's id, or the access token may not use it: check both."
_NEW_TOKEN = "Meta does not take the access token any more: make a new one in the Meta app and enter it here."  # noqa: S105
_NO_PERMISSION = (
    "Meta says that this access token may not do that: give the app the permissions in docs/channels.md and make a "
    "new token."
)
_HAS_STOPPED = "Meta has stopped this account: see Meta's Business Support Home for what is wrong and settle it there."
_CLOSED = "The time for replies is over: the customer must write first."
_TEMPLATE_ONLY = "The time for free replies is over: send an approved template, or wait until the customer writes."


class GraphError(NamedTuple):
    """An `error` as Graph writes it."""

    code: int
    subcode: int
    words: str
    transient: bool = False


def answered(account: AccountView, response: httpx.Response, *, own: bool = False) -> dict[str, Any] | Failure:
    """What an answer of Graph means. A code that says no for certain counts more than the HTTP status."""
    answer, status = answer_of(response.content), response.status_code
    error = _error(account, answer)
    if error is not None:
        return _meaning(error, response, own)
    if 200 <= status < 300:
        return answer if answer is not None else Unknown("Meta's answer is no JSON object.")
    if status == 429:
        return Throttled(_wait(response, 60.0))
    if status >= 500 or status == 408:
        return Unknown(f"Meta answered {status}.")
    return Rejected(f"The address of the Graph API answers {status} and no word of Graph.", account_fault=True)


def in_words(failure: Failure) -> str:
    """A failure as a sentence."""
    match failure:
        case Rejected():
            return failure.failure
        case Throttled():
            return f"Meta asks to wait {failure.retry_after:g} seconds."
        case _:
            return failure.detail


def media_fault(failure: Failure) -> MediaFault:
    """A failure as what stands beside a file; a new token may help, a file that is gone stays gone."""
    lasting = isinstance(failure, Rejected) and not failure.account_fault
    wait = failure.retry_after if isinstance(failure, Throttled) else None
    return MediaFault(in_words(failure), lasting=lasting, retry_after=wait)


def is_too_late(answer: object) -> bool:
    """Whether Messenger or Instagram refused for the time that has passed since the customer wrote."""
    return isinstance(answer, Rejected) and answer.failure == _CLOSED


def explained(account: AccountView, error: Mapping[str, Any]) -> str:
    """An `error`, of an answer or in a webhook, with what is to be done where that is known; at most 500 characters."""
    found = _read(account, error)
    return line(" ".join(filter(None, (_advice(found)[0], found.words))), 500)


def _meaning(error: GraphError, response: httpx.Response, own: bool) -> Failure:
    if error.code in _WAITS or response.status_code == 429:
        return Throttled(_wait(response, _WAITS.get(error.code, 60.0)))
    named = f"{error.code}/{error.subcode}"
    advice, of_account = _advice(error, own=own)
    if advice or error.subcode in _PERSON_SUBCODES:
        told = advice if advice == _CLOSED else f"{advice} {error.words}"
        return Rejected(line(told, 500), account_fault=of_account, code=named)
    if error.code in _UNSURE or error.transient or response.status_code >= 500:
        return Unknown(error.words)
    return Rejected(error.words, code=named)


def _advice(error: GraphError, *, own: bool = False) -> tuple[str, bool]:
    """What is to be done, and whether it is the account that is refused."""
    if error.code == _WINDOW_OF_WHATSAPP:
        return _TEMPLATE_ONLY, False
    if error.subcode in _WINDOW:
        return _CLOSED, False
    if error.subcode in _PERSON_SUBCODES:
        return "", False
    if own and (error.code, error.subcode) == _NO_OBJECT:
        return _WRONG_ID, True
    of_account = ((_TOKEN, _NEW_TOKEN), (_PERMISSION, _NO_PERMISSION), (_STOPPED, _HAS_STOPPED))
    return next(((advice, True) for codes, advice in of_account if error.code in codes), ("", False))


def _error(account: AccountView, answer: dict[str, Any] | None) -> GraphError | None:
    error = part(answer or {}, "error")
    return _read(account, error) if isinstance(error.get("code"), int) else None


def _read(account: AccountView, error: Mapping[str, Any]) -> GraphError:
    code, subcode = error.get("code"), error.get("error_subcode")
    return GraphError(
        code if isinstance(code, int) else -1,
        subcode if isinstance(subcode, int) else 0,
        _in_words(account, error),
        error.get("is_transient") is True,
    )


def _in_words(account: AccountView, error: Mapping[str, Any]) -> str:
    """An `error`, of an answer or in a webhook, as one line that names its code and none of the secrets."""
    message = word(error, "message", _LONG) or word(error, "title", _LONG) or "Meta says no"
    details = word(part(error, "error_data"), "details", _LONG) or word(error, "error_user_msg", _LONG)
    text = message if not details or details in message else f"{message.rstrip('.')}. {details}"
    code = word(error, "code")
    text = f"{text} (code {code})" if code and code not in text else text
    return without_secrets(text, account.secrets, 400)


def _wait(response: httpx.Response, default: float) -> float:
    """Seconds that Meta names: Retry-After, or the minutes of X-Business-Use-Case-Usage."""
    usage = answer_of(response.headers.get("x-business-use-case-usage", ""))
    rows = [row for name in usage or {} for row in parts(usage or {}, name)]
    told = [60 * _number(row.get("estimated_time_to_regain_access")) for row in rows]
    told.append(_number(response.headers.get("retry-after")))
    longest = max(told)
    return min(longest, WAIT_MAX) if longest > 0 else default


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return number if number > 0 else 0.0
