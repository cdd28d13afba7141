"""The first step of adding an account: which channel, in its group, with what one needs for it."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.models.channel_form import needs
from omnix_desktop.models.channel_icons import channel_icon
from omnix_desktop.models.paged_list import ROW_ROLE, Index, PagedList
from omnix_desktop.ui.delegates.kind_row import KindDelegate, KindRow
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.row_list import RowList
from omnix_protocol.channels import Channel, ChannelGroup

SHOWN = 9


class ChannelKindDialog(Dialog):
    """`taken` tells the channel; the dialog has closed by then."""

    taken = Signal(object)

    def __init__(self, channels: Sequence[Channel], parent: QWidget) -> None:
        super().__init__(
            tr("channel_admin.choose_title"),
            primary=tr("channel_admin.next"),
            cancel=tr("shell.cancel"),
            sentence=tr("channel_admin.choose_sentence"),
            width=560,
            parent=parent,
        )
        self.setObjectName("channel_kind_dialog")
        self._channels = {channel.id: channel for channel in channels}
        self._rows: PagedList[KindRow] = PagedList(KindRow.spoken, self)
        self._rows.show(_grouped(channels))
        self.list = RowList(KindDelegate(_painted), KindDelegate.HEIGHT, tr("channel_admin.kinds"))
        self.list.setObjectName("channel_kinds")
        self.list.setModel(self._rows)
        self.list.setMinimumHeight(KindDelegate.HEIGHT * SHOWN)
        self.body.addWidget(self.list)
        self.list.chosen.connect(lambda _index: self._tell())
        self.list.opened.connect(lambda _index: self.submit())
        first = next((place for place, row in enumerate(self._rows.rows()) if not row.section), None)
        if first is not None:
            self.list.setCurrentIndex(self._rows.index(first))
        self._tell()
        self.list.setFocus()

    def submit(self) -> None:
        channel = self._chosen()
        if channel is not None:
            self.accept()
            self.taken.emit(channel)

    def choose(self, kind: str) -> None:
        self.list.setCurrentIndex(self._rows.index(self._rows.place_of(kind)))

    def _chosen(self) -> Channel | None:
        row: KindRow | None = self.list.marked().data(ROW_ROLE)
        return None if row is None else self._channels.get(row.key)

    def _tell(self) -> None:
        chosen = self._chosen() is not None
        self.primary_button.setEnabled(chosen)
        self.primary_button.setToolTip("" if chosen else tr("channel_admin.choose_first"))


def _grouped(channels: Sequence[Channel]) -> Iterable[KindRow]:
    for group in ChannelGroup:
        mine = [channel for channel in channels if channel.group is group]
        if mine:
            yield KindRow(key=f"group {group.value}", name=tr(f"channels.group_{group.value}"), section=True)
        for channel in mine:
            yield KindRow(key=channel.id, name=channel.name, icon=channel_icon(channel.id), needs=needs(channel))


def _painted(index: Index) -> KindRow | None:
    row: KindRow | None = index.data(ROW_ROLE)
    return row
