"""The head of the opened conversation: who, through which account, what is due, until when."""

import msgspec
from PySide6.QtCore import QObject, Signal

from omnix_desktop.cache.queries import inbox as inbox_queries
from omnix_desktop.i18n import tr
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.due import Pill, reply_pill, wait_pill, window_pill
from omnix_desktop.models.selection import Selection
from omnix_desktop.models.source import Refresh, Source
from omnix_desktop.models.thread import Thread
from omnix_desktop.models.tick import Tick
from omnix_protocol.channels import Channel
from omnix_protocol.conversations import HELD, Interaction, Status


class Head(msgspec.Struct, frozen=True):
    """What the header says."""

    name: str
    seed: str
    channel_kind: str
    source: str
    pill: Pill
    window: Pill
    mine: bool
    ended: bool
    owner: str = ""
    topic: str = ""  # of a mail or a post
    bot: bool = False  # it answers


class OpenedConversation(QObject):
    """Follows the selection; `changed` when the head says something else, `turned` when other things can be done."""

    changed = Signal()
    turned = Signal()

    def __init__(
        self,
        source: Source,
        catalogue: Catalogue,
        selection: Selection,
        thread: Thread,
        tick: Tick,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._source, self._catalogue = source, catalogue
        self._selection, self._thread, self._tick = selection, thread, tick
        self.interaction: Interaction | None = None
        self.head: Head | None = None
        self._opening = False
        self._refresh = Refresh(source.feed, frozenset({"Interaction", "Tenant"}), self._read_again, self)
        selection.changed.connect(self._opened)
        thread.changed.connect(self.retell)
        tick.second.connect(lambda _now: self.retell())

    @property
    def mine(self) -> bool:
        """Whether this user handles it right now."""
        it = self.interaction
        return it is not None and it.status in HELD and it.owner_id == self._source.user_id

    @property
    def channel(self) -> Channel | None:
        """What the opened conversation's channel is and can do."""
        facts = self._catalogue.account(self.interaction.channel_account_id) if self.interaction else None
        return facts.channel if facts else None

    def retell(self) -> None:
        if self._opening:
            return
        head = self._told()
        if head != self.head:
            self.head = head
            self.changed.emit()

    def _opened(self) -> None:
        opened = self._selection.opened
        self._opening = True  # nothing is told of the thread beside an interaction that is not its own
        self._thread.open(opened.conversation_id if opened else None)
        self._opening = False
        self._read()

    def _read_again(self) -> None:
        named, opened = self._refresh.named("Interaction"), self._selection.opened
        if named is None or (opened is not None and opened.interaction_id in named):
            self._read()

    def _read(self) -> None:
        opened = self._selection.opened
        row = inbox_queries.row(self._source.reader, opened.interaction_id) if opened else None
        before, self.interaction = self.interaction, row.interaction if row else None
        self.head = self._told()
        self.changed.emit()
        if before != self.interaction:
            self.turned.emit()

    def _told(self) -> Head | None:
        it = self.interaction
        if it is None:
            return None
        now = self._tick.now()
        rules = self._catalogue.rules
        last = self._thread.conversation.last_inbound_at if self._thread.conversation else None
        ended = it.ended_at is not None
        if ended:
            pill = Pill(tr("conversation.ended"))
        elif it.status is Status.BOT:
            pill = Pill(tr("conversation.bot"), "accent")
        elif it.status is Status.QUEUED:
            waiting = wait_pill(rules, it.queued_at, now)
            pill = Pill(tr("inbox.waiting_for", clock=waiting.words), {"muted": "good"}.get(waiting.tone, waiting.tone))
        else:
            pill = reply_pill(rules, it.unanswered_since, now)
        return Head(
            name=it.customer_name or tr("customer.no_name"),
            seed=it.customer_id,
            channel_kind=it.channel_kind,
            source=self._catalogue.account_name(it.channel_account_id) or it.channel_kind,
            pill=pill,
            window=Pill() if ended else window_pill(self._catalogue.capabilities(it.channel_account_id), last, now),
            mine=self.mine,
            ended=ended,
            owner="" if self.mine else it.owner_name,
            topic=it.topic,
            bot=it.status is Status.BOT,
        )
