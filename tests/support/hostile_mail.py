"""Mail that is broken or means harm: made the same each time, each with a name; and the library's own test cases."""

import base64
import io
import random
import zipfile
from collections.abc import Iterator
from importlib import resources

from tests.support.hostile_html import attempts

HEAD = b"From: Budi <budi@example.com>\r\nTo: cs@toko.example\r\nSubject: Halo\r\nMessage-ID: <m@example.com>\r\n"
_CHARSETS = (
    "utf-8", "us-ascii", "iso-8859-1", "utf-16", "utf-32",
    "utf-7", "gb2312", "shift_jis", "iso-2022-jp", "koi8-r", "hz",
    "big5", "windows-1252", "tis-620", "idna", "punycode",
    "unicode_escape", "zip", "hex", "rot13", "undefined", "x-user-defined",
    "utf-8\0", "\"", "../../etc/passwd", "a" * 5000, "utf-8; x=y", "cp65001", "binary", "none", "ebcdic-cp-us", "mbcs",
)  # fmt: skip
_TEXTS = (
    b"Halo \xc3\xa9",
    b"Halo \xe9\xff",
    b"\xff\xfeH\0a\0",
    b"\xef\xbb\xbfHalo",
    b"\xed\xa0\x80",
    b"H\0a\0l\0o\0",
    b"\x1b$B!!",
)


def hostile_mails() -> Iterator[tuple[str, bytes]]:
    """Name and bytes; more than three hundred."""
    for family in (_library, _html, _charsets, _headers, _structures, _encodings, _files, _mutations, _cuts, _noise):
        for number, raw in enumerate(family()):
            yield f"{family.__name__.strip('_')}-{number:03}", raw


def _library() -> Iterator[bytes]:
    """CPython's own cases."""
    folder = resources.files("test.test_email.data")
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".txt"):
            yield file.read_bytes()


def _html() -> Iterator[bytes]:
    for html in attempts():
        yield HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode("utf-8", "surrogatepass")


def _charsets() -> Iterator[bytes]:
    for charset in _CHARSETS:
        for text in _TEXTS[:3]:
            kind = f'Content-Type: text/plain; charset="{charset}"\r\n\r\n'.encode()
            yield HEAD + kind + text
        yield (
            b"From: =?"
            + charset.encode()
            + b"?q?B=FFd?= <b@example.com>\r\nSubject: =?"
            + charset.encode()
            + b"?b?/////w==?=\r\n\r\nx"
        )
    for text in _TEXTS:
        yield HEAD + b"Content-Type: text/plain\r\n\r\n" + text
        yield HEAD + b"Content-Type: text/html; charset=utf-16\r\n\r\n<p>" + text + b"<script>pwned()</script>"


def _headers() -> Iterator[bytes]:
    yield b""
    yield b"\r\n\r\n"
    yield b"\0" * 1000
    yield b"From: " + b"a" * 2_000_000 + b"\r\n\r\nx"
    yield b"Subject: " + b"=?utf-8?q?" * 20_000 + b"\r\nFrom: a@b.c\r\n\r\nx"
    yield b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\r\nFrom: a@b.c\r\n\r\nx"
    yield b"From: " + b"(" * 50_000 + b"a@b.c\r\n\r\nx"
    yield b"From: " + b'"' * 50_001 + b"a@b.c\r\n\r\nx"
    yield b"To: " + b"a@b.c, " * 50_000 + b"\r\nFrom: a@b.c\r\n\r\nx"
    yield b"From: " + b"<" * 20_000 + b"a@b.c" + b">" * 20_000 + b"\r\n\r\nx"
    yield b"From: a@b.c\r\n" + b"X-H: y\r\n" * 50_000 + b"\r\nx"
    yield b"From: a@b.c\r\nSubject: x\r\n" + b" folded\r\n" * 50_000 + b"\r\nx"
    yield b"From: a@b.c\r\nReferences: " + b"<r@x> " * 50_000 + b"\r\n\r\nx"
    yield b"From: a@b.c\r\nReferences: " + b"<" * 100_000 + b"\r\n\r\nx"
    yield b"From: a@b.c\r\nContent-Type: text/plain" + b'; a="b' * 20_000 + b"\r\n\r\nx"
    yield b"From: a@b.c\r\nContent-Type: text/plain" + b"; x*99999999999=y" * 500 + b"\r\n\r\nx"
    yield b"From: a@b.c\r\nContent-Disposition: attachment; filename*=bogus''%FF%FE%\r\n\r\nx"
    yield b"From: a@b.c\r\nContent-Type: \xff\xfe/\xff\r\n\r\nx"
    yield b"From: a@b.c\r\nContent-Type:\r\n\r\nx"
    yield b"From: a@b.c\r\nContent-Type: text/plain; charset\r\n\r\nx"
    for date in (
        b"yesterday",
        b"Thu, 99 Foo 99999999999 99:99:99 +9999",
        b"1 Jan 0001 00:00:00 -2359",
        b"\xff",
        b"-1",
        b"1 Jan 2026 0:0:0 +99999999999",
    ):
        yield b"From: a@b.c\r\nDate: " + date + b"\r\n\r\nx"
    for sender in (
        b"", b"<>", b"nobody", b"@", b"a@", b"@b.c", b"a@b@c",
        b"\xf0\x9f\x98\x80@b.c", b"a@[127.0.0.1]", b"a b@c d", b"undisclosed:;",
        b"a@" + b"b." * 400 + b"c", b"=?utf-8?q?a=40b.c?=",
        b"\"a@b.c\" <evil@x.y>", b"a@b.c\0", b"a\xe2\x80\xae@b.c", b"group: a@b.c;",
    ):  # fmt: skip
        yield (
            b"From: "
            + sender
            + b"\r\nTo: "
            + sender
            + b"\r\nReply-To: "
            + sender
            + b"\r\nMessage-ID: "
            + sender
            + b"\r\n\r\nx"
        )
    yield b"No colon here\r\nFrom: a@b.c\r\n\r\nx"
    yield b"From a@b.c Thu Jan 1\r\nFrom: a@b.c\r\n\r\nx"
    yield b"From: a@b.c\rSubject: y\r\rold line ends"
    yield b"From: a@b.c\r\r\nSubject: y\r\r\n\r\r\nodd line ends"
    kinds = b"Content-Type: text/html\r\nContent-Type: text/plain\r\n"
    yield b"From: a@b.c\r\nFrom: d@e.f\r\nSubject: x\r\nSubject: y\r\n" + kinds + b"\r\n<b>x"
    yield HEAD.replace(b"Halo", b"Halo\xff\xfe\xed\xa0\x80\x00") + b"\r\nx"


