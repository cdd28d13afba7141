"""A bot answers first, hands over to people, and is silent once one of them handles it (S3.9-S3.15)."""

import pytest

from backend.domain.base import SYSTEM, Actor
from omnix_protocol import scopes
from omnix_protocol.bots import BotEnd, BotSay, BotTalks, GiveToBot, HandToPerson
from omnix_protocol.channels import ChannelAccount, EditChannelAccount, Queue
from omnix_protocol.content import Button, Call, CallState, Content
from omnix_protocol.conversations import End, Interaction, PickUp, PickUpNext, Status
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import ChannelAccountId, InteractionId, new_id
from omnix_protocol.messages import Direction, Memo, Message, Received
from omnix_protocol.people import Presence
from omnix_protocol.reports import BoardNow
from tests.support.office import Office


async def attach(company: Office, to: str = "bot", bot: str | None = "robot") -> None:
    account = await company.get(ChannelAccount, company.account(to))
    edit = EditChannelAccount(
        channel_account_id=company.account(to),
        base_version=account.version,
        bot_id=company.account(bot) if bot else None,
    )
    await company.done("adi", edit)


async def begun(company: Office, text: str = "Halo") -> Received:
    await attach(company)
    return await company.writes(text)


def robot(company: Office) -> Actor:
    return company.channel("robot")


def says(company: Office, received: Received, text: str = "Ada yang bisa dibantu?", titles: str = "") -> BotSay:
    buttons = tuple(Button(id=title, title=title) for title in titles.split())
    return BotSay(
        channel_account_id=company.account("robot"),
        interaction_id=received.interaction_id,
        text=text,
        buttons=buttons,
    )


def hands(company: Office, received: Received, note: str = "") -> HandToPerson:
    return HandToPerson(channel_account_id=company.account("robot"), interaction_id=received.interaction_id, note=note)


async def said(company: Office, received: Received) -> list[Message]:
    async with company.store.read(company.tenant_id) as tx:
        messages, _, _ = await tx.messages.entries(received.conversation_id)
    return [message for message in messages if message.direction is Direction.OUT]


async def test_with_a_bot_it_does_not_wait_for_people(company: Office) -> None:
    received = await begun(company)
    interaction = await company.get(Interaction, received.interaction_id)
    assert (interaction.status, interaction.bot_id) == (Status.BOT, company.account("robot"))
    assert (await company.get(Queue, interaction.queue_id)).waiting == 0
    assert ("Interaction", interaction.id) not in await company.holds(scopes.queue(interaction.queue_id))
    assert ("Interaction", interaction.id) in await company.holds(scopes.conversation(interaction.conversation_id))
    assert (await company.barred("ayu", PickUpNext())).code == Reason.QUEUE_EMPTY
    assert company.jobs_made > 0, "the bot is told"


async def test_what_it_says_is_shown_as_the_bots(company: Office) -> None:
    received = await begun(company)
    await company.done(robot(company), says(company, received))
    (message,) = await said(company, received)
    assert (message.text, message.author_name, message.author_id) == ("Ada yang bisa dibantu?", "robot", None)
    interaction = await company.get(Interaction, received.interaction_id)
    assert (interaction.last_preview, interaction.unanswered_since) == ("Ada yang bisa dibantu?", None)
    assert interaction.first_reply_at is None, "a bot's word is no agent's first reply"


async def test_buttons_that_a_channel_does_not_have_become_numbers(company: Office) -> None:
    received = await begun(company)
    await company.done(robot(company), says(company, received, "Pilih:", "Tagihan Gangguan"))
    (message,) = await said(company, received)
    assert (message.text, message.content) == ("Pilih:\n1. Tagihan\n2. Gangguan", None)


async def test_it_hands_over_with_what_went_on(company: Office) -> None:
    received = await begun(company)
    await company.done(robot(company), hands(company, received, "Tagihan bulan Mei, nomor 123"))
    interaction = await company.get(Interaction, received.interaction_id)
    assert interaction.status is Status.QUEUED
    assert (await company.get(Queue, interaction.queue_id)).waiting == 1
    assert ("Interaction", interaction.id) in await company.holds(scopes.queue(interaction.queue_id))
    held = await company.holds(scopes.conversation(interaction.conversation_id))
    (memo_id,) = [key for kind, key in held if kind == "Memo"]
    memo = await company.get(Memo, memo_id)
    assert (memo.text, memo.author_name) == ("Tagihan bulan Mei, nomor 123", "robot")
    assert memo.author_id == company.id("robot")
    assert (await company.takes("ayu", received.interaction_id)).interaction_id == received.interaction_id


