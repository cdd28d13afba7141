"""Words and numbers by which a customer is found: what is stored and what is asked are cut the same way."""

import re
import unicodedata

from omnix_protocol.customers import Customer, Identity

_WORDS = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"[\d\s()+.\-/]{3,}")
MAX_TERM = 64


def folded(text: str) -> str:
    """Without case and accents, so that "José" is found by "jose"."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def words(text: str) -> set[str]:
    return {word[:MAX_TERM] for word in _WORDS.findall(folded(text))}


def digits(text: str) -> str:
    """A number without its dress: 0812…, +62812… and 62812… are one."""
    plain = re.sub(r"\D", "", text)
    return (plain[2:] if plain.startswith("62") else plain.lstrip("0"))[:MAX_TERM]


def asked(keyword: str) -> set[str]:
    """The terms that a keyword asks for; each must be the beginning of a stored one."""
    if _NUMBER.fullmatch(keyword.strip()):
        number = digits(keyword)
        return {number} if number else set()
    return words(keyword)


def _addresses(*texts: str) -> set[str]:
    # an address is found by its parts and, where it is a number, by its digits
    found: set[str] = set()
    for text in texts:
        found |= words(text)
        if _NUMBER.fullmatch(text.strip()) and (number := digits(text)):
            found.add(number)
    return found


def customer_terms(customer: Customer) -> frozenset[str]:
    numbers = {digits(text) for text in (*customer.phones, *customer.service_numbers)}
    found = words(customer.name) | _addresses(*customer.emails, *customer.service_numbers)
    return frozenset(found | numbers | {str(customer.number)}) - {""}


def identity_terms(identity: Identity) -> frozenset[str]:
    return frozenset(words(identity.name) | _addresses(identity.address, identity.handle)) - {""}
