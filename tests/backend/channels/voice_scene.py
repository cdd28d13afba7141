"""What the tests of the voice channel share: an account, signed webhooks, what a call's news are together."""

import json
from collections.abc import Iterable
from functools import reduce
from typing import Any

from backend import clock
from backend.channels.base import AccountView, Event, WebhookRequest
from omnix_protocol.calls import joined
from omnix_protocol.content import Call
from omnix_protocol.ids import ChannelAccountId, TenantId, new_id
from omnix_protocol.messages import ReceiveMessage
from tests.simulators.call_sender import signed

SECRET = "rahasia-telepon"


def account(**settings: str) -> AccountView:
    secrets = {"webhook_secret": SECRET, "ami_secret": "rahasia"}
    return AccountView(TenantId(new_id()), ChannelAccountId(new_id()), "voice", settings, secrets)


def hook(body: bytes, secret: str = SECRET, seconds: float | None = None) -> WebhookRequest:
    at = clock.now().timestamp() if seconds is None else seconds
    return WebhookRequest(signed(secret, body, at), body)


def told(event: str, **more: Any) -> bytes:
    body = {"call_id": "c-1", "event": event, "from": "0812 3456 7890", "to": "1500123"} | more
    return json.dumps({"at": "2026-03-02T09:00:00+07:00"} | body).encode()


def news(events: Iterable[Event]) -> list[ReceiveMessage]:
    commands = [command for _, command in events]
    assert all(isinstance(command, ReceiveMessage) for command in commands)
    return commands  # type: ignore[return-value]  # just held


def call_of(command: ReceiveMessage) -> Call:
    assert command.content is not None
    assert command.content.call is not None
    return command.content.call


def together(commands: Iterable[ReceiveMessage]) -> Call:
    return reduce(joined, (call_of(command) for command in commands))
