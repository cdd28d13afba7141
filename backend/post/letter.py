"""A letter as text and HTML, and the bytes that it is on the wire."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Final

from omnix_protocol.rules import is_mail_address

_WIRE: Final = SMTP.clone(cte_type="7bit")  # any server takes it
_FRAME: Final = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>'
    '<body style="margin:0;padding:24px;background:#f4f5f7;color:#1b1f24;'
    "font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;font-size:15px;line-height:1.5\">"
    '<div style="max-width:640px;margin:0 auto;padding:24px;background:#ffffff;border:1px solid #dfe3e8;'
    'border-radius:8px">{body}</div></body></html>'
)


@dataclass(frozen=True, slots=True)
class Letter:
    """To one address. `html` says the same as `text`, escaped already."""

    to: str
    subject: str
    text: str
    html: str
    language: str

    def encoded(self, sender: str, sender_name: str, letter_id: str, now: datetime) -> bytes:
        """As it travels. Raises ValueError where an address or the subject cannot stand in a header."""
        if not is_mail_address(self.to):
            raise ValueError(f"{self.to[:100]!r} is no mail address.")
        message = EmailMessage(_WIRE)
        message["From"] = Address(sender_name, addr_spec=sender)
        message["To"] = Address(addr_spec=self.to)
        message["Subject"] = " ".join(self.subject.split())
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{letter_id}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: whoever answers by machine leaves it unanswered
        message.set_content(self.text)
        message.add_alternative(framed(self.subject, self.html, self.language), subtype="html")
        message["Content-Language"] = self.language
        return message.as_bytes()


def framed(title: str, body: str, language: str) -> str:
    """A whole page around the body."""
    return _FRAME.format(title=escape(title), body=body, language=language)


def language_of(locale: str) -> str:
    """The language of letters for a locale: Indonesian or English."""
    return "id" if locale.partition("-")[0].partition("_")[0].casefold() == "id" else "en"
