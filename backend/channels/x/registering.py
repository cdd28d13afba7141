"""Telling X where webhooks go: the app's webhook, and the user's subscription to it.

https://docs.x.com/x-api/webhooks/quickstart, …/x-api/account-activity/quickstart and …/x-api/activity/quickstart
"""

import httpx

from backend.channels.base import UNANSWERED, AccountView, ProviderFault, Unreadable, unanswered_fault
from backend.channels.reading import Json, parts, string
from backend.channels.x import asking
from backend.channels.x.parsing import own_id

API, ACCOUNT_ACTIVITY, ACTIVITY = "events_api", "account_activity", "activity"
NEEDED = ("dm.received", "post.mention.create")
WELCOME = ("post.reply.create", "post.quote.create", "dm.read", "dm.sent")
ALREADY = "duplicate"
TOKEN_MAX = 2000


async def register(account: AccountView, hook_url: str, http: httpx.AsyncClient) -> None:
    """X asks the address a challenge at once. Raises ProviderFault."""
    known = await _known(account, hook_url, http)
    if known:
        await asking.told(account, http, "PUT", f"/2/webhooks/{known}")
        webhook_id = known
    else:
        made = await asking.told(account, http, "POST", "/2/webhooks", json={"url": hook_url})
        webhook_id = string(made, "id")
    if not webhook_id.isdigit():
        raise ProviderFault("X's answer does not name the webhook.")
    if account.settings.get(API) == ACTIVITY:
        await _subscribe_to_each(account, webhook_id, http)
    else:
        path = f"/2/account_activity/webhooks/{webhook_id}/subscriptions/all"
        await _subscribe(account, path, {}, http)


async def _subscribe_to_each(account: AccountView, webhook_id: str, http: httpx.AsyncClient) -> None:
    """Of the X Activity API, which takes a subscription for each kind of event; not every plan has all of them."""
    try:
        us = own_id(account)
    except Unreadable as problem:
        raise ProviderFault(str(problem), lasting=True) from None
    for event_type in (*NEEDED, *WELCOME):
        body = {"event_type": event_type, "filter": {"user_id": us}, "webhook_id": webhook_id}
        try:
            await _subscribe(account, "/2/activity/subscriptions", body, http)
        except ProviderFault as fault:
            if event_type in NEEDED or not fault.lasting:
                raise


async def _subscribe(account: AccountView, path: str, body: Json, http: httpx.AsyncClient) -> None:
    """That it is there already is as good."""
    try:
        await asking.told(account, http, "POST", path, json=body)
    except ProviderFault as fault:
        if ALREADY not in str(fault).lower():
            raise


async def _known(account: AccountView, hook_url: str, http: httpx.AsyncClient) -> str:
    """The id under which X has this address already. The list is only read with the app's own token."""
    try:
        headers = {"Authorization": f"Bearer {await _app_token(account, http)}"}
        listed = await http.get(asking.address(account, "/2/webhooks"), headers=headers)
    except UNANSWERED as error:
        raise unanswered_fault(error, "X") from None
    hooks = parts(asking.answer_of(listed), "data")
    return next((string(hook, "id") for hook in hooks if hook.get("url") == hook_url), "")


async def _app_token(account: AccountView, http: httpx.AsyncClient) -> str:
    pair = account.secrets.get("consumer_key", ""), account.secrets.get("consumer_secret", "")
    url = asking.address(account, "/oauth2/token")
    told = await http.post(url, data={"grant_type": "client_credentials"}, auth=pair)
    if told.status_code in (400, 401, 403):
        words = asking.failure(account, told)
        raise ProviderFault(f"X does not accept the API key and its secret: enter them again. {words}", lasting=True)
    token = string(asking.answer_of(told), "access_token", TOKEN_MAX)
    if told.status_code != 200 or not token:
        raise asking.fault_of(asking.refusal(account, told))
    return token
