"""The Send API of Messenger and Instagram: messages with their tags, private replies, sender actions.

Sources: Meta's "Send a Message", "Send API Reference", "Saving assets" (a file in the same call), "Quick replies",
"Sender Actions", "Private Replies", "Conversation Routing" and "Common Error Codes" of the Messenger Platform;
"Send a Message" of Instagram Messaging.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpx

from backend.channels.base import AccountView, Act, Outbound, Outcome, Rejected, Sent, Unknown, line
from backend.channels.graph.calling import Upload, ask, unsent
from backend.channels.graph.errors import Failure, in_words, is_too_late
from backend.channels.reading import word
from omnix_protocol.capability import text_length
from omnix_protocol.channels import Capabilities
from omnix_protocol.content import ActKind

STANDARD_WINDOW: Final = timedelta(hours=24)
HUMAN_AGENT_SECONDS: Final = 7 * 86_400
"""A person may answer so long after the customer's last message, with the tag HUMAN_AGENT."""
PRIVATE_REPLY_WINDOW: Final = timedelta(days=7)
BUTTONS_MAX: Final = 13
_TITLE_MAX: Final = 20
_MESSAGES: Final = "me/messages"
_NOT_OWNER: Final = "2018300"


@dataclass(frozen=True, slots=True)
class SendRules:
    """In what Messenger and Instagram differ."""

    name: str
    capabilities: Capabilities
    metadata: bool  # a message may carry our id, which its echo brings back


async def deliver(account: AccountView, message: Outbound, http: httpx.AsyncClient, rules: SendRules) -> Outcome:
    """One message. Asked again only where Meta refused for certain: for the tag, or for control of the thread."""
    if (barred := _barred(message, rules)) is not None:
        return barred
    tagged = _late(message)
    answer = await _post(account, message, http, rules, tagged)
    if isinstance(answer, Rejected) and answer.code.endswith(_NOT_OWNER):
        taken = await _take(account, message.address, http)
        if taken is not None:
            return taken
        answer = await _post(account, message, http, rules, tagged)
    if is_too_late(answer) and not tagged:
        answer = await _post(account, message, http, rules, tagged=True)
    return _sent(answer)


async def private_reply(
    account: AccountView, recipient: dict[str, str], text: str, http: httpx.AsyncClient, rules: SendRules
) -> Outcome:
    """One message to who wrote this comment or post: `recipient` names it by comment_id or post_id."""
    units, limit = text_length(text, rules.capabilities), rules.capabilities.text_max
    if units > limit:
        return Rejected(f"A private reply through {rules.name} takes {limit} {rules.capabilities.text_unit}: {units}.")
    return _sent(await ask(account, http, "POST", _MESSAGES, body={"recipient": recipient, "message": {"text": text}}))


async def sender_action(account: AccountView, act: Act, http: httpx.AsyncClient, reaction: str = "") -> Outcome:
    """Seen, or a reaction of ours; without a `reaction` it is taken back."""
    body: dict[str, Any] = {"recipient": {"id": act.address}, "sender_action": "mark_seen"}
    if act.kind is ActKind.REACT:
        payload = {"message_id": act.provider_id} | ({"reaction": reaction} if reaction else {})
        body |= {"sender_action": "react" if reaction else "unreact", "payload": payload}
    answer = await ask(account, http, "POST", _MESSAGES, body=body)
    return Sent("") if isinstance(answer, dict) else answer


def _barred(message: Outbound, rules: SendRules) -> Rejected | None:
    units, limit = text_length(message.text, rules.capabilities), rules.capabilities.text_max
    if units > limit:
        return Rejected(f"The text counts {units} {rules.capabilities.text_unit}; {rules.name} takes {limit}.")
    if len(message.files) > 1 or (message.files and message.text.strip()):
        return Rejected(f"{rules.name} takes one file or a text in a message, not both.")
    if message.content.buttons and message.files:
        return Rejected(f"{rules.name} takes buttons below a text only.")
    if any(button.url for button in message.content.buttons):
        return Rejected(f"{rules.name} takes links in the text, not in buttons.")
    return None


def _late(message: Outbound) -> bool:
    """Whether it was written after the time in which anybody, a bot too, may answer."""
    at, heard = message.at, message.last_inbound_at
    return at is not None and heard is not None and at - heard >= STANDARD_WINDOW


async def _post(
    account: AccountView, message: Outbound, http: httpx.AsyncClient, rules: SendRules, tagged: bool
) -> dict[str, Any] | Failure:
    body: dict[str, Any] = {"recipient": {"id": message.address}, "messaging_type": "RESPONSE"}
    if tagged:
        body |= {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    if message.reply_to and rules.capabilities.quotes:
        body["reply_to"] = {"mid": message.reply_to}
    said: dict[str, Any] = {"metadata": message.message_id} if rules.metadata else {}
    if not message.files:
        return await ask(account, http, "POST", _MESSAGES, body=body | {"message": said | _words(message)})
    (file,) = message.files
    said["attachment"] = {"type": _kind(file.media_type), "payload": {"is_reusable": False}}
    fields = {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in (body | {"message": said}).items()
    }
    return await ask(account, http, "POST", _MESSAGES, upload=Upload(file, fields, "filedata"))


def _words(message: Outbound) -> dict[str, Any]:
    replies = [
        {"content_type": "text", "title": line(button.title, _TITLE_MAX), "payload": button.id or button.title}
        for button in message.content.buttons[:BUTTONS_MAX]
    ]
    return {"text": message.text} | ({"quick_replies": replies} if replies else {})


def _kind(media_type: str) -> str:
    family = media_type.partition("/")[0]
    return family if family in ("image", "audio", "video") else "file"


async def _take(account: AccountView, address: str, http: httpx.AsyncClient) -> Outcome | None:
    """Control of the thread, for an agent who answers now; None: we have it."""
    body = {"recipient": {"id": address}, "metadata": "An agent answers."}
    answer = await ask(account, http, "POST", "me/take_thread_control", body=body)
    if isinstance(answer, dict):
        return None
    if isinstance(answer, Rejected) and not answer.account_fault:
        return Rejected(line(f"Another app has this conversation and keeps it: {in_words(answer)}", 500))
    return unsent(answer)


def _sent(answer: dict[str, Any] | Failure) -> Outcome:
    if not isinstance(answer, dict):
        return answer
    mid = word(answer, "message_id", 255)
    return Sent(mid) if mid else Unknown("Meta's answer does not name the message.")
