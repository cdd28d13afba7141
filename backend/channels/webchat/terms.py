"""What an account asks of its visitors, and when: the settings of a web chat, read once, and the rules over them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final
from urllib.parse import urlsplit

from backend.channels.webchat.words import Say
from omnix_protocol.channels import SettingField
from omnix_protocol.hours import PATTERN as HOURS_PATTERN
from omnix_protocol.hours import Hours, hours_of, is_open
from omnix_protocol.rules import is_mail_address

ASKED: Final = ("name", "email", "phone", "topic")
"""The fields of the form before the chat, in their order."""
GREETING_MAX: Final = 400
NOTICE_MAX: Final = 1000
ALWAYS: Final = Hours()
TOPICS_MAX: Final = 30
SECONDS_MAX: Final = 3600
_PHONE: Final = re.compile(r"\+?\d{5,17}")
_DRESS: Final = re.compile(r"[\s().\-/]")
_ASK: Final = ("no", "optional", "required")
_COLOUR: Final = r"#[0-9a-fA-F]{6}"


def _field(name: str, label: str, default: str = "", **more: object) -> SettingField:
    return SettingField(name=name, label=label, required=False, default=default, **more)  # type: ignore[arg-type]  # they are the struct's own


FIELDS: Final = (
    _field("title", "Title of the chat"),
    _field("greeting", "Greeting"),
    _field("colour", "Colour (#RRGGBB)", pattern=_COLOUR),
    _field("logo", "Logo text (up to three letters)", pattern=r".{0,3}"),
    _field("theme", "Light or dark", "auto", choices=("auto", "light", "dark")),
    _field("position", "Side of the page", "right", choices=("right", "left")),
    _field("language", "Language", "auto", choices=("auto", "id", "en")),
    _field("origins", "Sites that may show it (separated by spaces; * for any)"),
    _field("ask_name", "Ask for the name", "optional", choices=_ASK),
    _field("ask_email", "Ask for the email", "optional", choices=_ASK),
    _field("ask_phone", "Ask for the phone number", "no", choices=_ASK),
    _field("ask_topic", "Ask for the topic", "no", choices=_ASK),
    _field("topics", "Topics to choose from (separated by ;)", help="Without any, visitors write their own."),
    _field("consent", "Consent text", help="Visitors must agree to it before they write."),
    _field(
        "hours",
        "Office hours",
        pattern=HOURS_PATTERN,
        help="In the company's time zone: mon-fri 08:00-17:00, sat 09:00-12:00; a date alone (2026-12-25) is closed.",
    ),
    _field("outside", "Outside office hours", "message", choices=("message", "form", "closed")),
    _field("outside_text", "What it says outside office hours"),
    _field("proactive_text", "Proactive greeting"),
    _field("proactive_seconds", "Seconds on the page before it greets", "15", pattern=r"\d{1,4}"),
    _field("proactive_paths", "Pages that it greets on", help="Paths with spaces between, /produk/* for all below."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terms:
    """The settings of one account, as they hold; a value that is none counts as its default."""

    asks: Mapping[str, bool] = field(default_factory=dict)  # what is asked, and whether it is required
    topics: tuple[str, ...] = ()
    consent: str = ""
    hours: Hours = ALWAYS
    outside: str = "message"
    outside_text: str = ""
    proactive_text: str = ""
    proactive_seconds: int = 15
    proactive_paths: tuple[str, ...] = ()
    colour: str = ""
    logo: str = ""
    theme: str = "auto"
    position: str = "right"
    language: str = "auto"
    greeting: str = ""
    title: str = ""

    def is_open(self, now: datetime, zone: tzinfo) -> bool:
        return is_open(self.hours, now, zone)

    def lacks(self, say: Say, open_now: bool) -> str:
        """The first field of the form that this message lacks, or that says nonsense; or nothing."""
        leaving = not open_now and self.outside == "form"
        for name in ASKED:
            value = str(getattr(say, name)).strip()
            required = self.asks.get(name, False) or (leaving and name == "name")
            if (required and not value) or (value and not _GOOD.get(name, bool)(value)):
                return name
        if leaving and not (say.email.strip() or say.phone.strip()):
            return "email"
        return "consent" if self.consent and not say.consent else ""


def is_phone(text: str) -> bool:
    """Five to seventeen digits, however they are dressed; the server's own form of it comes later."""
    return _PHONE.fullmatch(_DRESS.sub("", text)) is not None


_GOOD: Final = {"email": is_mail_address, "phone": is_phone}


def terms_of(settings: Mapping[str, str]) -> Terms:
    """What the account's settings mean. One that cannot be read never keeps a visitor out."""
    known = {one.name: _valid(one, settings.get(one.name, "")) for one in FIELDS}
    try:
        hours = hours_of(known["hours"])
    except ValueError:
        hours = Hours()
    return Terms(
        asks={name: known[f"ask_{name}"] == "required" for name in ASKED if known[f"ask_{name}"] != "no"},
        topics=tuple(filter(None, (one.strip()[:200] for one in known["topics"].split(";"))))[:TOPICS_MAX],
        consent=known["consent"][:NOTICE_MAX],
        hours=hours,
        outside=known["outside"],
        outside_text=known["outside_text"][:NOTICE_MAX],
        proactive_text=known["proactive_text"].strip()[:GREETING_MAX],
        proactive_seconds=min(int(known["proactive_seconds"]), SECONDS_MAX),
        proactive_paths=tuple(known["proactive_paths"].split()),
        colour=known["colour"],
        logo=known["logo"].strip(),
        theme=known["theme"],
        position=known["position"],
        language=known["language"],
        greeting=known["greeting"][:GREETING_MAX],
        title=known["title"],
    )


def _valid(one: SettingField, value: str) -> str:
    fits = not one.choices or value in one.choices
    return value if value and fits and re.fullmatch(one.pattern or "(?s).*", value) else one.default


def allowed_origins(settings: Mapping[str, str]) -> tuple[str, ...]:
    """The sites that may show the chat in a frame: `*`, or origins as browsers write them; what is none is left out."""
    found = []
    for word in settings.get("origins", "").replace(",", " ").split():
        if word == "*":
            return ("*",)
        parts = urlsplit(word)
        if parts.scheme in ("http", "https") and parts.netloc and not set(parts.netloc) & set(";'\"\\@"):
            found.append(f"{parts.scheme}://{parts.netloc}".lower())
    return tuple(found)
