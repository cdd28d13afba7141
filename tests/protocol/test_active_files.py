"""What may run is told by its type or by any end of its name; ordinary papers and pictures are not."""

import pytest

from omnix_protocol.active_files import is_active, is_picture


@pytest.mark.parametrize(
    ("media_type", "name"),
    [
        ("application/octet-stream", "setup.exe"),
        ("image/png", "foto.png.exe"),
        ("image/png", "foto.exe.png"),
        ("application/pdf", "tagihan.pdf.LNK"),
        ("text/plain", "skrip.SH "),
        ("application/pdf", "tagihan.js."),
        ("text/html; charset=utf-8", "halaman"),
        ("image/svg+xml", "logo.png"),
        ("image/png", "logo.svg"),
        ("application/vnd.ms-excel.sheet.macroEnabled.12", "laporan.xlsx"),
        ("application/octet-stream", "laporan.xlsm"),
        ("application/x-sh", "tanpa ujung"),
    ],
)
def test_what_may_run(media_type: str, name: str) -> None:
    assert is_active(media_type, name)


@pytest.mark.parametrize(
    ("media_type", "name"),
    [
        ("application/pdf", "tagihan.pdf"),
        ("image/jpeg", "ktp.jpg"),
        ("text/plain", "catatan.txt"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "laporan.xlsx"),
        ("audio/ogg", "suara"),
        ("application/zip", "arsip.zip"),
    ],
)
def test_what_may_not(media_type: str, name: str) -> None:
    assert not is_active(media_type, name)


def test_a_drawing_is_no_picture() -> None:
    assert is_picture("image/png")
    assert not is_picture("image/svg+xml")
