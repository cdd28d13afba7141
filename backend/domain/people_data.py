"""Phone numbers and mail addresses of customers: one written form, and what is none is refused."""

import re

import phonenumbers

COUNTRY = "ID"
PHONE_CHANNELS = frozenset({"whatsapp", "sms", "voice"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_DRESS = re.compile(r"[\s().\-/]")


def phone(text: str) -> str | None:
    """E.164, with Indonesia's code where none is written (0812… is +62812…); None where it is no phone number."""
    try:
        number = phonenumbers.parse(text, COUNTRY)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number) or not re.fullmatch(r"\+?\d+", _DRESS.sub("", text)):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def email(text: str) -> str | None:
    """Without the spaces around it; None where it is no mail address."""
    plain = text.strip()
    return plain if len(plain) <= 254 and _EMAIL.fullmatch(plain) else None


def contact(channel_kind: str, address: str) -> tuple[str | None, str | None]:
    """The phone number and the mail address that a sender's address on this channel tells."""
    if channel_kind in PHONE_CHANNELS:
        return phone(address if address.startswith("+") else f"+{address}"), None
    return (phone(address) if address.startswith("+") else None), email(address)
