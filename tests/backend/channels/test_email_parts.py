"""What a mail is read as, shown as and answered with, part by part."""

import asyncio
import email
import io
import re
from collections.abc import AsyncIterator
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.base import AccountView
from backend.channels.email import Email
from backend.channels.email.bounces import bounces_in
from backend.channels.email.composing import Enclosed, Letter, Unsendable, composed
from backend.channels.email.folding import folded
from backend.channels.email.headers import Address
from backend.channels.email.html import safe_html, text_of
from backend.channels.email.mailbox import mailbox_of, own_address
from backend.channels.email.mime import tree
from backend.channels.email.parsing import read_mail
from backend.channels.email.reading import HTML, shown_html
from backend.channels.email.threads import normal_subject, own_message_id, thread_key
from backend.files.sniffing import nature
from omnix_protocol.ids import ChannelAccountId, TenantId, new_id

CS = "cs@toko.example"
MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
EITHER = MIXED.replace(b"mixed", b"alternative")
HEAD = b"From: Budi <budi@x.example>\r\nTo: cs@toko.example\r\n"


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ('<img src="https://x.example/a.png" onerror=x()>', '<img data-remote-src="https://x.example/a.png">'),
        ("<img src=//x.example/a.png>", '<img data-remote-src="https://x.example/a.png">'),
        ('<img src="cid:a@b">', '<img src="cid:a@b">'),
        ("<p style='color:red;position:fixed;background:url(//x)'>a</p>", '<p style="color:red">a</p>'),
        ("<p style='margin:-9px;padding:4px 5%'>a</p>", '<p style="padding:4px 5%">a</p>'),
        ("<p style='background-color:rgb(1, 2, 3)'>a</p>", '<p style="background-color:rgb(1, 2, 3)">a</p>'),
        ("<div class='gmail_quote x' id=y>a</div>", '<div class="gmail_quote">a</div>'),
        ("<form action=x><p>a<input name=q></form>", "<p>a</p>"),
        ("a<!-- b --><![if !mso]>c<![endif]><o:p>d</o:p>", "a  c d"),
        ("3 < 4 && 5 > 4", "3 &lt; 4 &amp;&amp; 5 &gt; 4"),
        ('<a href="javascript:x()">a</a>', '<a rel="noopener noreferrer nofollow">a</a>'),
    ],
)
def test_html_keeps_how_it_looks_and_loses_what_it_does(html: str, safe: str) -> None:
    assert safe_html(html) == safe


@pytest.mark.parametrize(
    ("said", "leads", "shown"),
    [
        ("www.bank.example", "https://evil.example/login", " [evil.example]"),
        ("https://bank.example/", "https://bank.example.evil.example/", " [bank.example.evil.example]"),
        ("bank.example", "https://www.bank.example/x", ""),
        ("Click here", "https://evil.example/", ""),
    ],
)
def test_a_link_says_where_it_leads_where_its_words_say_another_place(said: str, leads: str, shown: str) -> None:
    assert safe_html(f'<a title="hidden" href="{leads}">{said}</a>') == (
        f'<a href="{leads}" rel="noopener noreferrer nofollow" title="{leads}">{said}</a>{shown}'
    )


def test_html_is_read_aloud_with_its_lines_lists_tables_quotations_and_links() -> None:
    html = (
        "<p>Halo,<br>ini <b>penting</b></p><ul><li>satu<li>dua</ul><table><tr><td>a<td>b<tr><td>c</table>"
        '<p><a href="https://x.example/p">sini</a> <a href="mailto:a@x.example">a@x.example</a></p>'
        "<blockquote>lama<blockquote>lebih lama</blockquote></blockquote>"
    )
    assert text_of(safe_html(html)) == (
        "Halo,\nini penting\n\n• satu\n• dua\na  b\nc\nsini <https://x.example/p> a@x.example\n\n> lama\n> > lebih lama"
    )


