"""Who is on Meta's side: the app, its numbers, pages and professional accounts, and the people who write."""

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal


@dataclass(frozen=True)
class App:
    """The Meta app whose secret signs the webhooks; `verify_token` is what its owner typed into the dashboard."""

    id: str = "1517776481860111"
    secret: str = "app-secret-of-the-simulator"
    verify_token: str = "verify-token-of-the-simulator"


@dataclass(frozen=True)
class Person:
    """A customer; the phone number gives the ids that the person has on each product.

    With `hides_number` the person has a username and the number is left out of WhatsApp's webhooks
    (business-scoped user ids).
    """

    phone: str
    name: str = "Budi Santoso"
    username: str = ""
    hides_number: bool = False

    @property
    def bsuid(self) -> str:
        return f"ID.{self.phone}0741918"

    @property
    def psid(self) -> str:
        return f"24{self.phone}"

    @property
    def igsid(self) -> str:
        return f"17{self.phone}"

    @property
    def handle(self) -> str:
        return self.username or self.name.lower().replace(" ", ".")


@dataclass(frozen=True)
class Number:
    """A WhatsApp business phone number."""

    kind: ClassVar[Literal["whatsapp_business_account"]] = "whatsapp_business_account"

    id: str = "106540352242922"
    display: str = "628005550881"
    waba_id: str = "102290129340398"
    name: str = "Layanan Contoh"
    token: str = "EAAG-number-token"
    app: App = field(default_factory=App)

    @property
    def entry_id(self) -> str:
        return self.waba_id


@dataclass(frozen=True)
class Page:
    """A Facebook page: Messenger and comments."""

    kind: ClassVar[Literal["page"]] = "page"

    id: str = "100473908465587"
    name: str = "Layanan Contoh"
    token: str = "EAAG-page-token"
    app: App = field(default_factory=App)

    @property
    def entry_id(self) -> str:
        return self.id


@dataclass(frozen=True)
class Professional:
    """An Instagram professional account: direct messages and comments."""

    kind: ClassVar[Literal["instagram"]] = "instagram"

    id: str = "17841405822304914"
    username: str = "layanan.contoh"
    name: str = "Layanan Contoh"
    token: str = "IGAA-professional-token"
    app: App = field(default_factory=App)

    @property
    def entry_id(self) -> str:
        return self.id


Account = Number | Page | Professional


@dataclass(frozen=True)
class Template:
    """A message template of a WhatsApp business account; `body` has {{1}} {{2}} for its parameters."""

    name: str
    body: str
    language: str = "id"
    category: str = "UTILITY"
    status: str = "APPROVED"
    id: str = "594425479261596"

    @property
    def placeholders(self) -> int:
        return len(set(re.findall(r"\{\{\d+\}\}", self.body)))

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"type": "BODY", "text": self.body}
        if self.placeholders:
            body["example"] = {"body_text": [["contoh"] * self.placeholders]}
        return {
            "name": self.name,
            "parameter_format": "POSITIONAL",
            "components": [body],
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "id": self.id,
        }
