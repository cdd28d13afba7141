"""A draft on two machines: another one's text comes in only where nothing was typed here since both agreed."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from omnix_desktop.cache import migrations
from omnix_desktop.cache.beside import Beside
from omnix_desktop.cache.drafts import Key, Offer, Standing, met
from omnix_desktop.cache.engine import Engine
from omnix_desktop.cache.local import Local
from omnix_desktop.cache.queries import composer, thread
from omnix_desktop.cache.queries.composer import DraftText
from omnix_desktop.cache.writing import Connection
from omnix_protocol.content import Content, Mail
from omnix_protocol.errors import Reason, refused
from omnix_protocol.ids import CommandId, ConversationId, FileId, InteractionId, MessageId
from omnix_protocol.messages import Attachment, Draft, SendMessage
from tests.support.cached_workspace import KEY, NOW

C = ConversationId("c")
REPLY: Key = (C, "reply")
FILE = Attachment(file_id=FileId("f"), name="foto.png", media_type="image/png", size=9)
OTHER = Attachment(file_id=FileId("g"), name="nota.pdf", media_type="application/pdf", size=7)


def theirs(version: int, text: str) -> Draft:
    return Draft(id="d", version=version, conversation_id=C, mode="reply", text=text, at=NOW)


def message(text: str, files: tuple[Attachment, ...] = ()) -> SendMessage:
    return SendMessage(
        message_id=MessageId("m"), conversation_id=C, interaction_id=InteractionId("i"), text=text, attachments=files,
        seen_position=0,
    )  # fmt: skip


@pytest.fixture
def local(engine: Engine) -> Local:
    return Local(engine, lambda: NOW)


def shown(engine: Engine) -> DraftText:
    return composer.draft(engine.reader(), C, "reply")


def share(local: Local, draft: Draft | None, *, fresh: bool = False) -> list[Offer]:
    known = {} if draft is None else {REPLY: draft}
    return local.share_drafts(known, lambda _key, _text: False, fresh=fresh).result()


AGREED = Standing("a", (FILE,), 3, "a")
TYPED = Standing("ab", (), 3, "a")
OFFERED = Standing("ab", (), 3, "a", "ab")
ACCEPTED = Standing("ab", (), 4, "ab", "ab")


@pytest.mark.parametrize(
    ("mine", "draft", "expected"),
    [
        (Standing(), theirs(1, "x"), Standing("x", (), 1, "x")),  # nothing here
        (AGREED, theirs(4, "x"), Standing("x", (FILE,), 4, "x")),  # typed on in another place; files stay in theirs
        (AGREED, theirs(2, "x"), AGREED),  # older than what is known
        (AGREED, None, Standing("", (FILE,), 3)),  # sent or emptied in another place
        (TYPED, theirs(3, "a"), TYPED),  # nothing new
        (TYPED, theirs(4, "x"), Standing("ab", (), 3, "a", apart=True)),  # both typed on
        (TYPED, theirs(4, "ab"), Standing("ab", (), 4, "ab")),  # the same by chance
        (TYPED, None, Standing("ab", (), 3)),  # gone there, typed on here
        (Standing("", (), 3, "a"), theirs(4, "x"), Standing("x", (), 4, "x")),  # emptied here, typed on there
        (OFFERED, None, OFFERED),  # on its way
        (OFFERED, theirs(4, "ab"), Standing("ab", (), 4, "ab")),  # has come back
        (Standing("abc", (), 3, "a", "ab"), theirs(4, "ab"), Standing("abc", (), 4, "ab")),  # typed on meanwhile
        (OFFERED, theirs(4, "x"), Standing("ab", (), 3, "a", "ab", apart=True)),  # who was first is not known yet
        (ACCEPTED, theirs(3, "a"), ACCEPTED),  # not in the replica yet
        (ACCEPTED, theirs(4, "ab"), Standing("ab", (), 4, "ab")),
        (ACCEPTED, theirs(5, "abx"), Standing("abx", (), 5, "abx")),  # grew from ours in another place
        (Standing("b", (), 0, "", None, True), None, Standing("b")),  # the other one is gone: no longer apart
    ],
)
def test_what_becomes_of_a_draft_in_sight_of_the_servers(
    mine: Standing, draft: Draft | None, expected: Standing
) -> None:
    assert met(mine, draft, fresh=False) == expected


@pytest.mark.parametrize(
    ("mine", "draft", "expected"),
    [
        (OFFERED, None, Standing("ab", (), 3)),  # did not arrive: offered again
        (OFFERED, theirs(3, "a"), TYPED),
        (OFFERED, theirs(4, "ab"), Standing("ab", (), 4, "ab")),  # arrived, and the answer was lost
        (ACCEPTED, None, Standing("", (), 4)),  # arrived, and was sent in another place
        (OFFERED, theirs(4, "x"), Standing("ab", (), 3, "a", apart=True)),
    ],
)
def test_after_a_lost_connection_what_was_offered_is_there_or_did_not_arrive(
    mine: Standing, draft: Draft | None, expected: Standing
) -> None:
    assert met(mine, draft, fresh=True) == expected


def test_the_latest_text_is_offered_once_with_what_it_grew_from(engine: Engine, local: Local) -> None:
    share(local, theirs(2, "a"))
    assert shown(engine).text == "a"
    local.save_draft(C, "reply", "ab", before="a")
    local.save_draft(C, "form", "an open form stays on its machine")
    assert share(local, theirs(2, "a")) == [Offer(C, "reply", "ab", 2)]
    local.save_draft(C, "reply", "abc", before="ab")
    assert share(local, theirs(2, "a")) == []
    local.draft_answered(Offer(C, "reply", "ab", 2), 3)
    assert share(local, theirs(3, "ab")) == [Offer(C, "reply", "abc", 3)]


def test_a_refused_text_is_kept_and_offered_again_when_there_is_room(engine: Engine, local: Local) -> None:
    local.save_draft(C, "reply", "di sini")
    (offer,) = share(local, None)
    local.draft_answered(offer, None)
    assert share(local, theirs(1, "di sana")) == []
    assert (shown(engine).text, shown(engine).apart) == ("di sini", True)
    assert share(local, None) == [offer]
    assert not shown(engine).apart


def test_what_came_in_beneath_the_hand_is_not_replaced_as_if_it_had_been_seen(engine: Engine, local: Local) -> None:
    share(local, theirs(1, "a"))
    share(local, theirs(2, "a, dari rumah"))
    local.save_draft(C, "reply", "ab", before="a")  # typed before the screen showed it
    assert share(local, theirs(2, "a, dari rumah")) == []
    assert (shown(engine).text, shown(engine).apart) == ("ab", True)


def test_what_came_in_between_the_eye_and_the_return_key_stays(engine: Engine, local: Local) -> None:
    share(local, theirs(1, "a"))
    share(local, theirs(2, "a, dari rumah"))
    local.send(CommandId("k"), message("a"), C, "m").result()
    assert shown(engine).text == "a, dari rumah"
    (row,) = thread.unsent(engine.reader(), C)
    assert isinstance(row.command, SendMessage)
    assert row.command.draft_version == 0


def test_what_is_sent_is_emptied_on_the_server_too(engine: Engine, local: Local) -> None:
    share(local, theirs(5, "Baik."))
    local.send(CommandId("k"), message("Baik."), C, "m").result()
    (row,) = thread.unsent(engine.reader(), C)
    assert isinstance(row.command, SendMessage)
    assert row.command.draft_version == 5
    assert shown(engine).text == ""
    (offer,) = share(local, theirs(5, "Baik."))
    assert offer == Offer(C, "reply", "", 5)
    local.draft_answered(offer, 6)
    assert share(local, None) == []
    assert engine.reader().rows("SELECT * FROM local.drafts") == []


def test_files_stay_with_the_text_and_come_back_with_a_refused_message(engine: Engine, local: Local) -> None:
    local.save_draft(C, "reply", "", (FILE,)).result()
    assert shown(engine).files == (FILE,)
    local.send(CommandId("k"), message("", (FILE,)), C, "m").result()
    assert shown(engine).files == ()
    local.note(local.waiting().result()[0], refused(Reason.NOT_OWNER, name="Sari")).result()
    local.save_draft(C, "reply", "lagi", (OTHER,)).result()
    local.back_to_draft(CommandId("k")).result()
    assert (shown(engine).text, shown(engine).files) == ("lagi", (FILE, OTHER))


BESIDE = Beside(Content(private=True, mail=Mail(subject="Perihal", cc=("a@b.example",))), MessageId("answered"))


def test_what_stands_beside_a_text_goes_and_comes_with_it(engine: Engine, local: Local) -> None:
    local.save_draft(C, "reply", "Baik", beside=BESIDE).result()
    assert shown(engine).beside == BESIDE
    command = replace(message("Baik"), content=BESIDE.content, reply_to=BESIDE.reply_to)
    local.send(CommandId("k"), command, C, "m").result()
    assert shown(engine).beside == Beside()
    local.note(local.waiting().result()[0], refused(Reason.NOT_OWNER, name="Sari")).result()
    other = Beside(Content(mail=Mail(cc=("c@d.example",), bcc=("e@f.example",))))
    local.save_draft(C, "reply", "lagi", beside=other).result()
    local.back_to_draft(CommandId("k")).result()
    both = Mail(subject="Perihal", cc=("a@b.example", "c@d.example"), bcc=("e@f.example",))
    assert shown(engine).beside == Beside(Content(private=True, mail=both), MessageId("answered"))


def test_what_was_sent_takes_its_files_along_where_another_text_came_in(engine: Engine, local: Local) -> None:
    share(local, theirs(1, "dari rumah"))
    local.save_draft(C, "reply", "dari rumah", (FILE,), before="dari rumah", beside=BESIDE).result()
    local.send(CommandId("k"), message("Baik", (FILE,)), C, "m").result()
    assert shown(engine) == DraftText("dari rumah", NOW)


def test_a_text_from_elsewhere_leaves_what_stands_beside(engine: Engine, local: Local) -> None:
    local.save_draft(C, "reply", "", beside=BESIDE).result()
    share(local, theirs(1, "dari rumah"))
    assert (shown(engine).text, shown(engine).beside) == ("dari rumah", BESIDE)


def test_what_is_private_does_not_come_into_the_public_composer_of_another_machine(
    engine: Engine, local: Local
) -> None:
    local.save_draft(C, "reply", "nomor Anda 0812", beside=BESIDE).result()
    assert share(local, None) == []
    assert shown(engine).text == "nomor Anda 0812"
    local.save_draft(C, "reply", "sudah kami balas", before="nomor Anda 0812").result()
    assert share(local, None) == [Offer(C, "reply", "sudah kami balas", 0)]


PRIVATE = Beside(Content(private=True))


@pytest.mark.parametrize("in_flight", [False, True], ids=["shared", "on its way"])
def test_what_was_shared_is_taken_back_when_it_becomes_private(engine: Engine, local: Local, in_flight: bool) -> None:
    local.save_draft(C, "reply", "nomor Anda").result()
    (offer,) = share(local, None)
    if not in_flight:
        local.draft_answered(offer, 1)
    local.save_draft(C, "reply", "nomor Anda", before="nomor Anda", beside=PRIVATE).result()
    if in_flight:
        assert share(local, None) == []
        local.draft_answered(offer, 1)
    (back,) = share(local, theirs(1, "nomor Anda"))
    assert back == Offer(C, "reply", "", 1)
    assert share(local, theirs(1, "nomor Anda"), fresh=True) == [back], "the connection was lost on the way"
    local.draft_answered(back, 2)
    local.save_draft(C, "reply", "nomor Anda 0812", before="nomor Anda", beside=PRIVATE).result()
    for _ in range(2):
        assert share(local, None) == []
        assert (shown(engine).text, shown(engine).beside) == ("nomor Anda 0812", PRIVATE)
    local.save_draft(C, "reply", "nomor Anda", before="nomor Anda 0812").result()
    assert share(local, None) == [Offer(C, "reply", "nomor Anda", 2)], "public again"


def test_what_became_private_and_went_is_not_gone_here(engine: Engine, local: Local) -> None:
    share(local, theirs(1, "nomor Anda"))
    local.save_draft(C, "reply", "nomor Anda", before="nomor Anda", beside=PRIVATE).result()
    share(local, theirs(1, "nomor Anda"))
    local.save_draft(C, "reply", "nomor Anda", before="nomor Anda").result()  # public again, before the answer
    share(local, None)
    assert shown(engine).text == "nomor Anda"


def test_what_was_typed_on_elsewhere_is_not_taken_back(engine: Engine, local: Local) -> None:
    share(local, theirs(1, "nomor Anda"))
    local.save_draft(C, "reply", "nomor Anda", before="nomor Anda", beside=PRIVATE).result()
    assert share(local, theirs(2, "nomor Anda, dari rumah")) == []
    assert (shown(engine).text, shown(engine).apart) == ("nomor Anda", True)


def test_what_came_from_elsewhere_into_a_private_one_stays_where_it_is_typed(engine: Engine, local: Local) -> None:
    local.save_draft(C, "reply", "", beside=PRIVATE).result()
    for version, text in ((1, "dari rumah"), (2, "dari rumah lagi")):
        assert share(local, theirs(version, text)) == []
        assert shown(engine).text == text


def test_what_was_sent_elsewhere_takes_along_what_stood_beside_it(engine: Engine, local: Local) -> None:
    share(local, theirs(1, "Baik"))
    beside = Beside(Content(mail=Mail(cc=("a@b.example",))), MessageId("answered"))
    local.save_draft(C, "reply", "Baik", before="Baik", beside=beside).result()
    share(local, None)
    assert (shown(engine).text, shown(engine).beside) == ("", Beside())
    local.save_draft(C, "reply", "", beside=beside).result()
    share(local, None)
    assert shown(engine).beside == beside, "nothing was sent: it is the next one's"


def test_a_restored_server_is_met_anew(engine: Engine, local: Local) -> None:
    share(local, theirs(9, "a"))
    local.hold_all().result()
    share(local, theirs(2, "kemarin"), fresh=True)
    assert (shown(engine).text, shown(engine).apart) == ("a", True)


def test_drafts_of_the_first_form_are_there_after_the_upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as first:
        first.setattr(migrations, "STEPS", migrations.STEPS[:1])
        engine = Engine(tmp_path, KEY, lambda: NOW)

        def old(connection: Connection) -> None:
            connection.execute("INSERT INTO drafts VALUES ('c', 'reply', 'Baik', 1)")

        engine.local.submit(old).result()
        engine.close()
    engine = Engine(tmp_path, KEY, lambda: NOW)
    assert (shown(engine).text, shown(engine).files) == ("Baik", ())
    assert share(Local(engine, lambda: NOW), None) == [Offer(C, "reply", "Baik", 0)]
    engine.close()
