"""Accounts of the channel "sms" for tests, and messages to be sent by them."""

from backend.channels.base import AccountView, Outbound
from omnix_protocol.ids import ChannelAccountId, MessageId, TenantId, new_id
from tests.support import kannel, smpp


def kannel_account(sendsms_url: str = "http://127.0.0.1:1/cgi-bin/sendsms", **settings: str) -> AccountView:
    given = {"mode": "kannel", "url": sendsms_url, "username": kannel.USERNAME, "sender": smpp.NUMBER}
    secrets = {"password": kannel.PASSWORD, "hook_secret": kannel.HOOK_SECRET}
    return _account(given | settings, secrets)


def smpp_account(port: int, password: str = smpp.PASSWORD, **settings: str) -> AccountView:
    given = {"mode": "smpp", "url": f"smpp://127.0.0.1:{port}", "username": smpp.SYSTEM_ID, "sender": smpp.NUMBER}
    return _account(given | settings, {"password": password})


def outbound(text: str = "Baik, kami cek dulu ya.", address: str = "+628111234567", attempt: int = 1) -> Outbound:
    return Outbound(message_id=MessageId(new_id()), attempt=attempt, address=address, text=text)


def _account(settings: dict[str, str], secrets: dict[str, str]) -> AccountView:
    return AccountView(
        tenant_id=TenantId(new_id()), id=ChannelAccountId(new_id()), kind="sms", settings=settings, secrets=secrets
    )
