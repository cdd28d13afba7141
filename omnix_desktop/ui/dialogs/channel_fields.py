"""The fields of a channel account: name, address, who serves it, and what its channel needs."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from omnix_desktop.i18n import tr
from omnix_desktop.models.channel_form import ADDRESS, GROUP, NAME, ChannelForm, SettingShown
from omnix_desktop.ui.theme import Space
from omnix_desktop.ui.widgets.fields import ComboBox, Field, TextArea, TextLine
from omnix_protocol.ids import GroupId
from omnix_protocol.people import Group


class ChannelFields(QWidget):
    """Writes into the form what is typed; `changed` tells that something was, `submitted` Return."""

    changed = Signal()
    submitted = Signal()

    def __init__(self, form: ChannelForm, groups: Sequence[Group]) -> None:
        super().__init__()
        self._form = form
        self._fields: dict[str, Field] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, Space.M, Space.S)
        self._column.setSpacing(Space.M)
        self._line(NAME, tr("channel_admin.name"), form.name, helper=tr("channel_admin.name_help"), required=True)
        if form.account is None:
            helper = tr("channel_admin.address_help")
            self._line(ADDRESS, tr("channel_admin.address"), form.address, helper=helper)
            self._choices(
                GROUP,
                tr("channel_admin.group"),
                [(group.name, group.id) for group in groups if group.active],
                "",
                helper=tr("channel_admin.group_help"),
                required=True,
            )
        for setting in form.settings_shown():
            self._setting(setting)
        self._column.addStretch(1)

    def show_wrong(self, wrong: dict[str, str]) -> None:
        """Each sentence at its field, the keyboard at the first."""
        for name, field in self._fields.items():
            field.set_error(wrong.get(name, ""))
        first = next((field for name, field in self._fields.items() if name in wrong), None)
        if first is not None:
            first.input.setFocus()

    def knows(self, name: str) -> bool:
        return name in self._fields

    def focus_first(self) -> None:
        next(iter(self._fields.values())).input.setFocus()

    def _setting(self, setting: SettingShown) -> None:
        if setting.choices:
            choices = [(words, value) for value, words in setting.choices]
            now = self._form.text(setting.name)
            self._choices(setting.name, setting.label, choices, now, helper=setting.help, required=setting.required)
            return
        if setting.lines:
            area = TextArea(lines=4)
            area.set_text(self._form.text(setting.name))
            area.changed.connect(lambda typed: self._typed(setting.name, typed))
            self._add(setting.name, Field(setting.label, area, required=setting.required, helper=setting.help))
            return
        stored = tr("channel_admin.stored") if setting.stored else ""
        self._line(
            setting.name,
            setting.label,
            self._form.text(setting.name),
            helper=setting.help,
            required=setting.required and not setting.stored,
            hidden=setting.secret,
            placeholder=stored,
        )

    def _line(
        self,
        name: str,
        label: str,
        words: str,
        *,
        helper: str = "",
        required: bool = False,
        hidden: bool = False,
        placeholder: str = "",
    ) -> None:
        line = TextLine(placeholder, password=hidden)
        line.set_text(words)
        line.changed.connect(lambda typed: self._typed(name, typed))
        line.submitted.connect(self.submitted)
        self._add(name, Field(label, line, required=required, helper=helper))

    def _choices(
        self,
        name: str,
        label: str,
        choices: Sequence[tuple[str, object]],
        now: str,
        *,
        helper: str = "",
        required: bool = False,
    ) -> None:
        box = ComboBox()
        box.set_choices(list(choices), "" if now else tr("channel_admin.choose"))
        if now:
            box.setCurrentIndex(box.findData(now))
        box.currentIndexChanged.connect(lambda _place: self._typed(name, str(box.currentData() or "")))
        self._add(name, Field(label, box, required=required, helper=helper))

    def _add(self, name: str, field: Field) -> None:
        field.input.setObjectName(f"channel_field_{name}")
        self._fields[name] = field
        self._column.addWidget(field)

    def _typed(self, name: str, words: str) -> None:
        if name == NAME:
            self._form.name = words.strip()
        elif name == ADDRESS:
            self._form.address = words.strip()
        elif name == GROUP:
            self._form.group_id = GroupId(words)
        else:
            self._form.type(name, words)
        self._fields[name].set_error("")
        self.changed.emit()
