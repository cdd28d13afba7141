"""A believable moment of a shift on top of the cached workspace: who waits, what is due, what went wrong."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.queries.thread import before
from omnix_desktop.cache.replica import Replica
from omnix_protocol import codec, scopes
from omnix_protocol.base import Entity
from omnix_protocol.conversations import Interaction
from omnix_protocol.frames import SnapshotPage
from omnix_protocol.ids import BoardId, ConversationId, FileId, InteractionId, UserId, derived_id
from omnix_protocol.messages import Attachment, DeliveryState, Direction, Memo, Message
from omnix_protocol.scopes import Commit, Drop, Put
from tests.support.cached_workspace import ME, NOW, Workspace
from tests.support.scene_board import board
from tests.support.workspace_catalogue import TENANT_ID

_TALK = (
    ("in", 22, "Halo min, dari semalam aplikasi nggak bisa login. Sudah coba ganti password tetap sama 😞"),
    ("file", 21, "Ini errornya"),
    (
        "out",
        19,
        "Halo Kak Dewi 👋 mohon maaf atas kendalanya. Boleh kami minta nomor layanan yang terdaftar untuk kami cek?",
    ),
    ("memo", 18, "Pelanggan yang sama lapor minggu lalu, cek tiket #302 dahulu sebelum panduan ulang."),
    ("in", 16, "1322 0000 0000 kak"),
    ("failed", 14, "Baik Kak, sedang kami cek ya, mohon ditunggu sebentar."),
    ("out", 13, "Baik Kak, sedang kami cek ya, mohon ditunggu sebentar. Akunnya terkunci karena salah kata sandi."),
    ("in", 1, "Masih belum bisa login ke aplikasi kak"),
)
_LAST = (
    (48, "Masih belum bisa login ke aplikasi kak", True, 1),
    (0, "Baik kak, terima kasih banyak 🙏", False, 0),
    (252, "bukti-bayar.jpg", True, 2),
    (430, "Permintaan upgrade paket ke 100 Mbps, kapan bisa dipasang?", True, 1),
    (0, "Siap, ditunggu kabarnya", False, 0),
)


class Moment:
    """Says to the replica what the server would."""

    def __init__(self, engine: Engine) -> None:
        self._replica = Replica(engine)
        self._seqs = dict(self._replica.known().result().cursors)

    def put(self, entities: Sequence[Entity], *scope_keys: str, drop: tuple[str, str] | None = None) -> None:
        for key in scope_keys:
            self._seqs[key] = self._seqs.get(key, 0) + 1
        changes = tuple(
            Put(type=type(one).__name__, id=one.id, version=one.version, scopes=scope_keys, body=codec.raw(one))
            for one in entities
        )
        gone = (Drop(type=drop[0], id=drop[1], scopes=scope_keys),) if drop else ()
        commit = Commit(
            id=derived_id("commit", str(sorted(self._seqs.items()))),  # type: ignore[arg-type]  # any id does
            at=NOW,
            what="Scene",
            command_id=derived_id("scene"),  # type: ignore[arg-type]
            actor="system",
            seqs={key: self._seqs[key] for key in scope_keys},
            changes=(*gone, *changes),
        )
        self._replica.apply([commit]).result()

    def begin(self, scope: str, *entities: Entity) -> None:
        """A scope that was not here yet."""
        puts = tuple(
            Put(type=type(one).__name__, id=one.id, version=one.version, scopes=(scope,), body=codec.raw(one))
            for one in entities
        )
        page = SnapshotPage(number=1, scope=scope, seq=1, page=0, last=True, puts=puts)
        done = self._replica.apply_snapshot(page)
        if done is not None:
            done.result()
        self._seqs[scope] = 1


def set_scene(engine: Engine, workspace: Workspace) -> None:
    """Five interactions, each in another state; the first one's talk is worth reading."""
    moment = Moment(engine)
    for interaction, (waited, text, asked, unread) in zip(workspace.handled, _LAST, strict=False):
        at = NOW - timedelta(seconds=waited or 600)
        changed = msgspec.structs.replace(
            interaction,
            version=2,
            last_preview=text,
            last_at=at,
            last_from_customer=asked,
            unanswered_since=at if asked else None,
            unread=unread,
        )
        conversation = scopes.conversation(interaction.conversation_id)
        moment.put([changed], scopes.agent(UserId(ME.id)), conversation)
    first = workspace.handled[0]
    last = before(engine.reader(), first.conversation_id, None, 1).entries[-1].position
    start = last - len(_TALK) + 1
    talk = [_entry(first, start + place, *line) for place, line in enumerate(_TALK)]
    since = NOW - timedelta(seconds=48)
    opened = msgspec.structs.replace(
        first,
        version=3,
        first_position=start,
        last_preview=_TALK[-1][2],
        unread=1,
        unanswered_since=since,
        last_at=since,
    )
    key = scopes.conversation(ConversationId(first.conversation_id))
    moment.put(talk, key, drop=("Message", derived_id("entry", "0", str(start + 3))))
    moment.put([opened], scopes.agent(UserId(ME.id)), key)
    moment.begin(scopes.board(BoardId(TENANT_ID)), board())


def _entry(interaction: Interaction, position: int, kind: str, minutes: int, text: str) -> Message | Memo:
    number = "0"
    at = NOW - timedelta(minutes=minutes)
    key = derived_id("entry", number, str(position))
    where = {"conversation_id": interaction.conversation_id, "interaction_id": InteractionId(interaction.id)}
    if kind == "memo":
        return Memo(id=derived_id("scene", "memo"), version=9, position=position, text=text, author_id=UserId(ME.id),
                    author_name=ME.name, at=at, **where)  # type: ignore[arg-type]  # fmt: skip
    out = kind in ("out", "failed")
    file = Attachment(file_id=FileId(derived_id("file")), name="error-login.png", media_type="image/png", size=214_000)
    state = DeliveryState.FAILED if kind == "failed" else DeliveryState.READ if out else DeliveryState.RECEIVED
    return Message(
        id=key, version=9, position=position, direction=Direction.OUT if out else Direction.IN, text=text,
        attachments=(file,) if kind == "file" else (), author_id=UserId(ME.id) if out else None,
        author_name=ME.name if out else interaction.customer_name, at=at, state=state, state_at=at,
        failure="kuota pesan kanal habis" if kind == "failed" else "", attempts=1 if out else 0, **where,  # type: ignore[arg-type]
    )  # fmt: skip
