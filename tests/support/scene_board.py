"""The same moment of the shift on the wallboard; all invented."""

from datetime import timedelta
from typing import Final

from omnix_protocol.ids import ChannelAccountId, UserId, derived_id
from omnix_protocol.people import PresenceState
from omnix_protocol.reports import Board, BoardAgent, BoardChannel, BoardHour
from tests.support.cached_workspace import NOW
from tests.support.workspace_catalogue import ACCOUNTS, TENANT_ID, USERS

_CHANNELS: Final = (
    ("whatsapp", "WhatsApp Care", 14, 192, 31),
    ("instagram", "IG Message", 6, 65, 12),
    ("email", "Email · care@", 5, 510, 9),
    ("messenger", "FB Message", 4, 167, 8),
    ("telegram", "@nusantara_bot", 3, 22, 6),
    ("ig_comment", "IG Comment", 3, 362, 4),
    ("voice", "Voice 1500", 2, 41, 11),
    ("x", "X (Twitter)", 2, 250, 3),
    ("webchat", "Situs nusantara.invalid", 1, 8, 5),
)
_AGENTS: Final = (
    (PresenceState.ONLINE, "", 5, 134, 46, 31),
    (PresenceState.ONLINE, "", 8, 31, 52, 44),
    (PresenceState.AUX, "Sholat", 2, 680, 70, 27),
    (PresenceState.ONLINE, "", 0, 245, 38, 39),
    (PresenceState.AUX, "Istirahat", 0, 1967, None, 18),
)
_HOURS: Final = (18, 41, 62, 84, 93, 77, 69, 86, 99, 94, 82, 60)


def board() -> Board:
    accounts = {account.kind: account.id for account in ACCOUNTS}
    channels = tuple(
        BoardChannel(
            channel_account_id=ChannelAccountId(accounts.get(kind) or derived_id("board", name)), kind=kind, name=name,
            waiting=waiting, oldest_at=NOW - timedelta(seconds=waited), handling=waiting % 4, handled_today=handled,
        )
        for kind, name, waiting, waited, handled in _CHANNELS
    )  # fmt: skip
    agents = tuple(
        BoardAgent(
            user_id=UserId(user.id), name=user.name, state=state, aux_name=aux, load=load, limit=8,
            since=NOW - timedelta(seconds=since), handled_today=done, first_reply_seconds=reply,
        )
        for user, (state, aux, load, since, reply, done) in zip(USERS, _AGENTS, strict=False)
    )  # fmt: skip
    hours = tuple(
        BoardHour(hour=7 + place, received=count, handled=max(0, count - 4 + place % 3 * 3))
        for place, count in enumerate(_HOURS)
    )
    return Board(
        id=TENANT_ID, version=1, at=NOW, waiting=sum(one.waiting for one in channels),
        oldest_at=NOW - timedelta(seconds=510), oldest_channel="Email · care@", handling=23, handled_today=1284,
        abandoned_today=17, replied_in_time=1174, replied=1284, channels=channels, agents=agents, hours=hours,
    )  # fmt: skip
