"""Which drawing stands for which kind of channel."""

_ICONS = {
    "webchat": "globe",
    "telegram": "send",
    "whatsapp": "message-circle",
    "messenger": "messages-square",
    "facebook": "messages-square",
    "instagram": "camera",
    "ig_comment": "message-square-quote",
    "fb_comment": "thumbs-up",
    "x": "at-sign",
    "email": "mail",
    "sms": "smartphone",
    "line": "message-square",
    "voice": "phone",
    "bot": "bot",
}


def channel_icon(kind: str) -> str:
    return _ICONS.get(kind, "message-circle")
