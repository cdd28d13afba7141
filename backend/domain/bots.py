"""Bots: they answer first, speak only while nobody else does, hand over to people and get conversations back."""

from backend.domain import queues
from backend.domain.base import AskContext, Context, answers, changed, handles, refused
from backend.domain.entries import add_memo
from backend.domain.holding import let_go, locked_presences
from backend.domain.sending import closed, outlet_of, put_out
from backend.store.errors import Conflict
from omnix_protocol import capability, rules, scopes
from omnix_protocol.bots import BOT, BotEnd, BotSay, BotTalks, GiveToBot, HandToPerson
from omnix_protocol.channels import Capabilities, ChannelAccount
from omnix_protocol.content import Button, Content
from omnix_protocol.conversations import HELD, OPEN, Conversation, Interaction, Status
from omnix_protocol.errors import Reason, Refused
from omnix_protocol.ids import ChannelAccountId, InteractionId, MemoId, MessageId, QueueId, UserId
from omnix_protocol.people import Role
from omnix_protocol.reports import QueuePageAnswer


async def bot_of(ctx: AskContext, account: ChannelAccount) -> ChannelAccount | None:
    """The bot that answers this account first (S3.15), if there is one and it is switched on."""
    bot = await ctx.tx.get(ChannelAccount, account.bot_id) if account.bot_id else None
    return bot if bot is not None and bot.kind == BOT and bot.active else None


def tell(ctx: Context, interaction: Interaction, event: str, message_id: MessageId | None = None) -> None:
    """The bot is told of it, after this command."""
    payload = {
        "event": event,
        "bot_id": interaction.bot_id,
        "interaction_id": interaction.id,
        "message_id": message_id,
        "at": ctx.now.isoformat(),
    }
    ctx.job("bot", payload, key=f"{event}:{message_id or ctx.command_id}")


async def _answered(ctx: Context, bot_id: ChannelAccountId, interaction_id: InteractionId) -> "_Talk | Refused":
    """What the bot answers, locked; the refusal where it does not answer (any more)."""
    if ctx.actor.id != bot_id:
        return refused(Reason.NOT_ENTITLED)
    seen = await ctx.need(Interaction, interaction_id)
    conversation = await ctx.lock(Conversation, seen.conversation_id)
    interaction = await ctx.lock(Interaction, interaction_id)
    if interaction.bot_id != bot_id:
        return refused(Reason.NOT_FOUND, type="Interaction")
    if interaction.status not in OPEN:
        return refused(Reason.ALREADY_ENDED)
    if interaction.owner_id is not None:
        return refused(Reason.ALREADY_TAKEN, by=interaction.owner_id, name=interaction.owner_name)
    if interaction.status is not Status.BOT:
        return refused(Reason.BOT_IS_OUT)
    return _Talk(conversation, interaction, await ctx.need(ChannelAccount, bot_id))


class _Talk:
    def __init__(self, conversation: Conversation, interaction: Interaction, bot: ChannelAccount) -> None:
        self.conversation = conversation
        self.interaction = interaction
        self.bot = bot


@handles(BotSay)
async def bot_say(command: BotSay, ctx: Context) -> Refused | None:
    talk = await _answered(ctx, command.channel_account_id, command.interaction_id)
    if isinstance(talk, Refused):
        return talk
    outlet = await outlet_of(ctx, talk.conversation)
    text, buttons = _shown(command, outlet.channel.capabilities)
    limit = rules.text_limit((await ctx.tenant()).rules, outlet.channel.capabilities)
    if not text.strip():
        return refused(Reason.EMPTY_TEXT)
    if capability.text_length(text, outlet.channel.capabilities) > limit:
        return refused(Reason.TEXT_TOO_LONG, limit=limit)
    if (barred := closed(ctx, talk.conversation, outlet, None)) is not None:
        return barred
    ctx.put(
        changed(
            talk.interaction,
            last_at=ctx.now,
            last_preview=rules.preview(text),
            last_from_customer=False,
            unanswered_since=None,
        )
    )
    await put_out(
        ctx,
        talk.conversation,
        outlet,
        id=MessageId(ctx.derive("message")),
        interaction_id=command.interaction_id,
        text=text,
        author_name=talk.bot.name,
        content=Content(buttons=buttons) if buttons else None,
    )
    return None


