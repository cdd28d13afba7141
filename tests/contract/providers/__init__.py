"""One file each; importing the package opens them all to the suite."""

from tests.contract.providers import (
    bot,
    comments,
    email,
    kannel,
    line,
    meta,
    sms,
    telegram,
    voice,
    webchat,
    whatsapp,
    x,
)

__all__ = [
    "bot",
    "comments",
    "email",
    "kannel",
    "line",
    "meta",
    "sms",
    "telegram",
    "voice",
    "webchat",
    "whatsapp",
    "x",
]