def _structures() -> Iterator[bytes]:
    def multipart(boundary: bytes, kind: bytes = b"mixed") -> bytes:
        return b"Content-Type: multipart/" + kind + b"; boundary=" + boundary + b"\r\n\r\n"

    for depth in (10, 30, 100, 1000):
        nested = b"".join(multipart(b"b%d" % n) + b"--b%d\r\n" % n for n in range(depth))
        yield HEAD + nested + b"\r\ninnermost"
        yield HEAD + b"".join(multipart(b"same") + b"--same\r\n" for _ in range(depth)) + b"\r\ninnermost"
        yield HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"From: x@y.z\r\n\r\ninnermost"
    for count in (600, 20_000):
        yield HEAD + multipart(b"b") + b"--b\r\n\r\npart\r\n" * count + b"--b--\r\n"
        yield HEAD + multipart(b"b", b"alternative") + b"--b\r\nContent-Type: text/html\r\n\r\n<b>x\r\n" * count
        yield HEAD + multipart(b"b") + b"--b\r\n" * count
    yield HEAD + multipart(b'""') + b"--\r\n\r\nx\r\n----\r\n"
    yield HEAD + b"Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx"
    yield HEAD + multipart(b"b") + b"only a preamble"
    yield HEAD + multipart(b"b") + b"--b--\r\nonly an epilogue"
    yield HEAD + multipart(b"b") + b"--b\r\n\r\nnever closed"
    yield HEAD + multipart(b"b" * 5000) + b"--" + b"b" * 5000 + b"\r\n\r\nx"
    yield HEAD + multipart(b'".*+?[](){}|^$"') + b"--.*+?[](){}|^$\r\n\r\nx\r\n"
    yield HEAD + multipart(b"\xff\xfe") + b"--\xff\xfe\r\n\r\nx\r\n"
    yield HEAD + b"Content-Type: multipart/mixed; boundary*0=a; boundary*1=b\r\n\r\n--ab\r\n\r\nx\r\n--ab--"
    yield HEAD + b"Content-Transfer-Encoding: base64\r\n" + multipart(b"b") + base64.b64encode(b"--b\r\n\r\nx\r\n--b--")
    yield (
        HEAD
        + multipart(b"b", b"report")
        + b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        + b"Action: failed\r\n\r\n" * 5000
    )
    yield (
        HEAD
        + multipart(b"b", b"related; type=text/html")
        + b"--b\r\nContent-Type: image/png\r\nContent-ID: <x>\r\n\r\npng\r\n--b--"
    )
    yield HEAD + b"Content-Type: message/partial; id=x; number=1; total=2\r\n\r\nFrom: half@y.z\r\n\r\nhalf"
    yield HEAD + b"Content-Type: message/external-body; access-type=local-file; name=/etc/passwd\r\n\r\nx"
    yield HEAD + b"Content-Type: application/x-multipart\r\n\r\nx"
    yield HEAD + multipart(b"b") + (b"--b\r\n" + multipart(b"c") + b"--c\r\n\r\nx\r\n--b\r\n\r\ny\r\n--c--\r\n--b--")