def _shown(command: BotSay, capabilities: Capabilities) -> tuple[str, tuple[Button, ...]]:
    """The text and its buttons; numbered lines instead where the channel does not have as many."""
    if len(command.buttons) <= capabilities.buttons_max:
        return command.text, command.buttons
    lines = (f"{number}. {button.title}" for number, button in enumerate(command.buttons, 1))
    return "\n".join((command.text, *lines)).strip(), ()


@handles(HandToPerson)
async def hand_to_person(command: HandToPerson, ctx: Context) -> Refused | None:
    talk = await _answered(ctx, command.channel_account_id, command.interaction_id)
    if isinstance(talk, Refused):
        return talk
    since = talk.interaction.unanswered_since or ctx.now
    waiting = changed(talk.interaction, status=Status.QUEUED, queued_at=ctx.now, unanswered_since=since)
    ctx.put(waiting, *await queues.enter(ctx, waiting))
    if command.note.strip():
        memo_id = MemoId(ctx.derive("note"))
        await add_memo(ctx, talk.conversation, command.interaction_id, memo_id, command.note, by=talk.bot)
    return None


@handles(BotEnd)
async def bot_end(command: BotEnd, ctx: Context) -> Refused | None:
    talk = await _answered(ctx, command.channel_account_id, command.interaction_id)
    if isinstance(talk, Refused):
        return talk
    ctx.put(changed(talk.interaction, status=Status.RESOLVED, ended_at=ctx.now, unanswered_since=None, unread=0))
    return None


@handles(GiveToBot)
async def give_to_bot(command: GiveToBot, ctx: Context) -> Refused | None:
    user = ctx.acting_user()
    seen = await ctx.need(Interaction, command.interaction_id)
    if seen.status not in OPEN:
        return refused(Reason.ALREADY_ENDED)
    if seen.owner_id != user.id:
        return refused(Reason.NOT_OWNER, name=seen.owner_name)
    holders = await locked_presences(ctx, seen.owner_id)
    interaction = await ctx.lock(Interaction, command.interaction_id)
    if (interaction.owner_id, interaction.status) != (seen.owner_id, seen.status) or interaction.status not in HELD:
        raise Conflict("somebody moved it meanwhile")
    account = await ctx.need(ChannelAccount, interaction.channel_account_id)
    bot = await bot_of(ctx, account)
    if bot is None:
        return refused(Reason.NO_BOT, channel=account.name)
    let_go(ctx, holders[user.id])
    ctx.drop(Interaction, interaction.id, scopes.agent(UserId(user.id)))
    given = changed(
        interaction, status=Status.BOT, owner_id=None, owner_name="", reserved_for=None, bot_id=ChannelAccountId(bot.id)
    )
    tell(ctx, ctx.put(given), "given_back")
    return None


@answers(BotTalks)
async def bot_talks(query: BotTalks, ctx: AskContext) -> QueuePageAnswer | Refused:
    if query.before_at is not None and query.before_at.tzinfo is None:
        return refused(Reason.INVALID_FIELD, field="before_at", detail="a time needs its offset")
    lines: list[QueueId] | None = None
    if ctx.user is not None and not ctx.ranks(Role.TEAM_LEADER):
        lines = [QueueId(queue.id) for queue in await ctx.tx.channels.queues_of_groups(ctx.user.group_ids)]
    before = (query.before_at, query.before_id or "") if query.before_at is not None else None
    rows = await ctx.tx.conversations.with_bots(lines, before, query.limit + 1)
    return QueuePageAnswer(rows=tuple(rows[: query.limit]), more=len(rows) > query.limit)
