"""What WhatsApp takes, as data.

Sources: Meta's documents of the Cloud API on media ("Supported media types"), text, interactive and template messages,
and on customer service windows; S1.21 and S1.23 for what "resolve expired" and "reopen" cover.
"""

from collections.abc import Mapping

from omnix_protocol.channels import Capabilities, MediaLimit
from omnix_protocol.content import ActKind

TEXT_MAX, CAPTION_MAX, BODY_MAX = 4096, 1024, 1024
REPLY_BUTTONS_MAX, REPLY_TITLE_MAX = 3, 20
ROWS_MAX, ROW_TITLE_MAX, ROW_DESCRIPTION_MAX, ROW_ID_MAX = 10, 24, 72, 200
WINDOW_SECONDS = 24 * 3600
MEGABYTE = 1024 * 1024

PICTURES = ("image/jpeg", "image/png")
STICKERS = ("image/webp",)
VIDEOS = ("video/mp4", "video/3gpp")
SOUNDS = ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg")
DOCUMENTS = (
    "application/pdf",
    "text/plain",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
)

SENT_AS: Mapping[str, str] = {
    **dict.fromkeys(PICTURES, "image"),
    **dict.fromkeys(STICKERS, "sticker"),
    **dict.fromkeys(VIDEOS, "video"),
    **dict.fromkeys(SOUNDS, "audio"),
}
"""The kind of message by media type; what is not here goes as a document."""
WITHOUT_CAPTION = frozenset({"audio", "sticker"})

CAPABILITIES = Capabilities(
    text_max=TEXT_MAX,
    attachments=True,
    attachments_max=1,
    attachment_max_bytes=100 * MEGABYTE,
    attachment_types=(*PICTURES, *STICKERS, *VIDEOS, *SOUNDS, *DOCUMENTS),
    media_limits=(
        MediaLimit(types=PICTURES, max_bytes=5 * MEGABYTE),
        MediaLimit(types=STICKERS, max_bytes=500 * 1024),  # animated; a still one may have 100 KB
        MediaLimit(types=(*VIDEOS, *SOUNDS), max_bytes=16 * MEGABYTE),
    ),
    location=True,
    contacts=True,
    buttons_max=ROWS_MAX,
    quotes=True,
    templates=True,
    reply_window_seconds=WINDOW_SECONDS,
    receipts=("sent", "delivered", "read"),
    acts=(ActKind.REACT, ActKind.SEEN, ActKind.BLOCK, ActKind.UNBLOCK),
    edits=True,
    resolves_expired=True,
)
