"""Refusals: a result with a reason from a closed list, never an exception on the wire."""

from enum import StrEnum

import msgspec


class Reason(StrEnum):
    """Why something was refused; each is a translatable key (`refused.<value>`) with the named arguments."""

    # about the asking itself
    MALFORMED = "malformed"  # detail
    UNKNOWN_TYPE = "unknown_type"  # type
    COMMAND_ID_REUSED = "command_id_reused"
    TOO_LARGE = "too_large"  # limit
    TOO_MANY_REQUESTS = "too_many_requests"  # seconds
    TOO_MANY_FOLLOWS = "too_many_follows"  # limit
    VERSION_UNSUPPORTED = "version_unsupported"  # minimum, maximum
    UNAVAILABLE = "unavailable"  # a passing fault: the same command may be sent again
    # about the asker
    NOT_SIGNED_IN = "not_signed_in"
    WRONG_CREDENTIALS = "wrong_credentials"
    LOCKED_OUT = "locked_out"  # seconds
    WRONG_CODE = "wrong_code"  # or expired, used, replaced by a newer one, tried too often: nobody is told which
    PASSWORD_CHANGE_NEEDED = "password_change_needed"  # noqa: S105  # a reason, not a password
    NOT_ENTITLED = "not_entitled"
    # about the thing
    NOT_FOUND = "not_found"  # type
    ALREADY_EXISTS = "already_exists"  # type
    VERSION_CONFLICT = "version_conflict"  # version
    INVALID_FIELD = "invalid_field"  # field, detail
    # interactions
    ALREADY_TAKEN = "already_taken"  # by (user id), name
    QUEUE_EMPTY = "queue_empty"
    LIMIT_REACHED = "limit_reached"  # limit
    NOT_OWNER = "not_owner"  # name
    ALREADY_ENDED = "already_ended"
    TARGET_OFFLINE = "target_offline"  # name
    TARGET_FULL = "target_full"  # name, limit
    TARGET_CANNOT_SERVE = "target_cannot_serve"  # name
    NO_BOT = "no_bot"  # channel
    BOT_IS_OUT = "bot_is_out"
    # messages
    EMPTY_TEXT = "empty_text"
    TEXT_TOO_LONG = "text_too_long"  # limit
    WINDOW_CLOSED = "window_closed"  # at
    REPLIED_MEANWHILE = "replied_meanwhile"  # name
    ATTACHMENTS_UNSUPPORTED = "attachments_unsupported"  # channel
    TOO_MANY_ATTACHMENTS = "too_many_attachments"  # limit
    NO_CAPTIONS = "no_captions"  # channel
    PART_UNSUPPORTED = "part_unsupported"  # part, channel
    STILL_PENDING = "still_pending"
    CANNOT_BE_DONE = "cannot_be_done"  # channel
    ATTACHMENT_TOO_LARGE = "attachment_too_large"  # limit
    ATTACHMENT_TYPE = "attachment_type"  # type
    ATTACHMENT_BROKEN = "attachment_broken"  # a picture that cannot be freed of what it tells about its place
    ATTACHMENT_INFECTED = "attachment_infected"  # name
    ATTACHMENT_UNSCANNED = "attachment_unscanned"  # the virus scanner is away; a passing fault
    CHANNEL_INACTIVE = "channel_inactive"
    NOT_RETRYABLE = "not_retryable"


class Refused(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A refusal. `code` is text on the wire, so that a newer server's reason does not break an older client."""

    code: str
    args: dict[str, str | int] = msgspec.field(default_factory=dict)

    @property
    def reason(self) -> Reason | None:
        """The reason, or None where this release does not know the code."""
        return Reason(self.code) if self.code in Reason.__members__.values() else None


def refused(reason: Reason, **args: str | int) -> Refused:
    """A refusal with its arguments."""
    return Refused(code=reason.value, args=args)
