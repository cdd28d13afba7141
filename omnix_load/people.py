"""Agents with a rhythm: they take what waits, type, reply, note, end; headless, on the desktop's sync and cache."""

import asyncio
import hashlib
import random
from pathlib import Path
from typing import Final

import msgspec

from omnix_desktop.cache.queries import inbox, thread
from omnix_desktop.ports import LinkState, LinkStatus
from omnix_desktop.sync.desk import Desk
from omnix_load.decisions import Decision, DecisionLog
from omnix_load.server_process import signed_in
from omnix_protocol.conversations import End, Interaction, PickUpNext
from omnix_protocol.ids import InteractionId, MemoId, MessageId, new_id
from omnix_protocol.messages import AddMemo, SendMessage
from omnix_protocol.sign_in import SignedIn

KEY: Final = hashlib.sha256(b"an agent of the load generator").digest()
SETTLE_SECONDS: Final = 120.0
_SESSION: Final = "session.json"
_HELD: Final = 4
_WORDS: Final = ("baik", "kami", "periksa", "dahulu", "mohon", "ditunggu", "pesanan", "alamat", "sudah", "terima kasih")


def kept_session(folder: Path) -> SignedIn | None:
    """The session as it was last kept, also after kill -9."""
    path = folder / _SESSION
    return msgspec.json.decode(path.read_bytes(), type=SignedIn) if path.exists() else None


def keep_session(folder: Path, session: SignedIn) -> None:
    fresh = folder / f"{_SESSION}.new"
    fresh.write_bytes(msgspec.json.encode(session))
    fresh.replace(folder / _SESSION)


def ready_file(folder: Path) -> Path:
    """There from the moment on at which an agent's process can be asked to finish."""
    return folder / "ready"


async def open_desk(server: str, email: str, folder: Path) -> Desk:
    """The desk of this person on this folder, as it was left."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    session = kept_session(folder)
    if session is None:
        session = await signed_in(server, email, folder.name)
        keep_session(folder, session)
    return Desk(server, session, folder.name, folder, KEY, lambda renewed: keep_session(folder, renewed))


class Agent:
    """One person at one desk. `pace` is the mean pause between two acts, in seconds."""

    def __init__(self, desk: Desk, log: DecisionLog, chance: random.Random, pace: float) -> None:
        self.desk = desk
        self._log, self._chance, self._pace = log, chance, pace

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / self._pace))
            handled = self._handled()
            if len(handled) < _HELD and self._chance.random() < 0.4:
                await self.desk.ports.run.now(PickUpNext())
            elif handled:
                await self._serve(self._chance.choice(handled))

    async def settle(self) -> None:
        """Until everything decided is the server's, and everything of the server is here."""
        settled = asyncio.Event()

        def look(status: LinkStatus) -> None:
            if status.state == LinkState.ONLINE and status.unsent == 0:
                settled.set()

        stop = self.desk.ports.link.subscribe(look)
        look(self.desk.ports.link.status)
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                await settled.wait()
        finally:
            stop()

    def _handled(self) -> list[Interaction]:
        me = self.desk.ports.account.me.user_id
        return [row.interaction for row in inbox.handling(self.desk.engine.reader(), me).rows]

    async def _serve(self, interaction: Interaction) -> None:
        what = self._chance.random()
        if what < 0.06:
            await self.desk.ports.run.now(End(interaction_id=InteractionId(interaction.id)))
        elif what < 0.2:
            await self._write(interaction, "memo")
        else:
            await self._write(interaction, "reply")

    async def _write(self, interaction: Interaction, mode: str) -> None:
        """Typed in two strokes; now and then left as a draft."""
        text = f"{' '.join(self._chance.choices(_WORDS, k=self._chance.randint(2, 9)))} {new_id()[-8:]}"
        conversation_id = interaction.conversation_id
        for typed in (text[: len(text) // 2], text):
            self._log.note(Decision("drafting", conversation_id, mode=mode, text=typed))
            await asyncio.wrap_future(self.desk.local.save_draft(conversation_id, mode, typed))
            self._log.note(Decision("drafted", conversation_id, mode=mode, text=typed))
        if self._chance.random() < 0.2:
            return
        key = new_id()
        self._log.note(Decision("deciding", conversation_id, key, mode, text))
        interaction_id = InteractionId(interaction.id)
        if mode == "memo":
            self.desk.ports.run.run(
                AddMemo(
                    memo_id=MemoId(key), conversation_id=conversation_id, interaction_id=interaction_id, text=text
                )
            )  # fmt: skip
        else:
            seen = thread.extent(self.desk.engine.reader(), conversation_id).last
            self.desk.ports.run.run(
                SendMessage(
                    message_id=MessageId(key), conversation_id=conversation_id, interaction_id=interaction_id,
                    text=text, seen_position=seen,
                )
            )  # fmt: skip
        await asyncio.wrap_future(self.desk.local.waiting())  # the same writer: by then it is on the disk
        self._log.note(Decision("stored", conversation_id, key, mode))
