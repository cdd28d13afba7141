"""Every widget on one page, light and dark: `xvfb-run -a python -m tests.support.gallery` writes to build/."""

import sys
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from omnix_desktop.ui.theme import Space, theme
from omnix_desktop.ui.widgets.badges import Avatar, Badge, CountBadge
from omnix_desktop.ui.widgets.banners import Banner, Toast
from omnix_desktop.ui.widgets.buttons import Button, IconButton
from omnix_desktop.ui.widgets.fields import (
    CheckBox,
    ComboBox,
    Field,
    SearchField,
    TextArea,
    TextLine,
)
from omnix_desktop.ui.widgets.labels import Label, Surface
from omnix_desktop.ui.widgets.progress import ProgressLine, Spinner
from omnix_desktop.ui.widgets.rail import Rail, RailButton, StatusItem
from omnix_desktop.ui.widgets.structure import (
    Card,
    EmptyState,
    KeyValueRow,
    SectionHeader,
)
from omnix_desktop.ui.widgets.tabs import Tabs
from omnix_desktop.ui.widgets.title_bar import TitleBar
from tests.support.gallery_workspace import workspace


def row(*widgets: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(Space.S)
    for widget in widgets:
        line.addWidget(widget)
    line.addStretch(1)
    return line


def buttons() -> QWidget:
    box = Card()
    for line in (*button_rows(), *badge_rows()):
        box.column.addLayout(line)
    box.column.addWidget(ProgressLine())
    return box


def button_rows() -> Iterator[QHBoxLayout]:
    disabled = Button("Ambil", "primary", icon="play")
    disabled.setEnabled(False)
    yield row(
        Button("Ambil", "primary", icon="play", shortcut="F2"),
        Button("Akhiri", icon="check"),
        disabled,
    )
    ringed = Button("Fokus", "primary")
    ringed._ring = True
    other = Button("Fokus")
    other._ring = True
    yield row(
        Button("Kasus", "quiet", icon="ticket"),
        Button("Hapus", "danger"),
        Button("Lihat", "link"),
        ringed,
        other,
    )
    yield row(
        *(
            IconButton(name, name)
            for name in (
                "zap",
                "paperclip",
                "smile",
                "book-open",
                "search",
                "ellipsis",
            )
        )
    )


def badge_rows() -> Iterator[QHBoxLayout]:
    yield row(
        Badge("Balas 04:12", "good"),
        Badge("Balas 00:48", "soon"),
        Badge("Lewat 02:10", "bad"),
        Badge("Gangguan", "outline"),
        Badge("5 / 8 ditangani"),
    )
    yield row(
        CountBadge(14, "accent"),
        CountBadge(1, "count"),
        CountBadge(38, "alarm"),
        Spinner(),
        Badge("Arsip", icon="archive"),
    )
    people = [
        Avatar("Budi Santoso", badge="camera"),
        Avatar("Rina Sari", badge="message-circle"),
        Avatar("@bayuprtm"),
        Avatar("Sinta Dewi", size=28, quiet=True),
    ]
    people[0].set_presence("good")
    yield row(*people)


def inputs() -> QWidget:
    box = Card()
    box.column.addWidget(SearchField("Cari kanal atau pelanggan"))
    box.column.addWidget(
        Field(
            "Email",
            TextLine("nama@perusahaan.co.id"),
            required=True,
            helper="Alamat kerja Anda",
        )
    )
    wrong = Field("Nomor layanan", TextLine())
    wrong.input.set_text("15A4")  # type: ignore[attr-defined]
    wrong.set_error("Nomor layanan terdiri dari 12 angka. Periksa lagi.")
    box.column.addWidget(wrong)
    area = Field("Deskripsi", TextArea("Tuliskan keluhan pelanggan", lines=3))
    area.set_counter("12 / 135")
    box.column.addWidget(area)
    choice = ComboBox()
    choice.set_choices([("Rendah", 1), ("Sedang", 2)], "Pilih prioritas")
    box.column.addWidget(Field("Prioritas", choice))
    ticked = CheckBox("Ingat saya")
    ticked.setChecked(True)
    box.column.addLayout(row(ticked, CheckBox("Tidak")))
    return box


def facts() -> QWidget:
    box = Card(padding=0)
    bar = TitleBar("IG Message")
    bar.set_badge("5 / 8 ditangani")
    bar.add_action(IconButton("list-filter", "Saring"))
    box.column.addWidget(bar)
    tabs = Tabs()
    tabs.add("Ditangani", count="5")
    tabs.add("Riwayat", count="12")
    tabs.add("Memo internal", icon="sticky-note")
    box.column.addWidget(tabs)
    inner = QVBoxLayout()
    inner.setContentsMargins(12, 0, 12, 12)
    inner.addWidget(SectionHeader("Percakapan langsung"))
    phone = KeyValueRow("Telepon", icon="phone", empty="Belum diisi", tabular=True)
    phone.set_value("+62 811-1111-0001")
    inner.addWidget(phone)
    inner.addWidget(KeyValueRow("Email", icon="mail", empty="Belum diisi"))
    inner.addWidget(
        Banner(
            "Mungkin orang yang sama dengan B. Santoso #19 (telepon sama).",
            "soon",
            "Gabungkan…",
        )
    )
    inner.addWidget(Banner("Tidak tersambung. Yang Anda tulis tersimpan dan dikirim nanti.", "bad"))
    inner.addWidget(Banner("Versi 1.1 siap dipasang.", "info", "Pasang"))
    box.column.addLayout(inner)
    return box


def gallery() -> QWidget:
    page = Surface("window")
    outer = QHBoxLayout(page)
    outer.setContentsMargins(0, 0, Space.L, 0)
    outer.setSpacing(Space.L)
    rail = Rail()
    column = QVBoxLayout(rail)
    column.setContentsMargins(8, 12, 8, 12)
    for place, name in enumerate(("layout-dashboard", "inbox", "users", "ticket", "phone-call", "settings")):
        button = RailButton(name, name)
        button.setChecked(place == 1)
        button.set_count(38 if place == 1 else 0)
        column.addWidget(button)
    column.addStretch(1)
    outer.addWidget(rail)
    grid = QGridLayout()
    grid.setContentsMargins(0, Space.L, 0, 0)
    grid.setSpacing(Space.L)
    for place, made in enumerate((buttons(), inputs(), facts())):
        grid.addWidget(made, 0, place)
    grid.addWidget(
        EmptyState(
            "inbox",
            "Belum ada interaksi",
            "Ambil satu dari antrean untuk mulai menjawab.",
            "Ambil berikutnya",
        ),
        1,
        0,
    )
    grid.addLayout(
        row(
            StatusItem("Tersambung · sinkron 15:16:43", dot="good"),
            StatusItem("2 belum terkirim"),
            Label("Draf tersimpan", "caption", "muted"),
        ),
        2,
        0,
        1,
        3,
    )
    outer.addLayout(grid, 1)
    return page


def shoot(page: QWidget, path: Path, app: QApplication) -> None:
    for _ in range(4):
        app.processEvents()
    page.grab().save(str(path))


def main() -> int:
    app = QApplication(sys.argv)
    build = Path("build")
    build.mkdir(exist_ok=True)
    theme().install(app, "light")
    pages = {"gallery": gallery(), "workspace": workspace()}
    for name, page in pages.items():
        page.resize(1440, 900 if name == "workspace" else 860)
        page.show()
    toast = Toast(pages["gallery"])
    toast.say("Interaksi diakhiri", "Urungkan")
    scale = round(pages["gallery"].devicePixelRatio())
    suffix = "" if scale == 1 else f"-{scale}x"
    for mode in ("light", "dark"):
        theme().set_mode("dark" if mode == "dark" else "light")
        for name, page in pages.items():
            shoot(page, build / f"{name}-{mode}{suffix}.png", app)
    return 0


if __name__ == "__main__":
    sys.exit(main())
