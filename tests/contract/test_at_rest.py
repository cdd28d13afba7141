"""The suite waits for what a provider still holds: a mailbox is read by the server when it likes."""

from tests.contract.providers.email import opened
from tests.support.waiting import until


async def test_mail_behind_the_cursor_or_still_with_postfix_is_waited_for() -> None:
    async with opened() as provider:
        assert await provider.fetched("1:0:2026-11-28")
        await provider.says("Halo")
        assert not await provider.fetched("1:0:2026-11-28")
        await until(lambda: provider.fetched("1:1:2026-11-28"), "the mail is in the mailbox")
        assert not await provider.fetched("1:0:2026-11-28")
