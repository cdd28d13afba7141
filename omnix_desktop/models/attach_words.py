"""What a channel takes as a file, in words, beside the paperclip (S0.32)."""

from omnix_desktop.i18n import file_size, tr
from omnix_protocol.channels import Capabilities

_SHOWN = 5


def attach_words(able: Capabilities) -> str:
    """Kinds with how large each may be, and how many go in one message; nothing where the channel takes none."""
    if not able.attachments:
        return ""
    said = [
        tr("composer.attach_each", kinds=_kinds(limit.types), size=file_size(limit.max_bytes))
        for limit in able.media_limits
    ]
    if not said:
        kinds, most = _kinds(able.attachment_types), able.attachment_max_bytes
        said = [tr("composer.attach_limits", kinds=kinds, size=file_size(most)) if most else kinds]
    if able.attachments_max:
        said.append(tr("composer.attach_most", n=able.attachments_max))
    return " · ".join(said)


def _kinds(types: tuple[str, ...]) -> str:
    if not types:
        return tr("composer.kind_any")
    names = list(dict.fromkeys(_kind(one) for one in types))
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _kind(media_type: str) -> str:
    family, _, kind = media_type.partition("/")
    if kind == "*":
        return tr(f"composer.kind_{family}") if family in ("image", "video", "audio") else tr("composer.kind_any")
    return kind.rpartition(".")[2].removeprefix("x-").upper()
