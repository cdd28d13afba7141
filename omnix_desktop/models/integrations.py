"""Other programs beside the conversation: each address filled with what is opened, or what it still wants (F36)."""

from urllib.parse import urlsplit

import msgspec
from PySide6.QtCore import QObject, Signal

from omnix_desktop.i18n import tr
from omnix_desktop.models.catalogue import Catalogue
from omnix_desktop.models.conversation import OpenedConversation
from omnix_desktop.models.customer import CustomerCard
from omnix_protocol.integrations import PLACEHOLDERS, Integration, address_fault, filled, missing, unknown_gaps


class IntegrationCard(msgspec.Struct, frozen=True):
    """One program as its card says it."""

    key: str
    name: str
    host: str
    address: str  # filled; empty while something is missing
    wants: str = ""  # what is missing, in words

    def spoken(self) -> str:
        return ", ".join(part for part in (self.name, self.host, self.wants) if part)


class Integrations(QObject):
    """Follows what is opened; `changed` when a card says something else."""

    changed = Signal()

    def __init__(
        self,
        catalogue: Catalogue,
        conversation: OpenedConversation,
        card: CustomerCard,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._catalogue, self._conversation, self._card = catalogue, conversation, card
        self.cards: tuple[IntegrationCard, ...] = ()
        for signal in (catalogue.changed, conversation.changed, card.changed, card.opened):
            signal.connect(self.retell)
        self.retell()

    @property
    def any(self) -> bool:
        """Whether the tenant has put something there."""
        return bool(self._catalogue.integrations())

    def retell(self) -> None:
        """Say every card anew."""
        values = self.values()
        cards = tuple(_card(it, values) for it in self._catalogue.integrations())
        if cards != self.cards:
            self.cards = cards
            self.changed.emit()

    def values(self) -> dict[str, str]:
        """What is known of the opened conversation, by placeholder; empty where it is not."""
        it = self._conversation.interaction
        facts = self._catalogue.account(it.channel_account_id) if it else None
        me = self._catalogue.me
        # the customer follows the conversation a moment later: nobody else's number goes out meanwhile
        customer = self._card.customer if it and self._card.customer_id == it.customer_id else None
        return {
            "customer.id": it.customer_id if it else "",
            "customer.number": str(customer.number) if customer else "",
            "customer.name": customer.name if customer else "",
            "customer.phone": _first(customer.phones) if customer else "",
            "customer.email": _first(customer.emails) if customer else "",
            "customer.service_number": _first(customer.service_numbers) if customer else "",
            "conversation.id": it.conversation_id if it else "",
            "interaction.id": it.id if it else "",
            "interaction.number": str(it.number) if it else "",
            "channel.kind": it.channel_kind if it else "",
            "channel.address": facts.account.address if facts else "",
            "agent.id": me.id if me else "",
            "agent.name": me.name if me else "",
            "agent.email": me.email if me else "",
        }


def placeholders() -> tuple[tuple[str, str], ...]:
    """Each with what it means."""
    return tuple((name, _meaning(name)) for name in PLACEHOLDERS)


def fault_words(address: str) -> str:
    """What is wrong with an address, in one sentence; nothing where it will do."""
    if not address:
        return tr("integrations.fault_empty")
    fault = address_fault(address)
    if fault is None:
        return ""
    unknown = next(iter(unknown_gaps(address)), "")
    return tr(f"integrations.fault_{fault.value}", gap=f"{{{unknown}}}")


def _card(it: Integration, values: dict[str, str]) -> IntegrationCard:
    wants = missing(it.address, values)
    words = ", ".join(_meaning(name) for name in wants)
    return IntegrationCard(
        key=it.id,
        name=it.name,
        host=urlsplit(it.address).hostname or "",
        address="" if wants else filled(it.address, values),
        wants=tr("integrations.wants", what=words) if wants else "",
    )


def _meaning(name: str) -> str:
    return tr(f"integrations.of_{name.replace('.', '_')}") if name in PLACEHOLDERS else name


def _first(values: tuple[str, ...]) -> str:
    return values[0] if values else ""
