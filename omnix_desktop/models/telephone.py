"""How this machine telephones: by `tel:`, by `sip:`, or not at all; which extension is this agent's (F36)."""

import re
from enum import StrEnum
from typing import Final

import msgspec
from PySide6.QtCore import QObject, Signal

from omnix_desktop.models.customer_fields import phone, undressed
from omnix_desktop.models.kept import Kept

SETTING: Final = "telephone"
_DOMAIN: Final = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?")
_EXTENSION: Final = re.compile(r"[0-9]{0,20}")
SHORT: Final = 7
"""Digits: fewer are an extension or a short code, and keep their form."""


class Dials(StrEnum):
    TEL = "tel"
    SIP = "sip"
    OFF = "off"


class TelephoneSettings(msgspec.Struct, frozen=True):
    """As one machine keeps them."""

    dials: Dials = Dials.TEL
    domain: str = ""  # of the exchange, for sip
    extension: str = ""  # of the agent's own telephone; empty: not told

    def fault(self) -> str:
        """What is wrong, as the end of a key; nothing where all is well."""
        if self.dials is Dials.SIP and not _DOMAIN.fullmatch(self.domain):
            return "domain"
        return "" if _EXTENSION.fullmatch(self.extension) else "extension"


def dialled(number: str) -> str:
    """What is dialled: 0812… as +62812…, an extension or short code as it is; empty where it is no number.

    Codes with a star or a hash do things to the telephone itself: what a customer wrote must not.
    """
    plain = undressed(number)
    if not re.fullmatch(r"\+?\d+", plain, re.ASCII):
        return ""
    return plain if len(plain) < SHORT else phone(plain)


def link_of(settings: TelephoneSettings, number: str) -> str:
    """The address that the system's telephone program opens; empty where there is none."""
    plain = dialled(number)
    if not plain or settings.dials is Dials.OFF or settings.fault():
        return ""
    return f"sip:{plain}@{settings.domain}" if settings.dials is Dials.SIP else f"tel:{plain}"


class Telephone(QObject):
    """The settings in force; `changed` when others were chosen."""

    changed = Signal()

    def __init__(self, kept: Kept, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept = kept
        self._settings: TelephoneSettings | None = None

    @property
    def settings(self) -> TelephoneSettings:
        if self._settings is None:
            self._settings = self._read()
        return self._settings

    @property
    def calls(self) -> bool:
        """Whether numbers can be called from here."""
        return self.settings.dials is not Dials.OFF

    def choose(self, settings: TelephoneSettings) -> None:
        self._settings = settings
        self._kept.remember(SETTING, msgspec.json.encode(settings))
        self.changed.emit()

    def link(self, number: str) -> str:
        return link_of(self.settings, number)

    def _read(self) -> TelephoneSettings:
        try:
            return msgspec.json.decode(self._kept.remembered(SETTING) or b"{}", type=TelephoneSettings)
        except msgspec.DecodeError:
            return TelephoneSettings()
