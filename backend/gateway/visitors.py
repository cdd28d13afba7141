"""Visitors of web chats: their tokens, and the door of their socket, through which they say, see and type."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from backend.bus import Bus, Hint, Pulsing
from backend.channels.webchat import WebChat
from backend.channels.webchat.words import MailMe, Say, Seen, said, seen
from backend.gateway.limit import Buckets
from backend.gateway.principal import Principal
from backend.gateway.reception import Reception
from backend.gateway.socket import Socket, goodbye
from backend.gateway.tokens import looks_like, new_token, token_hash
from backend.gateway.transcript_brake import TranscriptBrake
from backend.runner import Actor, Runner
from backend.store.raw import Route
from backend.store.store import Store
from backend.store.visitors import VisitorRow
from omnix_protocol import codec, scopes
from omnix_protocol.customers import Identity
from omnix_protocol.errors import Reason, Refused, refused
from omnix_protocol.frames import Hello, Pulsed, Result, Run, SendPulse
from omnix_protocol.ids import (
    CommandId,
    ConversationId,
    MessageId,
    SessionId,
    derived_id,
    identity_id,
    is_id,
    new_id,
)
from omnix_protocol.messages import Typing
from omnix_protocol.transcripts import AskTranscript

VISITOR: Final = "oxv"
SEEN_EVERY: Final = timedelta(hours=12)
SAYS_PER_SECOND: Final = 1.0
SAYS_AT_ONCE: Final = 10.0
SOCKETS_PER_VISITOR: Final = 8


class Visitors:
    """Tokens in and out. A token speaks for one address of one account and for nothing else."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def welcome(self, route: Route, token: str) -> str:
        """The token to go on with: the given one while it is good for this account, else a new one."""
        row = await self.known(token)
        if row is not None and row.channel_account_id == route.channel_account_id:
            return token
        fresh = new_token(VISITOR)
        row = VisitorRow(
            tenant_id=route.tenant_id,
            channel_account_id=route.channel_account_id,
            address=new_id(),
            session_id=SessionId(new_id()),
            seen_at=self._now(),
        )
        await self._store.visitors.add(token_hash(fresh), row)
        return fresh

    async def known(self, token: str) -> VisitorRow | None:
        if not looks_like(token, VISITOR):
            return None
        row = await self._store.visitors.get(token_hash(token))
        if row is not None and self._now() - row.seen_at > SEEN_EVERY:
            await self._store.visitors.seen(token_hash(token), self._now())
        return row

    async def identity(self, who: Principal) -> Identity | None:
        """What is known of them, once they have written."""
        async with self._store.read(who.tenant_id) as tx:
            return await tx.get(Identity, who.actor.id)

    async def bearer(self, token: str) -> Principal | None:
        """Whose token this is: for files."""
        row = await self.known(token)
        return None if row is None else principal(row)


def principal(row: VisitorRow) -> Principal:
    identity = identity_id(row.tenant_id, WebChat.kind, row.channel_account_id, row.address)
    return Principal(row.tenant_id, Actor("visitor", identity), row.session_id)