async def test_once_a_person_has_it_the_bot_is_refused(company: Office) -> None:
    received = await begun(company)
    await company.takes("ayu", received.interaction_id)  # S3.9: Handle
    interaction = await company.get(Interaction, received.interaction_id)
    assert (interaction.status, interaction.owner_name) == (Status.HANDLING, "Ayu")
    assert (await company.get(Queue, interaction.queue_id)).waiting == 0
    taken = refused(Reason.ALREADY_TAKEN, by=company.user("ayu"), name="Ayu")
    end = BotEnd(channel_account_id=company.account("robot"), interaction_id=received.interaction_id)
    for command in (says(company, received), hands(company, received), end):
        assert await company.barred(robot(company), command) == taken
    assert await said(company, received) == []
    await company.done("ayu", company.reply(interaction, "Saya bantu"))


async def test_while_it_waits_for_a_person_the_bot_is_silent(company: Office) -> None:
    received = await begun(company)
    await company.done(robot(company), hands(company, received))
    assert await company.barred(robot(company), says(company, received)) == refused(Reason.BOT_IS_OUT)


async def test_nobody_writes_while_the_bot_answers(company: Office) -> None:
    received = await begun(company)
    interaction = await company.get(Interaction, received.interaction_id)
    assert (await company.barred("ayu", company.reply(interaction))).code == Reason.NOT_OWNER


async def test_only_who_serves_the_line_takes_it_from_the_bot(company: Office) -> None:
    await attach(company, "number")
    received = await company.writes(account="number")
    pick = PickUp(interaction_id=received.interaction_id)
    assert (await company.barred("citra", pick)).code == Reason.NOT_ENTITLED
    await company.done("bima", pick)


async def test_it_is_given_back_and_the_bot_goes_on(company: Office) -> None:
    received = await begun(company)
    await company.takes("ayu", received.interaction_id)
    give = GiveToBot(interaction_id=received.interaction_id)
    assert (await company.barred("bima", give)) == refused(Reason.NOT_OWNER, name="Ayu")
    await company.done("ayu", give)
    interaction = await company.get(Interaction, received.interaction_id)
    assert (interaction.status, interaction.owner_id, interaction.owner_name) == (Status.BOT, None, "")
    assert (await company.get(Presence, company.user("ayu"))).load == 0
    assert ("Interaction", interaction.id) not in await company.holds(scopes.agent(company.user("ayu")))
    await company.done(robot(company), says(company, received))
    assert len(await said(company, received)) == 1


async def test_without_a_bot_nothing_is_given_to_one(company: Office) -> None:
    interaction = await company.serving()
    give = GiveToBot(interaction_id=InteractionId(interaction.id))
    assert await company.barred("ayu", give) == refused(Reason.NO_BOT, channel="bot")
    await company.done("ayu", End(interaction_id=InteractionId(interaction.id)))
    assert await company.barred("ayu", give) == refused(Reason.ALREADY_ENDED)


async def test_the_bot_ends_it(company: Office) -> None:
    received = await begun(company)
    end = BotEnd(channel_account_id=company.account("robot"), interaction_id=received.interaction_id)
    await company.done(robot(company), end)
    interaction = await company.get(Interaction, received.interaction_id)
    assert (interaction.status, interaction.ended_by) == (Status.RESOLVED, None)
    assert await company.barred(robot(company), says(company, received)) == refused(Reason.ALREADY_ENDED)
    again = await company.writes("Satu lagi")
    assert (await company.get(Interaction, again.interaction_id)).status is Status.BOT


async def test_another_account_is_not_this_bot(company: Office) -> None:
    received = await begun(company)
    assert (await company.barred(company.channel("bot"), says(company, received))).code == Reason.NOT_ENTITLED
    other = BotSay(channel_account_id=company.account("bot"), interaction_id=received.interaction_id, text="Halo")
    assert (await company.barred(company.channel("bot"), other)).code == Reason.NOT_FOUND
    assert (await company.barred("ayu", says(company, received))).code == Reason.NOT_ENTITLED


