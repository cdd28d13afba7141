"""What X is asked to do: send a direct message, answer a post, delete, hide, block."""

import httpx

from backend.channels.base import AccountView, Act, Outbound, Outcome, Rejected, Sent, Unknown
from backend.channels.reading import Json, part, string
from backend.channels.x import asking, uploading
from backend.channels.x.threads import is_post, post_of
from backend.channels.x.weight import POST_WEIGHT_MAX, weight
from omnix_protocol.content import ActKind

DM_TEXT_MAX = 10_000
"""https://docs.x.com/x-api/direct-messages/manage/integrate"""
FILES_MAX = 1
"""Of a direct message; a post may have four, and the composer sends one with each."""
PRIVATE = "dm:"
"""Before the id of a direct message that stands in a public thread, as the private answer to a post."""
UNCLEAR = "X's answer does not say whether it is done."


async def send(account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
    """A private answer to a public post is a direct message to its author."""
    if not message.text and not message.files:
        return Rejected("There is nothing in this message that X could show.")
    if len(message.files) > FILES_MAX:
        return Rejected("X takes one file in a message.")
    if is_post(message.thread_key) and not message.content.private:
        return await _post(account, message, http)
    return await _direct(account, message, http)


async def _direct(account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
    if not message.address.isdigit():
        return Rejected("This is no id of a user of X.")
    if len(message.text) > DM_TEXT_MAX:
        return Rejected(f"A direct message of X holds {DM_TEXT_MAX} characters.")
    body: Json = {"text": message.text} if message.text else {}
    try:
        media_ids = [await uploading.upload(account, http, file, "dm") for file in message.files]
    except uploading.Stopped as stopped:
        return stopped.outcome
    if media_ids:
        body["attachments"] = [{"media_id": media_id} for media_id in media_ids]
    path = f"/2/dm_conversations/with/{message.address}/messages"
    outcome = await _sent(account, http, path, body, "dm_event_id")
    if isinstance(outcome, Sent) and is_post(message.thread_key):
        return Sent(PRIVATE + outcome.provider_id)
    return outcome


async def _post(account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
    """An answer to the post that is quoted, else to the customer's newest."""
    heavy = weight(message.text)
    if heavy > POST_WEIGHT_MAX:
        return Rejected(f"The text weighs {heavy} for X, which takes {POST_WEIGHT_MAX} in a post.")
    answered = message.reply_to or message.reply_handle or post_of(message.thread_key)
    if not answered.isdigit():
        return Rejected("There is no post here that could be answered.")
    try:
        media_ids = [await uploading.upload(account, http, file, "tweet") for file in message.files]
    except uploading.Stopped as stopped:
        return stopped.outcome
    body: Json = {"text": message.text, "reply": {"in_reply_to_tweet_id": answered}}
    if media_ids:
        body["media"] = {"media_ids": media_ids}
    return await _sent(account, http, "/2/tweets", body, "id")


async def act(account: AccountView, asked: Act, http: httpx.AsyncClient) -> Outcome:
    private = asked.provider_id.startswith(PRIVATE)
    public, number = is_post(asked.thread_key) and not private, asked.provider_id.removeprefix(PRIVATE)
    if asked.kind in (ActKind.BLOCK, ActKind.UNBLOCK):
        path = f"/2/users/{_digits(asked.address)}/dm/{asked.kind}"
        return await _done(account, http, "POST", path, ("blocked", asked.kind is ActKind.BLOCK))
    if asked.kind is ActKind.DELETE:
        path = f"/2/{'tweets' if public else 'dm_events'}/{_digits(number)}"
        return await _done(account, http, "DELETE", path, ("deleted", True))
    if asked.kind not in (ActKind.HIDE, ActKind.UNHIDE):
        return Rejected(f"X cannot do that ({asked.kind}).")
    if not public:
        return Rejected("A direct message is seen by nobody else: only an answer to a post can be hidden.")
    hidden = asked.kind is ActKind.HIDE
    path = f"/2/tweets/{_digits(number)}/hidden"
    return await _done(account, http, "PUT", path, ("hidden", hidden), {"hidden": hidden})


async def _sent(account: AccountView, http: httpx.AsyncClient, path: str, body: Json, name: str) -> Outcome:
    response = await asking.ask(account, http, "POST", path, json=body)
    if not isinstance(response, httpx.Response):
        return response
    if response.status_code not in (200, 201):
        return asking.refusal(account, response)
    sent_id = string(part(asking.answer_of(response), "data"), name)
    if sent_id.isdigit():
        return Sent(sent_id)
    return Unknown("X's answer does not name the message.")


async def _done(
    account: AccountView,
    http: httpx.AsyncClient,
    method: str,
    path: str,
    became: tuple[str, bool],
    body: Json | None = None,
) -> Outcome:
    """Success says what became so: deleted, hidden or blocked, or not any more."""
    response = await asking.ask(account, http, method, path, json=body)
    if not isinstance(response, httpx.Response):
        return response
    if response.status_code != 200:
        return asking.refusal(account, response)
    name, wanted = became
    state = part(asking.answer_of(response), "data").get(name)
    if state is wanted:
        return Sent("")
    return Rejected("X did not do it, and does not say why.") if isinstance(state, bool) else Unknown(UNCLEAR)


def _digits(value: str) -> str:
    return value if value.isdigit() else "0"
