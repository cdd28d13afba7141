"""What a channel takes: texts, parts, files and acts, as the composer shows it and the server enforces it."""

from datetime import datetime, timedelta

from omnix_protocol.channels import Capabilities, TextUnit
from omnix_protocol.content import ActKind, Content
from omnix_protocol.messages import Attachment, DeliveryState, Direction, Message
from omnix_protocol.sms import sms_cost

_OURS = frozenset({ActKind.EDIT, ActKind.DELETE})
_PUBLIC = frozenset({ActKind.HIDE, ActKind.UNHIDE})


def text_length(text: str, capabilities: Capabilities) -> int:
    """How long a text is for this channel, in its own unit."""
    match capabilities.text_unit:
        case TextUnit.UTF16:
            return len(text.encode("utf-16-le", "replace")) // 2
        case TextUnit.BYTES:
            return len(text.encode("utf-8", "replace"))
        case TextUnit.SMS:
            return sms_cost(text)
        case _:
            return len(text)


def says_something(content: Content | None) -> bool:
    """Whether a message with no text and no file still says something."""
    return content is not None and bool(content.location or content.contacts or content.template)


def shown_as(content: Content | None) -> str:
    """What stands in a list for a message that has parts and no text."""
    if content is None:
        return ""
    if content.template is not None:
        return content.template.name
    return "location" if content.location else "contact" if content.contacts else ""


def unsupported_part(capabilities: Capabilities, content: Content | None) -> str | None:
    """The first part that this channel cannot send."""
    if content is None:
        return None
    taken = {
        "location": capabilities.location or content.location is None,
        "contacts": capabilities.contacts or not content.contacts,
        "buttons": len(content.buttons) <= capabilities.buttons_max,
        "template": capabilities.templates or content.template is None,
        "mail": capabilities.subject or content.mail is None,
        "private": capabilities.private_reply or not content.private,
        "call": content.call is None,
        "chosen": not content.chosen,
    }
    return next((part for part, fine in taken.items() if not fine), None)


def _fits(types: tuple[str, ...], media_type: str) -> bool:
    return media_type in types or media_type.partition("/")[0] + "/*" in types


def carries(capabilities: Capabilities, media_type: str) -> bool:
    """Whether files of this type may be sent."""
    return not capabilities.attachment_types or _fits(capabilities.attachment_types, media_type)


def file_limit(capabilities: Capabilities, media_type: str) -> int:
    """Bytes that a file of this type may have; a very large number where the channel sets none."""
    for limit in capabilities.media_limits:
        if _fits(limit.types, media_type):
            return limit.max_bytes
    return capabilities.attachment_max_bytes or 1 << 53


def is_caption(capabilities: Capabilities, text: str) -> bool:
    """Whether a text may go in one message with a file."""
    most = capabilities.caption_max
    return capabilities.captions and (not most or text_length(text, capabilities) <= most)


def split(
    capabilities: Capabilities, text: str, files: tuple[Attachment, ...]
) -> list[tuple[str, tuple[Attachment, ...]]]:
    """What is to be said as the messages that this channel can carry; the text is in the first."""
    most = capabilities.attachments_max or max(1, len(files))
    groups = [files[start : start + most] for start in range(0, len(files), most)]
    if not groups or (text and not is_caption(capabilities, text)):
        return [(text, ()), *(("", group) for group in groups)]
    return [(text, groups[0]), *(("", group) for group in groups[1:])]


def acts_on(capabilities: Capabilities, message: Message, now: datetime) -> frozenset[ActKind]:
    """What may be asked about this message now."""
    if message.deleted_at is not None or message.state in (DeliveryState.ACCEPTED, DeliveryState.FAILED):
        return frozenset()
    able = frozenset(capabilities.acts) & (_OURS | _PUBLIC | {ActKind.REACT})
    if message.direction is Direction.IN:
        able -= {ActKind.EDIT} if capabilities.comments else _OURS
    else:
        able -= _PUBLIC
        limit = capabilities.edit_seconds
        if limit is not None and now > message.at + timedelta(seconds=limit):
            able -= _OURS
    return able - ({ActKind.HIDE} if message.hidden else {ActKind.UNHIDE})