def _encodings() -> Iterator[bytes]:
    for encoding in (
        b"base64",
        b"quoted-printable",
        b"x-uuencode",
        b"8bit",
        b"binary",
        b"7bit",
        b"x-yenc",
        b"",
        b"\xff",
        b"base64, base64",
    ):
        for body in (
            b"SGFsbw",
            b"SGF=sbw==",
            b"====",
            b"=E9=",
            b"=ZZ=\r\n=",
            b"begin 644 a\nM\n",
            b"\xff\xfe\0",
            b"A" * 100_001,
        ):
            yield HEAD + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + body


def _files() -> Iterator[bytes]:
    def enclosing(name: bytes, kind: bytes, content: bytes) -> bytes:
        return (
            HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee the file\r\n--b\r\n"
            + b"Content-Type: " + kind + b"\r\nContent-Disposition: attachment; filename=\"" + name + b"\"\r\n"
            + b"Content-Transfer-Encoding: base64\r\n\r\n"
            + base64.encodebytes(content) + b"--b--\r\n"
        )  # fmt: skip

    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("zeros", b"\0" * 20_000_000)
    yield enclosing(b"bomb.zip", b"application/zip", bomb.getvalue())
    yield enclosing(b"winmail.dat", b"application/ms-tnef", b"\x78\x9f\x3e\x22" + b"\0" * 100)
    for name in (
        b"../../../etc/passwd", b"C:\\Windows\\x.exe", b"x.pdf\0.exe",
        b"x\xe2\x80\xaefdp.exe", b"", b".", b"..", b"CON", b"a" * 5000 + b".pdf",
        b"=?utf-8?q?=2E=2E=2Fx?=", b"\xff\xfe.pdf", b"<script>.html", b"x.pdf .", b"\t\r\n x", b"a/b/c", b"a%00b%2Fc",
    ):  # fmt: skip
        yield enclosing(name, b"application/octet-stream", b"x")
    for kind in (
        b"text/html",
        b"image/svg+xml",
        b"application/x-msdownload",
        b"text/plain",
        b"message/rfc822",
        b"\xff",
        b"x",
        b"multipart/mixed",
    ):
        yield enclosing(b"file", kind, b"<script>pwned()</script>")
    uu = b"begin 644 notes.txt\r\n%2&%L;PH \r\n`\r\nend\r\n"
    yield HEAD + b"\r\nsee below\r\n" + uu + b"bye"
    yield HEAD + b"\r\n" + uu * 500
    yield HEAD + b"\r\nbegin 644 x\r\n" * 20_000
    yield HEAD + b"\r\nbegin 644 x\r\nM" + b"\xff" * 200 + b"\r\nend\r\n"
    yield HEAD + b"\r\nbegin 644 ../../x\r\n%2&%L;PH \r\nnever ends"
    yield enclosing(b"x.pdf", b"application/pdf", b"x" * 3_000_000)


def _ordinary() -> bytes:
    return (
        HEAD + b"MIME-Version: 1.0\r\nIn-Reply-To: <a@b>\r\nReferences: <a@b> <c@d>\r\n"
        b"Content-Type: multipart/mixed; boundary=\"o\"\r\n\r\n--o\r\n"
        b"Content-Type: multipart/alternative; boundary=\"i\"\r\n\r\n--i\r\nContent-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\nHalo =C3=A9\r\n--i\r\nContent-Type: text/html\r\n\r\n"
        b"<p onclick=pwned()>Halo <img src=x onerror=pwned()></p>\r\n--i--\r\n--o\r\n"
        b"Content-Type: image/png; name=a.png\r\n"
        b"Content-Transfer-Encoding: base64\r\nContent-ID: <a>\r\n\r\niVBORw0KGgo=\r\n--o--\r\n"
    )  # fmt: skip


def _mutations() -> Iterator[bytes]:
    """An ordinary mail with some bytes changed, doubled, or taken away."""
    dice, whole = random.Random(20_260_101), _ordinary()
    for _ in range(120):
        changed = bytearray(whole)
        for _ in range(dice.randint(1, 30)):
            at = dice.randrange(len(changed))
            match dice.randrange(4):
                case 0:
                    changed[at] = dice.randrange(256)
                case 1:
                    del changed[at : at + dice.randint(1, 40)]
                case 2:
                    changed[at:at] = changed[at : at + dice.randint(1, 40)]
                case _:
                    changed[at:at] = dice.choice(
                        (b"\0", b"\r\n\r\n", b"--i\r\n", b"=?", b"\xff\xfe", b"<script>pwned()</script>", b'"', b";")
                    )
        yield bytes(changed)


def _cuts() -> Iterator[bytes]:
    whole = _ordinary()
    yield from (whole[:at] for at in range(0, len(whole), 23))


def _noise() -> Iterator[bytes]:
    dice = random.Random(7)
    yield from (dice.randbytes(dice.randrange(1, 5000)) for _ in range(20))
    yield from (HEAD + dice.randbytes(dice.randrange(1, 5000)) for _ in range(20))
