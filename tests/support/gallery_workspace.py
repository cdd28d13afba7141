"""The agent's workspace put together from widgets and delegates alone, to hold beside the sketches."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from omnix_desktop.ui.delegates.base import Index, RowDelegate
from omnix_desktop.ui.delegates.channel_row import ChannelDelegate, ChannelRow
from omnix_desktop.ui.delegates.inbox_row import InboxDelegate, InboxRow, Pill
from omnix_desktop.ui.delegates.journey_row import JourneyDelegate, JourneyRow
from omnix_desktop.ui.widgets.badges import Avatar, Badge
from omnix_desktop.ui.widgets.banners import Banner
from omnix_desktop.ui.widgets.buttons import Button, IconButton
from omnix_desktop.ui.widgets.labels import Label, Line, Surface
from omnix_desktop.ui.widgets.rail import Rail, RailButton, StatusItem
from omnix_desktop.ui.widgets.row_list import RowList
from omnix_desktop.ui.widgets.structure import KeyValueRow
from omnix_desktop.ui.widgets.tabs import Tabs
from omnix_desktop.ui.widgets.thread import BubbleThread
from omnix_desktop.ui.widgets.thread_item import ThreadAction, ThreadAttachment, ThreadItem
from omnix_desktop.ui.widgets.title_bar import TitleBar

DAY = "Senin, 23 November"

CHANNELS = [
    ChannelRow("Suara", section=True),
    ChannelRow("Voice 1500", "phone", 2, "00:41"),
    ChannelRow("Percakapan langsung", section=True),
    ChannelRow("WhatsApp Care", "message-circle", 14, "03:12"),
    ChannelRow("IG Message · sentra.care", "camera", 6, "01:05"),
    ChannelRow("Telegram", "send", 3, "00:22"),
    ChannelRow("FB Message", "messages-square", 4, "02:47"),
    ChannelRow("Web chat", "globe", 1, "00:08"),
    ChannelRow("SMS", "smartphone"),
    ChannelRow("Sosial & email", section=True),
    ChannelRow("Email · care@", "mail", 5, "08:30", "bad"),
    ChannelRow("X Mention", "at-sign", 2, "04:10"),
    ChannelRow("IG Comment", "message-square-quote", 3, "06:02", "bad"),
    ChannelRow("FB Comment", "thumbs-up"),
]

INBOX = [
    InboxRow(
        "Budi Santoso",
        "Masih belum bisa login ke aplikasi kak",
        "15:16",
        1,
        (Pill("Balas 04:12", "good"), Pill("Gangguan")),
        "camera",
        "4",
    ),
    InboxRow("Rina Sari", "Baik kak, terima kasih 🙏", "15:12", 0, (Pill("Menunggu pelanggan", "neutral"),), "globe"),
    InboxRow(
        "Dimas Wahyu", "bukti-bayar.jpg", "15:09", 2, (Pill("Balas 00:48", "soon"), Pill("Tagihan")), "message-circle"
    ),
    InboxRow(
        "Nadia Putri",
        "Re: Permintaan upgrade paket keluarga",
        "14:58",
        1,
        (Pill("Lewat 02:10", "bad"), Pill("VIP"), Pill("Upgrade")),
        "mail",
    ),
    InboxRow(
        "@bayuprtm",
        "@sentra.care ini kok lemot terus ya dari pagi",
        "14:51",
        0,
        (Pill("Balas 11:40", "good"),),
        "at-sign",
    ),
]

JOURNEY = [
    JourneyRow("IG Message", "Agent", "Hari ini 15:08 · 1 kasus", "camera", "Terbuka", "good"),
    JourneyRow("IG Comment", "Agent", "18 Jul 15:47 · 1 kasus", "message-square-quote", "Selesai"),
    JourneyRow("Email", "Backroom", "2 Jul 09:12 · tiket #4821", "mail", "Eskalasi", "soon"),
    JourneyRow("Voice", "Caring", "28 Jun 19:31 · terputus 00:42", "phone", "Selesai"),
]

ASKED = "Halo Kak Budi 👋 mohon maaf atas kendalanya. Boleh kami minta nomor layanan yang terdaftar untuk kami cek?"
PROBLEM = "Halo min, dari semalam aplikasi nggak bisa login. Sudah coba ganti password tetap sama 😞"

PICTURE = ThreadAttachment("a", "error-login.png", "PNG · 214 KB", "image")

THREAD = [
    ThreadItem("0", "action", "Tampilkan sesi sebelumnya · 3"),
    ThreadItem("1", "in", PROBLEM, "15:08", DAY, speaker="Budi Santoso"),
    ThreadItem(
        "2",
        "in",
        "Ini errornya",
        "15:09",
        DAY,
        attachments=(PICTURE,),
    ),
    ThreadItem("3", "out", ASKED, "15:11", DAY, state="read"),
    ThreadItem(
        "4",
        "memo",
        "Pelanggan sama lapor 18/11, cek tiket #4821 dulu sebelum panduan ulang.",
        "",
        DAY,
        head="Memo · Sinta",
    ),
    ThreadItem("5", "in", "1524 4321 0478 kak", "15:14", DAY),
    ThreadItem(
        "6",
        "out",
        "Baik Kak, sedang kami cek ya, mohon ditunggu sebentar.",
        "15:16",
        DAY,
        state="failed",
        note="Ditolak Instagram: jendela 24 jam sudah tertutup.",
        actions=(ThreadAction("retry", "Coba lagi"),),
    ),
]


Shown = ChannelRow | InboxRow | JourneyRow


def row_list(delegate: type[RowDelegate[Any]], rows: Sequence[Shown], name: str) -> RowList:
    model = QStandardItemModel()
    for row in rows:
        item = QStandardItem()
        item.setData(row, Qt.ItemDataRole.UserRole)
        item.setData(row.spoken(), Qt.ItemDataRole.AccessibleTextRole)
        model.appendRow(item)

    def row_of(index: Index) -> Any:
        return index.data(Qt.ItemDataRole.UserRole)

    view = RowList(delegate(row_of), delegate.HEIGHT, name)
    model.setParent(view)
    view.setModel(model)
    return view


def column(width: int, ground: str, *parts: QWidget) -> QWidget:
    made = Surface(ground)
    made.setMinimumWidth(width)
    if width < 400:
        made.setMaximumWidth(width)
    lines = QVBoxLayout(made)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.setSpacing(0)
    for part in parts:
        lines.addWidget(part)
    return made


def padded(*parts: QWidget, spacing: int = 8, vertical: bool = True) -> QWidget:
    made = QWidget()
    lines = QVBoxLayout(made) if vertical else QHBoxLayout(made)
    lines.setContentsMargins(12, 12, 12, 12)
    lines.setSpacing(spacing)
    for part in parts:
        lines.addWidget(part)
    return made


def queue_column() -> QWidget:
    title = TitleBar("Kanal")
    title.add_action(IconButton("search", "Cari"))
    figures = QWidget()
    lines = QVBoxLayout(figures)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.setSpacing(0)
    lines.addWidget(Label("40", "display", tabular=True))
    lines.addWidget(Label("Antrean tiket", "small", "muted"))
    head = padded(figures, Button("Ambil", "primary", icon="play", shortcut="F2"), vertical=False)
    channels = row_list(ChannelDelegate, CHANNELS, "Kanal")
    channels.select_row(4)
    return column(248, "panel", title, head, Line(), channels)


def inbox_column() -> QWidget:
    title = TitleBar("IG Message")
    title.set_badge("5 / 8 ditangani")
    title.add_action(IconButton("list-filter", "Saring"))
    tabs = Tabs()
    tabs.add("Ditangani", count="5")
    tabs.add("Riwayat", count="12")
    inbox = row_list(InboxDelegate, INBOX, "Interaksi")
    inbox.select_row(0)
    return column(304, "panel", title, tabs, inbox)


def thread_column() -> QWidget:
    head = QWidget()
    line = QHBoxLayout(head)
    line.setContentsMargins(16, 8, 16, 8)
    names = QVBoxLayout()
    names.setSpacing(0)
    first = QHBoxLayout()
    first.addWidget(Label("Budi Santoso", "heading"))
    first.addWidget(Badge("Balas 04:12", "good"))
    first.addStretch(1)
    names.addLayout(first)
    names.addWidget(Label("sentra.care · jendela balas 23 j 12 m", "small", "muted"))
    line.addWidget(Avatar("Budi Santoso", seed="4"))
    line.addLayout(names, 1)
    line.addWidget(IconButton("arrow-right-left", "Alihkan", size=32))
    line.addWidget(Button("Kasus", "quiet", icon="ticket"))
    line.addWidget(Button("Akhiri", icon="check"))
    thread = BubbleThread()
    thread.set_items(THREAD)
    return column(500, "panel", head, Line(), thread)


def customer_column() -> QWidget:
    title = TitleBar("Pelanggan")
    title.add_action(IconButton("pencil", "Ubah"))
    facts = []
    for caption, icon, value in (
        ("Telepon", "phone", "+62 811-1111-0001"),
        ("Email", "mail", ""),
        ("Nomor layanan", "router", "1524 4321 0478"),
        ("Kanal lain", "link", "Facebook · Instagram · X"),
    ):
        fact = KeyValueRow(caption, icon=icon, empty="Belum diisi", tabular=True)
        fact.set_value(value)
        facts.append(fact)
    twin = Banner("Mungkin orang yang sama dengan B. Santoso #19 (telepon sama).", "soon", "Gabungkan…")
    tabs = Tabs()
    tabs.add("Interaksi", count="4")
    tabs.add("Tiket", count="1")
    tabs.add("Tindak lanjut")
    return column(312, "panel", title, padded(*facts, twin), tabs, row_list(JourneyDelegate, JOURNEY, "Perjalanan"))


def rail() -> QWidget:
    made = Rail()
    lines = QVBoxLayout(made)
    lines.setContentsMargins(8, 12, 8, 12)
    names = (
        "layout-dashboard",
        "inbox",
        "users",
        "ticket",
        "phone-call",
        "book-open",
        "megaphone",
        "eye",
        "chart-column",
    )
    for place, name in enumerate(names):
        button = RailButton(name, name)
        button.setChecked(place == 1)
        button.set_count(38 if place == 1 else 0)
        lines.addWidget(button)
    lines.addStretch(1)
    me = Avatar("Sinta Dewi", size=34)
    me.set_presence("good")
    lines.addWidget(RailButton("settings", "Pengaturan"))
    lines.addWidget(me)
    return made


def workspace() -> QWidget:
    page = Surface("panel")
    outer = QVBoxLayout(page)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.setSpacing(0)
    columns = QHBoxLayout()
    columns.setSpacing(0)
    columns.addWidget(rail())
    for made in (queue_column(), inbox_column(), thread_column()):
        columns.addWidget(made)
        columns.addWidget(Line(vertical=True))
    columns.addWidget(customer_column())
    outer.addLayout(columns, 1)
    outer.addWidget(Line())
    foot = QHBoxLayout()
    foot.setContentsMargins(4, 1, 4, 1)
    foot.addWidget(StatusItem("Tersambung · sinkron 15:16:43", dot="good"))
    foot.addWidget(StatusItem("2 belum terkirim"))
    foot.addStretch(1)
    foot.addWidget(StatusItem("nusanet · Agent"))
    foot.addWidget(StatusItem("Omnix 1.0.0"))
    outer.addLayout(foot)
    return page