def test_an_ordinary_newsletter_is_not_taken_for_an_attack() -> None:
    row = '<tr><td style="padding:4px"><p><b>Nama</b> <a href="https://x.example/">x</a><font color=red>y</font></tr>'
    shown = safe_html(f"<table>{row * 3000}</table>")
    assert shown.count("<b>Nama</b>") == shown.count('<font color="red">') == 3000


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Baik\n\nPada Sen, 1 Mar 2026 pukul 10.00 CS <cs@x.y> menulis:\n> lama", ("Baik", "> lama", "")),
        ("Ok\n\nOn Mon, Mar 1, 2026 at 10:00 CS\n<cs@x.y> wrote:\n> lama\n> lagi", ("Ok", "> lagi", "")),
        ("Ok\n-- \nBudi\n0812", ("Ok", "", "-- \nBudi\n0812")),
        ("Ok\nDikirim dari iPhone saya", ("Ok", "", "Dikirim dari iPhone saya")),
        ("Ok\n\n-----Pesan Asli-----\nDari: CS\nisi", ("Ok", "Dari: CS\nisi", "")),
        ("Ok\n\nFrom: CS <cs@x.y>\nSent: Monday\nTo: Budi\n\nisi", ("Ok", "Sent: Monday", "")),
        ("> pertanyaan\nJawaban di bawah", ("> pertanyaan\nJawaban di bawah", "", "")),
        ("> hanya kutipan", ("> hanya kutipan", "", "")),
        ("On time it came, he wrote.\nThanks", ("On time it came, he wrote.\nThanks", "", "")),
        ("From: here it goes\nand on", ("From: here it goes\nand on", "", "")),
    ],
)
def test_what_is_said_now_is_told_from_what_is_quoted_and_signed(text: str, parts: tuple[str, str, str]) -> None:
    found = folded(text)
    assert found.said == parts[0]
    assert parts[1] in found.quoted
    assert bool(found.quoted) == bool(parts[1])
    assert found.signature == parts[2]


@given(st.text(alphabet="> ab\n-:<@.", max_size=200))
def test_folding_loses_nothing(text: str) -> None:
    found = folded(text)
    kept = "".join(f"{found.said}{found.signature}{found.quoted}".split())
    assert kept == "".join(text.split())
    assert found.said or not text.strip()


def test_the_html_of_a_folded_text_holds_all_of_it() -> None:
    html = shown_html(read_mail(HEAD + b"\r\nBaik <b>\r\n\r\nPada 1 Mar CS <cs@x.y> menulis:\r\n> lama\r\n"))
    assert "<pre>Baik &lt;b&gt;</pre>" in html
    assert "&gt; lama" in html
    assert shown_html(read_mail(HEAD + b"\r\nBaik")) == ""


@pytest.mark.parametrize(
    "subject",
    ["Tagihan", "Re: Tagihan", "RE : tagihan", "Bls: Balas: Tagihan", "Fwd: Re[2]: TAGIHAN", "AW: TR: Tagihan",
     "[toko] Re: Tagihan", "转发\uff1aTagihan", "Re:Re:re: Tagihan"],
)  # fmt: skip
def test_a_subject_is_the_same_whatever_programs_put_before_it(subject: str) -> None:
    assert normal_subject(subject).casefold() == "tagihan"


@pytest.mark.parametrize("subject", ["Re", "Reply needed", "Ada: apa", "Fwdx: a"])
def test_what_only_looks_like_a_prefix_stays(subject: str) -> None:
    assert normal_subject(subject) == subject


def test_the_mail_of_ours_that_is_answered_names_the_thread_before_all_else() -> None:
    ours = own_message_id(new_id(), 1, "0123456789abcdef", "toko.example")
    assert thread_key("<a@b>", (ours,), (), "Lain") == "0123456789abcdef"
    assert thread_key("<a@b>", (), ("<x@y>", ours), "Lain") == "0123456789abcdef"
    assert thread_key("<a@b>", ("<x@y>",), (), "Re: Halo Toko") == thread_key("<c@d>", (), (), "halo toko")
    assert thread_key("<a@b>", ("<x@y>",), ("<x@y>",), "") == thread_key("<x@y>", (), (), "")


@pytest.mark.parametrize(
    ("headers", "shown_as", "quiet", "answerable"),
    [
        (b"Subject: Halo", "", False, True),
        (b"Auto-Submitted: no", "", False, True),
        (b"Auto-Submitted: auto-generated", "auto_reply", True, False),
        (b"Auto-Submitted: auto-replied; owner-email=x", "auto_reply", True, False),
        (b"Precedence: auto_reply", "auto_reply", True, False),
        (b"X-Autoreply: yes", "auto_reply", True, False),
        (b"Subject: Balasan otomatis: Halo", "auto_reply", True, False),
        (b"Precedence: bulk", "", False, False),
        (b"List-Id: <news.x.example>", "", False, False),
        (b"X-Auto-Response-Suppress: All", "", False, False),
        (b"Return-Path: <>", "", False, False),
        (b"X-Omnix-Sent-By: cs@toko.example", "loop", True, False),
        (b"X-Omnix-Sent-By: cs@other.example", "", False, True),
        (b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "bounce", True, False),
    ],
)
def test_what_no_person_wrote_is_known_by_its_headers(
    headers: bytes, shown_as: str, quiet: bool, answerable: bool
) -> None:
    signs = read_mail(HEAD + headers + b"\r\n\r\nx", CS).signs
    assert (signs.shown_as, signs.quiet, signs.answerable) == (shown_as, quiet, answerable)


def test_nobody_reads_what_is_answered_to_noreply() -> None:
    signs = read_mail(b"From: no-reply@x.example\r\n\r\nx", CS).signs
    assert (signs.quiet, signs.answerable) == (False, False)


