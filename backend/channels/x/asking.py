"""Asking X: signed requests, and what its answers mean."""

from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from backend import clock
from backend.channels import reading
from backend.channels.base import (
    UNANSWERED,
    AccountView,
    NotReached,
    Outcome,
    ProviderFault,
    Rejected,
    Throttled,
    Unknown,
    unanswered,
    without_secrets,
)
from backend.channels.reading import Json
from backend.channels.x import oauth

DEFAULT_BASE = "https://api.x.com"
THROTTLED_SECONDS, THROTTLED_MAX_SECONDS = 60.0, 3600.0
"""Where a 429 does not say when its window ends; X's windows are of 15 minutes, a few of a day."""
APP_PROBLEMS = ("client-forbidden", "usage-capped", "unsupported-authentication")
"""Ends of a problem's type that are about the app, not about the message (docs.x.com, response codes and errors)."""


def address(account: AccountView, path: str) -> str:
    return f"{(account.settings.get('base_url') or DEFAULT_BASE).rstrip('/')}{path}"


async def ask(
    account: AccountView, http: httpx.AsyncClient, method: str, path: str, **more: Any
) -> httpx.Response | Outcome:
    """X's answer, or what it means that there is none."""
    try:
        url = address(account, path)
        headers = {"Authorization": oauth.authorization(account, method, url)}
        return await http.request(method, url, headers=headers, **more)
    except (*UNANSWERED, ValueError) as error:
        return unanswered(error, "X")


async def told(account: AccountView, http: httpx.AsyncClient, method: str, path: str, **more: Any) -> Json:
    """`data` of the answer to a question of an administrator. Raises ProviderFault."""
    response = await ask(account, http, method, path, **more)
    if isinstance(response, httpx.Response) and response.status_code in (200, 201):
        return reading.part(answer_of(response), "data")
    raise fault_of(refusal(account, response) if isinstance(response, httpx.Response) else response)


def fault_of(outcome: Outcome) -> ProviderFault:
    """What did not succeed, for an administrator."""
    match outcome:
        case Throttled():
            return ProviderFault("X asked to wait.", retry_after=outcome.retry_after)
        case Rejected():
            return ProviderFault(outcome.failure, lasting=True)
        case NotReached() | Unknown():
            return ProviderFault(outcome.detail)
        case _:
            return ProviderFault("X's answer is none.")


def refusal(account: AccountView, response: httpx.Response) -> Outcome:
    """What an answer other than success means."""
    status, words = response.status_code, failure(account, response)
    if status == 429:
        return Throttled(_retry_after(response))
    if status == 401:
        return Rejected(f"X does not accept the account's keys (revoked or made anew): enter them. {words}", True)
    if 300 <= status < 400:
        return Rejected(f"X's API answers with a redirection ({status}).", account_fault=True)
    if 400 <= status < 500:
        kind = str(answer_of(response).get("type", ""))
        return Rejected(words, account_fault=status == 403 and kind.endswith(APP_PROBLEMS))
    return Unknown(f"X answered {status}.")


def failure(account: AccountView, response: httpx.Response) -> str:
    """X's own words, on one line, without our secrets: a problem's detail, else those of the older errors."""
    answer = answer_of(response)
    errors = answer.get("errors")
    older = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    words = str(answer.get("detail") or older.get("message") or answer.get("title") or "")
    return without_secrets(words, account.secrets, 400) or f"X answered {response.status_code}."


def answer_of(response: httpx.Response) -> Json:
    return reading.answer_of(response.content) or {}


def _retry_after(response: httpx.Response) -> float:
    """Seconds until the window ends, by X's own clock where it tells the time."""
    try:
        ends = float(response.headers["x-rate-limit-reset"])
    except (KeyError, ValueError):
        return THROTTLED_SECONDS
    try:
        now = parsedate_to_datetime(response.headers["date"]).timestamp()
    except (KeyError, ValueError):
        now = clock.now().timestamp()
    return max(1.0, reading.seconds(ends - now, THROTTLED_SECONDS, THROTTLED_MAX_SECONDS))
