"""Which conversation something of X belongs to: private messages have no thread, public posts have."""

MENTIONS = "mentions"
"""All public talk with one customer, where X does not say which thread it belongs to."""
_POST = "post:"


def thread_of(conversation_id: str) -> str:
    """Of a post; the Account Activity API does not name its thread, the X Activity API does."""
    return f"{_POST}{conversation_id}" if conversation_id else MENTIONS


def is_post(thread_key: str) -> bool:
    return thread_key == MENTIONS or thread_key.startswith(_POST)


def post_of(thread_key: str) -> str:
    """The first post of the thread, where it is known."""
    return thread_key.removeprefix(_POST) if thread_key.startswith(_POST) else ""