def _report(status: bytes, original: bytes) -> bytes:
    return (
        b"From: MAILER-DAEMON@x.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"
        b"\r\n--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        + status + b"\r\n--b\r\n" + original + b"\r\n--b--\r\n"
    )  # fmt: skip


def test_a_delivery_report_names_the_mail_the_recipient_the_code_and_the_words() -> None:
    message_id = new_id()
    ours = own_message_id(message_id, 3, "", "toko.example")
    status = (
        b"Reporting-MTA: dns; mx.x.example\r\n\r\n"
        b"Final-Recipient: rfc822; budi@x.example\r\nAction: failed\r\nStatus: 5.2.2\r\n"
        b"Diagnostic-Code: smtp; 552 5.2.2 Mailbox\r\n full\r\n\r\n"
        b"Final-Recipient: rfc822; ani@x.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n"
    )  # fmt: skip
    for original in (
        b"Content-Type: text/rfc822-headers\r\n\r\nSubject: x\r\nMessage-ID:\r\n " + ours.encode(),
        b"Content-Type: message/rfc822\r\n\r\nMessage-ID: " + ours.encode() + b"\r\n\r\nbody",
        b"Content-Type: text/plain\r\n\r\nid=" + ours.encode(),
    ):
        failed, delayed = bounces_in(tree(_report(status, original)).root)
        assert failed.ours == (message_id, 3)
        assert (failed.failed, failed.code, failed.recipient) == (True, "5.2.2", "budi@x.example")
        assert failed.said == "budi@x.example 5.2.2 552 5.2.2 Mailbox full"
        assert (delayed.failed, delayed.code) == (False, "4.4.1")


def test_a_bounce_in_words_is_read_where_it_quotes_a_mail_of_ours() -> None:
    ours = own_message_id(new_id(), 1, "", "toko.example")
    said = b"From: MAILER-DAEMON@x.example\r\nX-Failed-Recipients: budi@x.example\r\n\r\n<budi@x.example>:\r\n"
    said += b"550 5.1.1 no such user here\r\n\r\n--- copy ---\r\nMessage-Id: " + ours.encode()
    (bounce,) = bounces_in(tree(said).root)
    assert bounce.ours is not None
    assert (bounce.recipient, bounce.code, bounce.failed) == ("budi@x.example", "5.1.1", True)
    assert bounces_in(tree(HEAD + b"\r\n550 5.1.1 no such user").root) == ()


def account(**settings: str) -> AccountView:
    known = {"address": CS, "imap_host": "imap.toko.example", "smtp_host": "smtp.toko.example"} | settings
    return AccountView(TenantId(new_id()), ChannelAccountId(new_id()), "email", known, {"password": "rahasia-sekali"})


def letter(**changes: object) -> Letter:
    fields: dict[str, object] = {
        "sender": Address(CS, "Toko Kita"),
        "to": (Address("budi@x.example"),),
        "message_id": own_message_id("0" * 8 + "-0000-7000-8000-" + "0" * 12, 1, "", "toko.example"),
        "text": "Halo",
    }
    return Letter(**(fields | changes))  # type: ignore[arg-type]


def test_a_letter_with_files_is_read_as_written() -> None:
    picture = Enclosed("logo.png", "image/png", b"\x89PNG")
    paper = Enclosed("../a\r\nb.pdf", "application/pdf", b"%PDF")
    found = read_mail(composed(letter(text="Halo <b>x</b>", enclosed=(picture, paper))))
    assert (found.text, found.html) == ("Halo <b>x</b>", "")
    assert [(file.name, file.size) for file in found.files] == [("logo.png", 4), ("_a b.pdf", 4)]


hostile_text = st.text(alphabet=st.characters(codec=None), max_size=60) | st.sampled_from(
    [
        "x\r\nBcc: evil@x.y",
        "x\nSubject: y",
        "\0",
        "\ud800",
        "=?utf-8?q?=0D=0ABcc:_a@b.c?=",
        "a\u2028b",
        "x" * 2000,
        ",;<>\"'()",
    ]
)


@given(subject=hostile_text, name=hostile_text, file=hostile_text, text=hostile_text)
def test_nothing_that_anybody_wrote_becomes_a_header(subject: str, name: str, file: str, text: str) -> None:
    enclosed = (Enclosed(file, "text/html\r\nX: y", b"x"),)
    content = composed(letter(subject=subject, sender=Address(CS, name), text=text, enclosed=enclosed))
    assert content.isascii()
    assert all(len(row) <= 998 and b"\n" not in row and b"\r" not in row for row in content.split(b"\r\n"))
    read = email.message_from_bytes(content, policy=default)
    allowed = {"From", "To", "Subject", "Message-ID", "X-Omnix-Sent-By", "MIME-Version", "Content-Type"}
    assert set(read.keys()) <= allowed
    assert len(read.keys()) == len(set(read.keys()))
    assert isinstance(read, EmailMessage)
    assert [person.addr_spec for person in read["From"].addresses] == [CS]


