"""A mail's HTML becomes a page that names its pictures, keeps no way out, and is laid out in bounded time."""

import base64
import time

import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication

from omnix_desktop.models.mail_page import CHARACTERS_MAX, TAGS_MAX, page_of

PNG = base64.b64encode(b"\x89PNG").decode()


def test_each_kind_of_picture_is_named_and_none_keeps_its_address() -> None:
    page = page_of(
        '<p>a<img src="cid:part1.2" alt="x"><img data-remote-src="https://t.example/p.gif" width="1" height="1">'
        f'<img src="data:image/png;base64,{PNG}"></p>'
    )
    assert page is not None
    assert [(one.kind, one.source, one.body) for one in page.pictures] == [
        ("part", "part1.2", b""),
        ("remote", "https://t.example/p.gif", b""),
        ("inline", "", b"\x89PNG"),
    ]
    assert [one.name for one in page.remote] == ["picture:1"]
    assert "t.example" not in page.html
    assert 'src="picture:2"' in page.html


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://t.example/a.png">',
        '<img src="file:///etc/passwd">',
        '<img src="a.png">',
        '<p style="background-image:url(https://t.example/a)">x</p>',
        '<p style="color:url(https://t.example/a)">x</p>',
        '<table background="https://t.example/a"><tr><td>x</td></tr></table>',
        '<link rel="stylesheet" href="https://t.example/a.css">',
        "<style>@import url(https://t.example/a.css)</style>",
        '<script src="https://t.example/a.js">alert(1)</script>',
        '<iframe src="https://t.example/a"></iframe>',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="file:///etc/passwd">x</a>',
        '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
    ],
)
def test_what_would_lead_outside_is_not_in_the_page(html: str) -> None:
    """The server sanitises; this is looked at as if it had not."""
    page = page_of(html)
    assert page is not None
    for trace in ("t.example", "passwd", "javascript", "alert", "url(", "a.png", "data:"):
        assert trace not in page.html
    assert page.pictures == ()


def test_what_is_hidden_in_the_mail_stays_hidden() -> None:
    page = page_of('<div style="display:none">preheader <b>x</b></div><p>Halo</p>')
    assert page is not None
    assert "preheader" not in page.html
    assert "Halo" in page.html


def test_the_size_of_letters_and_pictures_follows_the_zoom() -> None:
    html = '<p style="font-size:14px;color:#333333">x<img src="cid:part1" width="100" height="50"></p>'
    page = page_of(html, 2.0)
    assert page is not None
    assert "font-size:28.0px" in page.html
    assert 'width="200" height="100"' in page.html


def test_a_wide_picture_is_as_wide_as_the_page() -> None:
    page = page_of('<img src="cid:part1" width="4000" height="10">')
    assert page is not None
    assert (page.pictures[0].width, page.pictures[0].height) == (720, 0)


@pytest.mark.parametrize("html", ["a " * CHARACTERS_MAX, "<b>x</b>" * (TAGS_MAX + 1), "<p>" * (8 * CHARACTERS_MAX)])
def test_a_huge_mail_is_no_page(html: str) -> None:
    assert page_of(html) is None


ROW = "<tr><td>a</td><td>b</td></tr>"
TANGLED = {
    "tables in tables": "<table><tr><td>" * 60 + "x" + "</td></tr></table>" * 60,
    "many small tables": ("<table><tr><td>" * 4 + "kata " * 20 + "</td></tr></table>" * 4) * 100,
    "one long word": "a" * (CHARACTERS_MAX - 1),
    "much text": "kata " * (CHARACTERS_MAX // 5 - 1),
    "lines": "x<br>" * (TAGS_MAX - 1),
    "blocks in blocks": "<div>" * 3000 + "x",
    "lists in lists": "<ul><li>" * 2000 + "x",
    "cells": "<table>" + ROW * 1000 + "</table>",
    "wide cells": "<table>" + "<tr><td rowspan=1000 colspan=1000>x</td></tr>" * 250 + "</table>",
}


@pytest.mark.parametrize("name", TANGLED)
def test_what_qt_would_not_finish_is_made_so_that_it_does(name: str, qapp: QApplication) -> None:
    """Unmade, the first and the third hold the windows for minutes. The bound is generous: machines differ."""
    page = page_of(TANGLED[name])
    assert page is not None
    document = QTextDocument()
    document.setTextWidth(700)
    begun = time.process_time()
    document.setHtml(page.html)
    assert document.size().height() > 0
    assert time.process_time() - begun < 4
