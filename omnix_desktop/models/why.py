"""Why something cannot be done right now."""

import msgspec

from omnix_desktop.i18n import has_key, tr
from omnix_desktop.ports import Fault
from omnix_protocol.errors import Refused


class Why(msgspec.Struct, frozen=True):
    """A translatable key and its arguments."""

    key: str
    args: tuple[tuple[str, str | int], ...] = ()

    def __str__(self) -> str:
        return tr(self.key, **dict(self.args))


def sentence(refused: Refused) -> str:
    """A refusal as a person reads it; a newer server's reason is named by its code."""
    key = f"refused.{refused.code}"
    return tr(key, **refused.args) if has_key(key) else tr("refused.unknown", code=refused.code)


def fault_sentence(fault: Fault) -> str:
    """What is wrong with this machine, as a person reads it."""
    key = f"fault.{fault.key}"
    return tr(key, detail=fault.detail) if has_key(key) else tr("fault.storage", detail=fault.detail)
