"""What a provider says is shown to people: never with a secret of the account in it, nor the half of one cut off."""

from collections.abc import Callable

import httpx
import pytest

from backend.channels.base import AccountView, Outcome, ProviderFault, without_secrets
from backend.channels.email.imap import refusal
from backend.channels.email.mailbox import mailbox_of
from backend.channels.email.oauth import Tokens
from backend.channels.graph.errors import explained
from backend.channels.line import asking as line_asking
from backend.channels.sms import kannel
from backend.channels.x import asking as x_asking
from omnix_protocol.ids import ChannelAccountId, TenantId, new_id

SECRET = "kunci-yang-sangat-rahasia"
SETTINGS = {"address": "cs@toko.example", "imap_host": "imap.example", "smtp_host": "smtp.example"}


def account(**secrets: str) -> AccountView:
    return AccountView(TenantId(new_id()), ChannelAccountId(new_id()), "x", SETTINGS, {"password": SECRET} | secrets)


def by_x(words: str) -> str:
    return x_asking.failure(account(), httpx.Response(403, json={"detail": words}))


def by_line(words: str) -> str:
    return line_asking.failure(account(), httpx.Response(400, json={"message": words}))


def by_graph(words: str) -> str:
    return explained(account(), {"message": words, "code": 1})


def by_kannel(words: str) -> str:
    outcome: Outcome = kannel._outcome(account(), httpx.Response(400, text=words))
    return str(outcome)


def by_imap(words: str) -> str:
    return refusal(mailbox_of(account()), "IMAP", words)


@pytest.mark.parametrize("told", [by_x, by_line, by_graph, by_kannel, by_imap])
def test_no_place_at_which_the_words_are_cut_leaves_a_part_of_a_secret(told: Callable[[str], str]) -> None:
    for before in range(150, 400):
        assert SECRET[:4] not in told("y" * before + SECRET + "z" * 1000)


def test_the_longer_secret_goes_first_and_what_is_hardly_one_stays() -> None:
    secrets = {"a": "token", "b": "token-and-more", "c": "an", "d": ""}
    assert without_secrets("my token-and-more,\na token, an end", secrets, 100) == "my …, a …, an end"
    assert without_secrets("x" * 50, {}, 10) == "xxxxxxxxx…"


async def test_nor_does_the_identity_provider_of_a_mailbox() -> None:
    more = SETTINGS | {"sign_in": "oauth2", "token_url": "https://id.example/token", "client_id": "c"}
    view = AccountView(TenantId(new_id()), ChannelAccountId(new_id()), "email", more, {"refresh_token": SECRET})
    words = {"error": "invalid_grant", "error_description": "y" * 190 + SECRET}
    transport = httpx.MockTransport(lambda _: httpx.Response(400, json=words))
    async with httpx.AsyncClient(transport=transport) as http:
        with pytest.raises(ProviderFault) as fault:
            await Tokens().token(mailbox_of(view), http)
    assert SECRET[:4] not in str(fault.value)
