"""A request that brought no answer means the same on every channel: try again, look at the account, or nobody knows."""

import httpx
import pytest

from backend.channels.base import (
    UNANSWERED,
    AccountView,
    Channel,
    NotReached,
    Outbound,
    ProviderFault,
    Rejected,
    Unknown,
    unanswered,
    unanswered_fault,
    unanswered_media,
)
from backend.channels.line import Line
from backend.channels.messenger import Messenger
from backend.channels.sms.channel import Sms
from backend.channels.telegram import Telegram
from backend.channels.x import X
from omnix_protocol.ids import ChannelAccountId, MessageId, TenantId, new_id

WITHOUT = Outbound(message_id=MessageId(new_id()), attempt=1, address="628111", text="Halo")
KEYS = (
    "access_token", "app_secret", "channel_secret", "token", "password", "consumer_key", "consumer_secret",
    "access_token_secret",
)  # fmt: skip


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("secret"), NotReached),
        (httpx.ConnectTimeout("secret"), NotReached),
        (httpx.PoolTimeout("secret"), NotReached),
        (httpx.ProxyError("secret"), NotReached),
        (httpx.ReadTimeout("secret"), Unknown),
        (httpx.RemoteProtocolError("secret"), Unknown),
        (httpx.LocalProtocolError("secret"), Rejected),
        (httpx.UnsupportedProtocol("secret"), Rejected),
        (httpx.InvalidURL("secret"), Rejected),
        (UnicodeEncodeError("ascii", "secret", 0, 1, "secret"), Rejected),
    ],
)
def test_what_each_error_means(error: Exception, kind: type) -> None:
    assert isinstance(error, UNANSWERED)
    outcome = unanswered(error, "Contoh")
    assert isinstance(outcome, kind)
    assert not isinstance(outcome, Rejected) or outcome.account_fault
    fault = unanswered_fault(error, "Contoh")
    assert fault.lasting is (kind is Rejected)
    assert "secret" not in f"{outcome} {fault} {unanswered_media(error, 'Contoh')}"


def account(channel: Channel, address: str) -> AccountView:
    settings = {"base_url": address, "url": address, "page_id": "1", "username": "u", "sender": "1", "mode": "kannel"}
    secrets = dict.fromkeys(KEYS, "kunci-123456")
    return AccountView(TenantId(new_id()), ChannelAccountId(new_id()), channel.kind, settings, secrets)


CHANNELS: tuple[Channel, ...] = (Line(), Messenger(), Sms(), Telegram(), X())


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda it: it.kind)
async def test_an_address_without_its_beginning_is_said_to_be_none(channel: Channel) -> None:
    view = account(channel, "api.example/v1")
    async with httpx.AsyncClient(timeout=1) as http:
        outcome = await channel.send(view, WITHOUT, http)
        with pytest.raises(ProviderFault, match="is no address") as told:
            await channel.probe(view, http)
    assert isinstance(outcome, Rejected)
    assert "is no address" in outcome.failure
    assert outcome.account_fault
    assert told.value.lasting
