"""Asking LINE: addresses, the token in the header and nowhere else, and what its answers mean."""

import httpx

from backend.channels import reading
from backend.channels.base import (
    UNANSWERED,
    AccountView,
    Outcome,
    ProviderFault,
    Rejected,
    Throttled,
    Unknown,
    unanswered,
    unanswered_fault,
    without_secrets,
)
from backend.channels.reading import Json

DEFAULT_BASE = "https://api.line.me"
DEFAULT_DATA = "https://api-data.line.me"
NO_TOKEN = "No channel access token is entered for this account."  # noqa: S105  # a sentence
THROTTLED_SECONDS = 10.0
"""LINE's 429 names no time; its limits count requests by the second and by the minute."""
MONTHLY = "monthly limit"
"""Part of LINE's words where not the pace but the plan's number of messages is used up: waiting does not help."""


def address(account: AccountView, path: str, *, data: bool = False) -> str:
    name, default = ("data_url", DEFAULT_DATA) if data else ("base_url", DEFAULT_BASE)
    return f"{(account.settings.get(name) or default).rstrip('/')}{path}"


def headers(account: AccountView) -> dict[str, str]:
    """With the token, as it was entered, without the blanks that copying brings along."""
    return {"Authorization": f"Bearer {account.secrets.get('access_token', '').strip()}"}


def lacks_token(account: AccountView) -> bool:
    return not account.secrets.get("access_token", "").strip()


async def told(account: AccountView, http: httpx.AsyncClient, method: str, path: str, body: Json | None = None) -> Json:
    """The answer to a question of an administrator. Raises ProviderFault."""
    if lacks_token(account):
        raise ProviderFault(NO_TOKEN, lasting=True)
    try:
        response = await http.request(method, address(account, path), json=body, headers=headers(account))
    except UNANSWERED as error:
        raise unanswered_fault(error, "LINE") from None
    if response.status_code == 429:
        raise ProviderFault(failure(account, response), retry_after=THROTTLED_SECONDS)
    if response.status_code != 200:
        raise ProviderFault(failure(account, response), lasting=response.status_code < 500)
    return answer_of(response)


async def ask(
    account: AccountView, http: httpx.AsyncClient, method: str, path: str, body: Json | None = None, retry_key: str = ""
) -> httpx.Response | Outcome:
    """LINE's answer, or what it means that there is none."""
    if lacks_token(account):
        return Rejected(NO_TOKEN, account_fault=True)
    extra = {"X-Line-Retry-Key": retry_key} if retry_key else {}
    try:
        return await http.request(method, address(account, path), json=body, headers=headers(account) | extra)
    except UNANSWERED as error:
        return unanswered(error, "LINE")


def refusal(account: AccountView, response: httpx.Response) -> Outcome:
    """What an answer other than 200 means (https://developers.line.biz/en/reference/messaging-api/#status-codes)."""
    status, words = response.status_code, failure(account, response)
    if status == 429:
        return Rejected(words) if MONTHLY in words.lower() else Throttled(THROTTLED_SECONDS)
    if status in (401, 403, 404):
        return Rejected(words, account_fault=True)
    if 300 <= status < 400:
        return Rejected(f"The Messaging API answers with a redirection ({status}).", account_fault=True)
    if 400 <= status < 500:
        return Rejected(words)
    return Unknown(f"LINE answered {status}.")


def failure(account: AccountView, response: httpx.Response) -> str:
    """LINE's own words with what is wrong in detail, on one line, without our secrets."""
    answer = answer_of(response)
    details = [f"{it.get('property', '')}: {it.get('message', '')}" for it in reading.parts(answer, "details")]
    words = without_secrets("; ".join((str(answer.get("message") or ""), *details)), account.secrets, 400)
    if response.status_code == 401:
        return f"LINE does not accept the channel access token (expired or revoked): enter a new one. {words}".strip()
    return words or f"LINE answered {response.status_code}."


def answer_of(response: httpx.Response) -> Json:
    return reading.answer_of(response.content) or {}
