"""Webhooks of WhatsApp as Meta's reference shows them, and pywa, which nobody here wrote, to judge that they are."""

import json
from typing import Any

from pywa import handlers
from pywa.client import WhatsApp as Pywa

from backend.channels.base import AccountView
from backend.channels.whatsapp import WhatsApp
from omnix_protocol.base import Command
from omnix_protocol.ids import ChannelAccountId, TenantId, new_id
from omnix_protocol.messages import ReceiveMessage

CHANNEL = WhatsApp()
PHONE_ID, WABA, DISPLAY = "106540352242922", "102290129340398", "15550783881"
SARI, SARI_ID = "6281234567890", "ID.13491208655302741918"
APP_SECRET, VERIFY_TOKEN, ACCESS_TOKEN = "app-secret-of-a-test", "verify-of-a-test", "EAAG-token-of-a-test"
CONTACT = {"profile": {"name": "Sari Wulandari"}, "wa_id": SARI, "user_id": SARI_ID}
WAMID = "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA="
ASKED = "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA"
STAMP = 1_749_416_383


def account(base_url: str = "https://graph.facebook.com/v25.0", **settings: str) -> AccountView:
    return AccountView(
        tenant_id=TenantId(new_id()),
        id=ChannelAccountId(new_id()),
        kind="whatsapp",
        settings={"phone_number_id": PHONE_ID, "waba_id": WABA, "base_url": base_url, **settings},
        secrets={"access_token": ACCESS_TOKEN, "app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN},
    )


ACCOUNT = account()


def message(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    bare = {"from": SARI, "from_user_id": SARI_ID, "id": WAMID, "timestamp": str(STAMP), "type": kind}
    return bare | ({} if content is None else {kind: content}) | more


def change(field: str = "messages", phone_id: str = PHONE_ID, **value: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": DISPLAY, "phone_number_id": phone_id}
    return {"value": {"messaging_product": "whatsapp", "metadata": metadata} | value, "field": field}


def webhook(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": list(changes)}]}


def told(*messages: dict[str, Any]) -> dict[str, Any]:
    """Messages of Sari's, in one webhook."""
    return webhook(change(contacts=[CONTACT], messages=list(messages)))


def status(state: str, **more: Any) -> dict[str, Any]:
    """What became of one of ours."""
    one = {"id": WAMID, "status": state, "timestamp": str(STAMP), "recipient_id": SARI, "recipient_user_id": SARI_ID}
    return webhook(change(contacts=[CONTACT], statuses=[one | more]))


def raw(payload: Any) -> bytes:
    return json.dumps(payload).encode()


def commands(payload: Any, to: AccountView = ACCOUNT) -> list[Command]:
    return [command for _, command in CHANNEL.parse(to, raw(payload))]


def received(payload: Any) -> ReceiveMessage:
    """The one message in it."""
    (command,) = commands(payload)
    assert isinstance(command, ReceiveMessage)
    return command


def judged(payload: Any) -> Any:
    """What pywa makes of it; a payload that pywa does not take is none of WhatsApp's."""
    understood: list[Any] = []

    def keep(_: Pywa, update: Any) -> None:
        understood.append(update)

    client = Pywa(phone_id=PHONE_ID, token=ACCESS_TOKEN, waba_id=WABA, server=None, validate_updates=False)
    client.add_handlers(
        handlers.MessageHandler(keep),
        handlers.CallbackButtonHandler(keep),
        handlers.CallbackSelectionHandler(keep),
        handlers.FlowCompletionHandler(keep),
        handlers.EditedMessageHandler(keep),
        handlers.DeletedMessageHandler(keep),
        handlers.PhoneNumberChangeHandler(keep),
        handlers.MessageStatusHandler(keep),
        handlers.OutgoingMessageHandler(keep),
        handlers.OutgoingEditedMessageHandler(keep),
        handlers.OutgoingDeletedMessageHandler(keep),
    )
    assert client.webhook_update_handler(raw(payload)) == ("ok", 200)
    (update,) = understood
    return update
