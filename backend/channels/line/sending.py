"""A message to LINE: with the reply token while it is good (that costs nothing), else as a push."""

from datetime import timedelta
from typing import Any

import httpx

from backend.channels.base import AccountView, Outbound, Outcome, OutFile, Rejected, Sent, Unknown
from backend.channels.line import asking
from backend.channels.line.parsing import handle
from backend.channels.reading import ident, parts
from omnix_protocol.content import Button
from omnix_protocol.ids import derived_id

MESSAGES_MAX = 5
"""Of one request (https://developers.line.biz/en/reference/messaging-api/#send-push-message)."""
FILES_MAX = MESSAGES_MAX - 1
LABEL_MAX, DATA_MAX, PLACE_MAX = 20, 300, 100
REPLY_TOKEN_FOR = timedelta(seconds=55)
"""LINE promises a minute from the webhook; a token that has run out or was used is refused, and then it is pushed."""
USED_UP = "invalid reply token"
AUDIO_BYTES_A_SECOND = 16_000
"""Of 128 kbit/s: LINE wants a length to show beside the button, and files do not tell theirs."""
PUSHES = 2
"""With one retry key LINE does it once, so a push that got no answer is asked again at once."""
Message = dict[str, Any]


async def send(account: AccountView, message: Outbound, http: httpx.AsyncClient) -> Outcome:
    messages = _messages(account, message)
    if isinstance(messages, Rejected):
        return messages
    if not messages:
        return Rejected("There is nothing in this message that LINE could show.")
    if message.reply_handle and _is_fresh(message):
        outcome = await _reply(account, message.reply_handle, messages, http)
        if outcome is not None:
            return outcome
    return await _push(account, message, messages, http)


def _is_fresh(message: Outbound) -> bool:
    if message.at is None or message.reply_handle_at is None:
        return False
    return message.at - message.reply_handle_at < REPLY_TOKEN_FOR


async def _reply(account: AccountView, token: str, messages: list[Message], http: httpx.AsyncClient) -> Outcome | None:
    """None where the token is used up: nothing went out."""
    body = {"replyToken": token, "messages": messages}
    response = await asking.ask(account, http, "POST", "/v2/bot/message/reply", body)
    if not isinstance(response, httpx.Response):
        return response
    if response.status_code == 400 and USED_UP in asking.failure(account, response).lower():
        return None
    return _sent(response) if response.status_code == 200 else asking.refusal(account, response)


async def _push(account: AccountView, message: Outbound, messages: list[Message], http: httpx.AsyncClient) -> Outcome:
    """The key is the message's, not the attempt's: neither we nor an agent who retries can send it twice by push.

    https://developers.line.biz/en/docs/messaging-api/retrying-api-request/
    """
    body = {"to": message.address, "messages": messages}
    key = derived_id(account.id, "line-push", message.message_id)
    outcome: Outcome = Unknown("LINE was not asked.")
    for _ in range(PUSHES):
        response = await asking.ask(account, http, "POST", "/v2/bot/message/push", body, key)
        if not isinstance(response, httpx.Response):
            outcome = response
        elif response.status_code in (200, 409):  # 409: LINE has had it already
            return _sent(response)
        else:
            outcome = asking.refusal(account, response)
        if not isinstance(outcome, Unknown):
            return outcome
    return outcome


def _sent(response: httpx.Response) -> Outcome:
    first = next(iter(parts(asking.answer_of(response), "sentMessages")), {})
    if message_id := ident(first, "id"):
        return Sent(message_id, quote_handle=handle(first, "quoteToken"))
    return Unknown("LINE's answer does not name the message.")


def _messages(account: AccountView, message: Outbound) -> list[Message] | Rejected:
    """The parts of a message as LINE's message objects; the text first, for it can quote."""
    found: list[Message] = []
    if message.text:
        quoting = {"quoteToken": message.quote_handle} if message.quote_handle else {}
        found.append({"type": "text", "text": message.text} | quoting)
    if message.content.location is not None:
        found.append(_place(message))
    for file in message.files:
        shown = _file(account, file)
        if isinstance(shown, Rejected):
            return shown
        found.append(shown)
    if len(found) > MESSAGES_MAX:
        return Rejected(f"LINE takes {MESSAGES_MAX} parts at once; these are {len(found)}.")
    if found and message.content.buttons:
        found[-1]["quickReply"] = {"items": [_button(button) for button in message.content.buttons]}
    return found


def _place(message: Outbound) -> Message:
    place = message.content.location
    assert place is not None
    where = f"{place.latitude}, {place.longitude}"
    return {
        "type": "location",
        "title": (place.name or where)[:PLACE_MAX],
        "address": (place.address or where)[:PLACE_MAX],
        "latitude": place.latitude,
        "longitude": place.longitude,
    }


def _file(account: AccountView, file: OutFile) -> Message | Rejected:
    kind, link = file.media_type.partition("/")[0], file.link()
    if not link.startswith("https://"):
        return Rejected("LINE takes files by an https address; this server's own address is not one.")
    if kind == "image":
        return {"type": "image", "originalContentUrl": link, "previewImageUrl": link}
    if kind == "audio":
        length = max(1000, file.size * 1000 // AUDIO_BYTES_A_SECOND)
        return {"type": "audio", "originalContentUrl": link, "duration": length}
    preview = account.settings.get("video_preview_url", "")
    if kind == "video" and preview:
        return {"type": "video", "originalContentUrl": link, "previewImageUrl": preview}
    if kind == "video":
        return Rejected("LINE shows a picture before a video: an administrator must set its address first.")
    return Rejected(f"LINE takes no files of this type ({file.media_type}).")


def _button(button: Button) -> Message:
    label = button.title[:LABEL_MAX]
    if button.url:
        return {"type": "action", "action": {"type": "uri", "label": label, "uri": button.url}}
    action = {"type": "postback", "label": label, "data": button.id[:DATA_MAX], "displayText": button.title[:DATA_MAX]}
    return {"type": "action", "action": action}