async def test_who_comes_back_to_an_agent_is_that_agents(company: Office) -> None:
    await company.online("ayu")
    interaction = await company.serving("ayu")
    await company.done("ayu", End(interaction_id=InteractionId(interaction.id)))
    received = await begun(company, "Masih ada satu lagi")
    back = await company.get(Interaction, received.interaction_id)
    assert (back.status, back.reserved_for) == (Status.QUEUED, company.user("ayu"))


async def test_a_call_is_nothing_for_a_bot(company: Office) -> None:
    await attach(company)
    received = await company.writes("", content=Content(call=Call(state=CallState.RINGING)))
    assert (await company.get(Interaction, received.interaction_id)).status is Status.QUEUED


async def test_a_bot_that_is_switched_off_answers_nobody(company: Office) -> None:
    account = await company.get(ChannelAccount, company.account("robot"))
    off = EditChannelAccount(channel_account_id=company.account("robot"), base_version=account.version, active=False)
    await company.done("adi", off)
    received = await begun(company)
    assert (await company.get(Interaction, received.interaction_id)).status is Status.QUEUED


@pytest.mark.parametrize("bot", ["page", "nobody"])
async def test_only_a_bot_is_taken_for_one(company: Office, bot: str) -> None:
    account = await company.get(ChannelAccount, company.account("bot"))
    edit = EditChannelAccount(
        channel_account_id=company.account("bot"),
        base_version=account.version,
        bot_id=company.account(bot) if bot == "page" else ChannelAccountId(new_id()),
    )
    assert (await company.barred("adi", edit)).code == Reason.INVALID_FIELD


async def test_empty_and_long_words_are_refused(company: Office) -> None:
    received = await begun(company)
    assert (await company.barred(robot(company), says(company, received, " "))).code == Reason.EMPTY_TEXT
    assert (await company.barred(robot(company), says(company, received, "x" * 5000))).code == Reason.TEXT_TOO_LONG


async def test_what_bots_answer_is_listed_for_who_may_take_it(company: Office) -> None:
    first = await begun(company)
    second = await company.writes("Halo", "dewi")
    await attach(company, "number")
    other = await company.writes("Halo", "wati", account="number")
    listed = await company.ask("ayu", BotTalks())
    assert [row.id for row in listed.rows] == [other.interaction_id, second.interaction_id, first.interaction_id]
    assert [row.id for row in (await company.ask("bima", BotTalks(limit=1))).rows] == [other.interaction_id]
    assert (await company.ask("citra", BotTalks())).rows == (), "their group's line is not where all begin"
    last = listed.rows[0]
    page = await company.ask("sari", BotTalks(before_at=last.created_at, before_id=InteractionId(last.id), limit=1))
    assert ([row.id for row in page.rows], page.more) == ([second.interaction_id], True)
    await company.takes("ayu", first.interaction_id)
    assert first.interaction_id not in [row.id for row in (await company.ask("ayu", BotTalks())).rows]


async def test_nobody_waits_at_a_bot_so_the_wallboard_does_not_list_it(company: Office) -> None:
    await begun(company)
    board = await company.ask(SYSTEM, BoardNow())
    listed = {channel.channel_account_id for channel in board.channels}
    assert company.account("bot") in listed
    assert company.account("robot") not in listed


async def test_who_serves_the_line_may_read_along(company: Office) -> None:
    """S3.4: bot chats can be monitored."""
    received = await begun(company)
    key = scopes.conversation(received.conversation_id)
    assert await company.asks.may_follow(company.tenant_id, company.actor("ayu"), key)
    await company.takes("ayu", received.interaction_id)
    assert not await company.asks.may_follow(company.tenant_id, company.actor("bima"), key)


async def test_what_a_bot_said_told_back_by_the_provider_stays_the_bots(company: Office) -> None:
    """Before the provider's answer named it, and after."""
    received = await begun(company)
    await company.done(robot(company), says(company, received))
    for _ in range(2):
        await company.writes("Ada yang bisa dibantu?", elsewhere=True, provider_id="out1")
    (message,) = await said(company, received)
    assert (message.provider_id, message.elsewhere, message.edited_at) == ("out1", False, None)
    assert (await company.get(Interaction, received.interaction_id)).first_reply_at is None


async def test_what_is_quiet_reaches_no_bot(company: Office) -> None:
    await attach(company)
    received = await company.writes("Saya sedang cuti", quiet=True)
    interaction = await company.get(Interaction, received.interaction_id)
    assert (interaction.status, interaction.bot_id) == (Status.RESOLVED, None)
