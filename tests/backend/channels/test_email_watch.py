"""A mailbox whose server refuses, renumbers or dates mails oddly: none is lost, none comes twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from backend import clock
from backend.channels.base import AccountView, ProviderFault
from backend.channels.email.imap import News, Watch
from backend.channels.email.loops import LoopBreakers
from backend.channels.email.mailbox import mailbox_of
from backend.channels.email.parsing import NOTHING
from backend.channels.email.reading import NOBODY, events_of
from omnix_protocol.ids import ChannelAccountId, TenantId, new_id
from omnix_protocol.messages import ReceiveMessage
from tests.support.imap_server import CAME, ImapServer, imap_server
from tests.support.mail_servers import OURS, PASSWORD, mail_servers
from tests.support.waiting import wait_until

HEAD = b"From: budi@x.example\r\nSubject: "


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with imap_server() as running:
        yield running


def account_at(port: int) -> AccountView:
    settings = {
        "address": f"cs@{OURS}", "imap_host": "127.0.0.1", "imap_port": str(port), "imap_security": "none",
        "smtp_host": "127.0.0.1",
    }  # fmt: skip
    return AccountView(TenantId(new_id()), ChannelAccountId(new_id()), "email", settings, {"password": PASSWORD})


@contextmanager
def watching(port: int) -> Iterator[Watch]:
    watch = Watch(mailbox_of(account_at(port)), "")
    watch.open()
    try:
        yield watch
    finally:
        watch.end()
        watch.close()


def news(server: ImapServer, cursor: str) -> News:
    """What a new connection finds."""
    with watching(server.port) as watch:
        return watch.news(cursor)


def raws(found: News) -> list[bytes]:
    return [mail.raw for mail in found.mails]


@pytest.mark.parametrize("answer", ["NO [SERVERBUG] broken mail", "BAD broken mail"])
def test_a_mail_that_is_refused_is_asked_for_again_and_nothing_overtakes_it(server: ImapServer, answer: str) -> None:
    begun = news(server, "").cursor
    for uid in (1, 2, 3):
        server.put(uid, HEAD + str(uid).encode())
    server.refused[2] = answer
    first = news(server, begun)
    assert raws(first) == [HEAD + b"1"]
    with pytest.raises(ProviderFault, match=r"does not give mail 2 of INBOX.*broken mail") as fault:
        news(server, first.cursor)
    assert not fault.value.lasting, "it is tried again"
    server.refused.clear()
    assert raws(news(server, first.cursor)) == [HEAD + b"2", HEAD + b"3"]


def test_a_mail_that_was_deleted_meanwhile_holds_up_nothing(server: ImapServer) -> None:
    begun = news(server, "").cursor
    server.put(1, HEAD + b"1")
    server.put(2, HEAD + b"2")
    server.gone.add(1)
    assert raws(news(server, begun)) == [HEAD + b"2"]


@pytest.mark.parametrize(
    ("raw", "written", "read"),
    [
        (b"", b'""', b""), (b"", b"NIL", b""), (b"", b"{0}\r\n", b""),
        (HEAD, b'"Subject: \\"x\\" \\\\o/"', b'Subject: "x" \\o/'),
    ],
)  # fmt: skip
def test_a_mail_that_is_empty_or_short_holds_up_nothing_however_it_is_written(
    server: ImapServer, raw: bytes, written: bytes, read: bytes
) -> None:
    begun = news(server, "").cursor
    server.put(1, raw)
    server.put(2, HEAD + b"2")
    server.written[1] = written
    found = news(server, begun)
    assert raws(found) == [read, HEAD + b"2"]
    assert raws(news(server, found.cursor)) == []


def test_an_empty_mail_of_dovecots_is_something_to_be_read_and_holds_up_nothing() -> None:
    with mail_servers((f"cs@{OURS}",)) as servers, watching(servers.imap) as watch:
        begun = watch.news("").cursor
        servers.lay("cs", b"")
        servers.lay("cs", HEAD + b"2\n\nnext")
        wait_until(lambda: len(watch.news(begun).mails) == 2, "Dovecot has seen both")
        found = watch.news(begun)
        assert watch.news(found.cursor).mails == ()
    commands = [it for raw in raws(found) for _, it in events_of(account_at(0), f"cs@{OURS}", raw)]
    told = [(it.sender.address, it.text) for it in commands if isinstance(it, ReceiveMessage)]
    assert told == [(NOBODY, NOTHING), ("budi@x.example", "next")]


def test_a_mail_that_has_a_size_and_is_given_as_none_is_asked_for_again(server: ImapServer) -> None:
    begun = news(server, "").cursor
    server.put(1, HEAD)
    server.written[1] = b"NIL"
    with pytest.raises(ProviderFault, match="does not give mail 1 of INBOX"):
        news(server, begun)
    server.written.clear()
    assert raws(news(server, begun)) == [HEAD]


def test_a_server_that_numbers_all_anew_is_asked_for_what_came_since_the_last_look(server: ImapServer) -> None:
    begun = news(server, "").cursor
    now = clock.now()
    server.put(1, HEAD + b"known", now)
    known = news(server, begun).cursor
    server.validity = 2
    server.mails.clear()
    server.put(1, HEAD + b"years ago", CAME)
    server.put(2, HEAD + b"known", now)
    server.put(3, HEAD + b"new", now)
    found = news(server, known)
    assert raws(found) == [HEAD + b"known", HEAD + b"new"]
    assert raws(news(server, found.cursor)) == []


def test_a_mailbox_that_is_numbered_anew_and_has_only_old_mail_begins_where_it_stands(server: ImapServer) -> None:
    known = news(server, "").cursor
    server.validity = 2
    server.put(5, HEAD + b"years ago", CAME)
    found = news(server, known)
    server.put(6, HEAD + b"new")
    assert (raws(found), raws(news(server, found.cursor))) == ([], [HEAD + b"new"])


def test_a_cursor_of_before_there_were_days_in_it_still_holds(server: ImapServer) -> None:
    server.put(1, HEAD + b"known")
    server.put(2, HEAD + b"new")
    assert raws(news(server, "1:1")) == [HEAD + b"new"]


def test_a_mail_came_when_the_server_says_so(server: ImapServer) -> None:
    begun = news(server, "").cursor
    server.put(1, b"Date: Mon, 1 Jan 2001 00:00:00 +0000\r\n\r\nx", CAME)
    (mail,) = news(server, begun).mails
    assert mail.at == CAME


def test_mails_of_a_day_that_are_fetched_at_once_are_no_loop_and_those_of_an_hour_are() -> None:
    breakers = LoopBreakers()
    spread = [breakers.is_loop("cs@x", "budi@x", CAME + timedelta(hours=2 * n), 3) for n in range(10)]
    assert not any(spread)
    dense = [breakers.is_loop("cs@x", "Ani@x", CAME + timedelta(minutes=n), 3) for n in range(5)]
    assert dense == [False, False, False, True, True]