class VisitorDoor:
    """What a visitor's socket may do: say, tell what was seen, type. It follows the visitor's own scope only."""

    kind = "visitor"

    def __init__(
        self,
        visitors: Visitors,
        runner: Runner,
        bus: Bus,
        reception: Reception,
        brake: TranscriptBrake | None,
    ) -> None:
        """`brake`: None where this server mails no transcripts."""
        self._reception = reception
        self._brake = brake
        self._visitors = visitors
        self._runner = runner
        self._bus = bus
        self._saying = Buckets(SAYS_PER_SECOND, SAYS_AT_ONCE)
        self._rows: dict[SessionId, VisitorRow] = {}
        self._sockets: defaultdict[SessionId, list[Socket]] = defaultdict(list)
        self._talks: dict[str, SessionId] = {}  # conversation scope -> session, for pulses
        self._unsubscribe = bus.subscribe(self._heard)

    def close(self) -> None:
        """Say goodbye to everybody; their pages come again by themselves."""
        self._unsubscribe()
        self._unsubscribe = _nothing
        for sockets in tuple(self._sockets.values()):
            for socket in sockets:
                socket.end(goodbye(Reason.UNAVAILABLE, retry=True))

    async def admit(self, hello: Hello) -> Principal | Refused:
        row = await self._visitors.known(hello.token)
        if row is None:
            return refused(Reason.NOT_SIGNED_IN)
        if len(self._sockets.get(row.session_id, ())) >= SOCKETS_PER_VISITOR:
            return refused(Reason.TOO_MANY_REQUESTS, seconds=10)
        self._rows[row.session_id] = row
        return principal(row)

    async def run(self, who: Principal, frame: Run) -> Result:
        row = self._rows[who.session_id]
        try:
            match frame.type:
                case "Say":
                    return await self._say(who, row, frame, codec.decode(frame.body, Say))
                case "Seen":
                    return await self._seen(who, row, frame, codec.decode(frame.body, Seen))
                case "MailMe":
                    return await self._mail(who, row, frame, codec.decode(frame.body, MailMe))
        except codec.Malformed as error:
            return Result(id=frame.id, refused=refused(Reason.MALFORMED, detail=str(error)[:300]))
        return Result(id=frame.id, refused=refused(Reason.UNKNOWN_TYPE, type=frame.type[:100]))

    async def _say(self, who: Principal, row: VisitorRow, frame: Run, say: Say) -> Result:
        if not is_id(say.message_id):
            return Result(id=frame.id, refused=refused(Reason.INVALID_FIELD, field="message_id", detail="not a UUIDv7"))
        if not self._saying.take(row.address, asyncio.get_running_loop().time()):
            return Result(id=frame.id, refused=refused(Reason.TOO_MANY_REQUESTS, seconds=2))
        known = await self._reception.terms(row.tenant_id, row.channel_account_id)
        if (barred := self._reception.barred(known, say)) is not None:
            return Result(id=frame.id, refused=barred)
        command_id, command = said(row.channel_account_id, row.address, say, known.terms.proactive_text)
        result = await self._runner.do(who.tenant_id, who.actor, command_id, command)
        return msgspec.structs.replace(result, id=frame.id, body=msgspec.Raw(b"null"))

    async def _seen(self, who: Principal, row: VisitorRow, frame: Run, receipts: Seen) -> Result:
        refusal: Refused | None = None
        for message_id in dict.fromkeys(receipts.message_ids):
            command_id, command = seen(row.channel_account_id, row.address, MessageId(message_id), receipts.read)
            result = await self._runner.do(who.tenant_id, who.actor, command_id, command)
            refusal = refusal or result.refused
        return Result(id=frame.id, refused=refusal)

    async def _mail(self, who: Principal, row: VisitorRow, frame: Run, asked: MailMe) -> Result:
        """The visitor's own transcript; what is refused costs no turn but the one that was asked for."""
        if self._brake is None:
            return Result(id=frame.id, refused=refused(Reason.NOT_FOUND, type="mail"))
        identity = await self._visitors.identity(who)
        parties = (who.actor.id, identity.handle.lower()) if identity is not None else (who.actor.id,)
        command = AskTranscript(memo_id=asked.memo_id, channel_account_id=row.channel_account_id)
        told = await self._brake.within(
            parties, lambda: self._runner.do(who.tenant_id, who.actor, CommandId(frame.id), command)
        )
        refusal = told if isinstance(told, Refused) else told.refused
        return Result(id=frame.id, refused=refusal)

    async def pulse(self, who: Principal, follows: frozenset[str], frame: SendPulse) -> Refused | None:  # noqa: ARG002  # as above
        """The visitor types: told to whoever follows the conversation."""
        if frame.type != "Typing":
            return refused(Reason.UNKNOWN_TYPE, type=frame.type[:100])
        conversation_id = self._conversation(self._rows[who.session_id], who)
        self._bus.pulse(
            who.tenant_id,
            scopes.conversation(conversation_id),
            "Typing",
            codec.raw(Typing(conversation_id=conversation_id)),
        )
        return None

    async def opened(self, who: Principal, socket: Socket) -> None:
        self._sockets[who.session_id].append(socket)
        row = self._rows[who.session_id]
        self._talks[scopes.conversation(self._conversation(row, who))] = who.session_id

    async def closed(self, who: Principal, socket: Socket) -> None:
        mine = self._sockets[who.session_id]
        if socket in mine:
            mine.remove(socket)
        if not mine:
            del self._sockets[who.session_id]
            row = self._rows.pop(who.session_id)
            self._talks.pop(scopes.conversation(self._conversation(row, who)), None)

    def _conversation(self, row: VisitorRow, who: Principal) -> ConversationId:
        return ConversationId(derived_id(row.channel_account_id, "conversation", who.actor.id, ""))

    def _heard(self, hint: Hint) -> None:
        """An agent types in a visitor's conversation: the visitor sees that, and by which name, and no more."""
        if not isinstance(hint, Pulsing) or hint.type != "Typing":
            return
        session_id = self._talks.get(hint.scope)
        if session_id is None:
            return
        typing = msgspec.json.decode(hint.body, type=Typing)
        if typing.user_id is None:
            return  # the visitor's own
        own = Typing(conversation_id=ConversationId(""), name=typing.name)
        shown = codec.encode(Pulsed(type="Typing", body=codec.raw(own)))
        for socket in tuple(self._sockets.get(session_id, ())):
            socket.pulse(shown)


def _nothing() -> None:
    pass
