"""Which drawing stands for which kind of channel."""

_ICONS = {
    "webchat": "globe",
    "telegram": "send",
    "whatsapp": "message-circle",
    "messenger": "messages-square",
    "facebook": "messages-square",
    "instagram": "camera",
    "instagram_comment": "message-square-quote",
    "facebook_comment": "thumbs-up",
    "x": "at-sign",
    "email": "mail",
    "sms": "smartphone",
    "line": "message-square",
    "voice": "phone",
}


def channel_icon(kind: str) -> str:
    return _ICONS.get(kind, "message-circle")
