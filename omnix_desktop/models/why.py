"""Why something cannot be done right now."""

from dataclasses import dataclass

from omnix_desktop.i18n import has_key, tr
from omnix_protocol.errors import Refused


@dataclass(frozen=True, slots=True)
class Why:
    """A translatable key and its arguments."""

    key: str
    args: tuple[tuple[str, str | int], ...] = ()

    def __str__(self) -> str:
        return tr(self.key, **dict(self.args))


def sentence(refused: Refused) -> str:
    """A refusal as a person reads it; a newer server's reason is named by its code."""
    key = f"refused.{refused.code}"
    return tr(key, **refused.args) if has_key(key) else tr("refused.unknown", code=refused.code)