@pytest.mark.parametrize(
    "address", ["", "budi", "a@b\r\nRCPT TO:<evil@x.y>", "a b@x.y", "<a@x.y>, c@x.y", "a@", '"a b"@x.y']
)
def test_what_is_no_address_is_not_written_to(address: str) -> None:
    with pytest.raises(Unsendable, match=re.escape("is no mail address")):
        composed(letter(to=(Address(address),)))


def test_a_domain_of_other_letters_is_written_and_spoken_of_in_ascii() -> None:
    view = account(address="CS@toko-kopi-ü.example")
    mailbox = mailbox_of(view)
    answer = letter(
        sender=mailbox.sender,
        to=(Address("Budi@bücher.example"),),
        bcc=(Address("budi@xn--bcher-kva.example"), Address("Budi@BÜCHER.example")),
        message_id=own_message_id(new_id(), 1, "", mailbox.domain),
    )
    assert answer.recipients == ["Budi@xn--bcher-kva.example", "budi@xn--bcher-kva.example"]
    mail = composed(answer)
    assert mail.isascii()
    assert b"Message-ID: <omnix." in mail
    assert read_mail(mail, own_address(view)).signs.looped, "it is known where it comes back"


async def _whole(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


def test_a_mails_html_is_a_page_whatever_words_it_begins_with() -> None:
    raw = HEAD + b"Content-Type: text/html\r\n\r\n#!/bin/sh <b>is how a script begins</b>"
    part = Email().part(account(), raw, HTML)
    content = asyncio.run(_whole(part.chunks))
    found = nature(io.BytesIO(content), part.media_type, part.name)
    assert (found.media_type, found.program, found.mismatch) == ("text/html", "", False)
    assert b"#!/bin/sh" in content


@pytest.mark.parametrize(
    ("named", "shown"),
    [("../a/b.pdf", "b.pdf"), ("=?utf-8?q?tagihan=E2=80=AEfdp.exe?=", "tagihanfdp.exe"), ("", "file-1")],
)
def test_a_files_name_is_a_name(named: str, shown: str) -> None:
    raw = (
        HEAD + f'Content-Type: application/x-a\r\nContent-Disposition: attachment; filename="{named}"\r\n\r\nx'.encode()
    )
    assert [file.name for file in read_mail(raw).files] == [shown]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Content-Type: text/plain; charset=us-ascii\r\n\r\ncaf\xc3\xa9", "café"),
        (b"Content-Type: text/plain; charset=utf-8\r\n\r\ncaf\xe9", "café"),
        (b"Content-Type: text/plain; charset=x-unknown\r\n\r\ncaf\xe9", "café"),
        (b"Content-Type: text/plain; charset=utf-16\r\n\r\ncafe", "cafe"),
        (b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$B$3$s\x1b(B", "こん"),
        (b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nSGFsbw", "Halo"),
        (b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nHal=6F=\r\n!", "Halo!"),
        (b"Content-Type: text/html\r\n\r\n<p>Halo<script>x</script>", "Halo"),
        (b"Content-Type: image/png; name=foto.png\r\n\r\nx", "[foto.png]"),
        (MIXED + b"--b\r\n\r\nsatu\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>dua", "satu\n\ndua"),
        (EITHER + b"--b\r\n\r\nHalo\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Hi", "Halo"),
        (b"\r\nlihat\r\nbegin 644 n.txt\r\n%2&%L;PH \r\n`\r\nend\r\n", "lihat"),
        (b"", "This mail has no text."),
    ],
)  # fmt: skip
def test_a_text_is_read_whatever_it_claims_to_be(raw: bytes, text: str) -> None:
    assert read_mail(HEAD + raw).text == text


@pytest.mark.parametrize(
    ("header", "name", "address"),
    [
        (b"Budi <Budi@X.Example>", "Budi", "Budi@x.example"),
        (b"=?utf-8?q?Caf=C3=A9=2C_Budi?= <b@x.example>", "Café, Budi", "b@x.example"),
        (b"\"Budi, S.\" <b@x.example>, ani@x.example", "Budi, S.", "b@x.example"),
        (b"Caf\xc3\xa9 <b@x.example>", "Café", "b@x.example"),
        ("\u202egnp.Budi <b@x.example>".encode(), "gnp.Budi", "b@x.example"),
        (b"<b@x.example", "", "b@x.example"),
        (b"nobody", "", ""),
    ],
)  # fmt: skip
def test_who_wrote_is_read_as_far_as_it_can_be(header: bytes, name: str, address: str) -> None:
    sender = read_mail(b"From: " + header + b"\r\n\r\nx").sender
    assert (sender.name, sender.address) == (name, address)
