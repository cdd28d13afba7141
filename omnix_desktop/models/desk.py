"""All view state of one signed-in life, made once and handed to panels and actions."""

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace
from PySide6.QtCore import QObject

from omnix_desktop.cache.feed import Feed
from omnix_desktop.models.availability import Availability
from omnix_desktop.models.call_log import CallList
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.chosen import Chosen
from omnix_desktop.models.composers import Composers
from omnix_desktop.models.conversation import OpenedConversation
from omnix_desktop.models.customer import CustomerCard
from omnix_desktop.models.emoji import RecentEmoji
from omnix_desktop.models.forms import Forms
from omnix_desktop.models.inbox import Inbox, WaitingList
from omnix_desktop.models.integrations import Integrations
from omnix_desktop.models.journey import Journey
from omnix_desktop.models.kept import Keeping, Kept
from omnix_desktop.models.new_mail import NewMail
from omnix_desktop.models.queue import ChannelList
from omnix_desktop.models.ringing import Ringing
from omnix_desktop.models.screen_pop import ScreenPop
from omnix_desktop.models.selection import Selection
from omnix_desktop.models.source import Source
from omnix_desktop.models.status import Status
from omnix_desktop.models.telephone import Telephone
from omnix_desktop.models.thread import Thread
from omnix_desktop.models.tick import Tick
from omnix_desktop.ports import Link


class Desk:
    """What an agent has before them."""

    def __init__(self, source: Source, drafts: Keeping, link: Link, now: Callable[[], datetime]) -> None:
        self.root = root = QObject()
        relay = Feed()
        self._let_go = source.feed.subscribe(relay.tell)  # one thread to cut when this life ends
        self.source = source = replace(source, feed=relay)
        self.tick = Tick(now, root)
        self.catalogue = Catalogue(source, root)
        self.selection = Selection(root)
        self.channels = ChannelList(source, self.catalogue, self.tick, root)
        self.waiting = WaitingList(source, self.catalogue, self.tick, root)
        self.inbox = Inbox(source, self.catalogue, self.tick, root)
        self.thread = Thread(source, root)
        self.chosen = Chosen(self.thread, root)
        self.conversation = OpenedConversation(source, self.catalogue, self.selection, self.thread, self.tick, root)
        self.composers = Composers(source, drafts, self.catalogue, root)
        self.kept = Kept(source, drafts)
        self.emoji = RecentEmoji(self.kept)
        self.customer = CustomerCard(source, self.catalogue, self.selection, root)
        self.journey = Journey(source, self.catalogue, self.customer, self.tick, root)
        self.new_mail = NewMail(self.channels, self.kept, self.catalogue, root)
        self.forms = Forms(source, self.kept, self.customer, root)
        self.telephone = Telephone(self.kept, root)
        self.ringing = Ringing(source, self.catalogue, self.telephone, self.tick, root)
        self.screen_pop = ScreenPop(self.customer, self.forms, self.tick.now, root)
        self.calls = CallList(self.tick, root)
        self.integrations = Integrations(self.catalogue, self.conversation, self.customer, root)
        self.status = Status(source, link, self.tick, root)
        self.availability = Availability(source, self.catalogue, self.status, root)
        self.composing = "reply"  # which composer the keyboard is in, where it is in one

    def close(self) -> None:
        """Stop the clock and let go of the cache."""
        self.tick.stop()
        self.selection.stop()
        self.composers.flush()
        self.forms.flush()
        self.new_mail.flush()
        self._let_go()
        self.root.deleteLater()

    def retell(self) -> None:
        """The language changed: say everything again."""
        for part in (self.channels, self.waiting, self.inbox.handling, self.inbox.history):
            part.retell()
        self.thread.retell()
        self.conversation.retell()
        self.journey.retell()
        self.ringing.retell()
        self.calls.retell()
        self.integrations.retell()
        self.status.retell()
        self.availability.retell()
