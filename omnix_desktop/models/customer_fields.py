"""How a customer's fields are written: phone numbers in one form, mail addresses checked, the NIK masked."""

import re

_DRESS = re.compile(r"[\s().\-/]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+\d{8,15}")
_NIK = re.compile(r"\d{16}")
SHOWN_OF_NIK = 4


def undressed(text: str) -> str:
    """Without what makes a number easier to read."""
    return _DRESS.sub("", text)


def phone(text: str) -> str:
    """With the country's code: 0812… becomes +62812…; what is no number stays as it was typed."""
    plain = undressed(text)
    if not plain.lstrip("+").isdigit():
        return text.strip()
    if plain.startswith("+"):
        return plain
    if plain.startswith("00"):
        return f"+{plain[2:]}"
    if plain.startswith("0"):
        return f"+62{plain[1:]}"
    return f"+{plain}" if plain.startswith("62") else f"+62{plain}"


def is_phone(text: str) -> bool:
    return _PHONE.fullmatch(phone(text)) is not None


def is_named(name: str, number: str) -> bool:
    """Whether anybody has said who this is: a caller is called by their number until then, in whichever form."""
    return bool(name) and phone(name) != phone(number)


def is_email(text: str) -> bool:
    return len(text.strip()) <= 254 and _EMAIL.fullmatch(text.strip()) is not None


def is_nik(text: str) -> bool:
    return _NIK.fullmatch(undressed(text)) is not None


def shown_phone(number: str) -> str:
    """+62 811-1111-0001, in groups that can be read aloud."""
    if not number.startswith("+62") or len(number) < 9:
        return number
    rest = number[3:]
    groups = [rest[:3], *(rest[start : start + 4] for start in range(3, len(rest), 4))]
    if len(groups) > 2 and len(groups[-1]) < 2:
        groups[-2:] = [groups[-2] + groups[-1]]
    return f"+62 {'-'.join(groups)}"


def shown_service_number(number: str) -> str:
    """1524 4321 0478: digits in fours; anything else as it is."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4)) if number.isdigit() else number


def masked(nik: str) -> str:
    """Only its end, so that nobody reads it over the agent's shoulder."""
    return "•" * max(0, len(nik) - SHOWN_OF_NIK) + nik[-SHOWN_OF_NIK:]
