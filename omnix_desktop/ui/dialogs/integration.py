"""One program beside the conversation: its name, its address, and what becomes of the address (F36)."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget
from shiboken6 import isValid

from omnix_desktop.actions.integrations import save
from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.integrations import fault_words, placeholders
from omnix_desktop.models.why import sentence
from omnix_desktop.tasks import Tasks
from omnix_desktop.ui.widgets.buttons import Button
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.fields import Field, TextLine
from omnix_desktop.ui.widgets.labels import Label
from omnix_desktop.ui.widgets.menu import Menu
from omnix_protocol.channels import NAME_MAX
from omnix_protocol.integrations import ADDRESS_MAX, Integration, filled, gaps


class IntegrationDialog(Dialog):
    """What is wrong is said at its field while it is typed, before anything is sent."""

    def __init__(self, place: Place, parent: QWidget, known: Integration | None, tasks: Tasks | None = None) -> None:
        super().__init__(
            tr("integrations.edit_title" if known else "integrations.add_title"),
            primary=tr("integrations.save"),
            cancel=tr("shell.cancel"),
            sentence=tr("integrations.form_sentence"),
            width=560,
            parent=parent,
        )
        self.setObjectName("integration_dialog")
        self._place, self._known, self._tasks = place, known, tasks or Tasks("integration")
        self._tried = False
        self._name = TextLine(tr("integrations.name_example"))
        self._name.setObjectName("integration_name")
        self._name.edit.setMaxLength(NAME_MAX)
        self._address = TextLine(tr("integrations.address_example"))
        self._address.setObjectName("integration_address")
        self._address.edit.setMaxLength(ADDRESS_MAX)
        if known is not None:
            self._name.set_text(known.name)
            self._address.set_text(known.address)
        self._name_field = Field(tr("integrations.name"), self._name, required=True)
        self._address_field = Field(
            tr("integrations.address"), self._address, required=True, helper=tr("integrations.address_help")
        )
        self._insert = Button(tr("integrations.insert"), "plain", icon="plus", small=True)
        self._insert.setObjectName("integration_insert")
        self._insert.clicked.connect(self._open_menu)
        self._preview = Label("", "small", "muted", wrap=True, selectable=True)
        self._preview.setObjectName("integration_preview")
        self._lay_out()
        for line in (self._name, self._address):
            line.changed.connect(self._tell)
            line.submitted.connect(self.submit)
        self._tell()
        self._name.edit.setFocus()

    def _lay_out(self) -> None:
        self.body.addWidget(self._name_field)
        self.body.addWidget(self._address_field)
        row = QHBoxLayout()
        row.addWidget(self._insert)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addWidget(self._preview)
        self.body.addStretch(1)

    def _open_menu(self) -> None:
        """The placeholders there are, with what they mean."""
        menu = Menu(parent=self)
        menu.setObjectName("integration_placeholders")
        for name, meaning in placeholders():
            menu.addAction(f"{meaning}   {{{name}}}").triggered.connect(lambda _on=False, name=name: self._put(name))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._insert.mapToGlobal(self._insert.rect().bottomLeft()))

    def _put(self, name: str) -> None:
        self._address.edit.insert(f"{{{name}}}")
        self._address.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self) -> None:
        address = self._address.text().strip()
        wrong = fault_words(address)
        said = wrong if address and (self._tried or _is_whole(address)) else ""
        self._address_field.set_error(said or (wrong if self._tried else ""))
        nameless = self._tried and not self._name.text().strip()
        self._name_field.set_error(tr("integrations.name_missing") if nameless else "")
        self._preview.setText("" if wrong else tr("integrations.preview", address=self._filled(address)))

    def _filled(self, address: str) -> str:
        """With what is opened right now; what is not known stands as its meaning."""
        values, meanings = self._place.desk.integrations.values(), dict(placeholders())
        return filled(address, {name: values.get(name) or meanings.get(name, name) for name in gaps(address)})

    def submit(self) -> None:
        self._tried = True
        name, address = self._name.text().strip(), self._address.text().strip()
        self._tell()
        if not name or fault_words(address):
            (self._address if name else self._name).edit.setFocus()
            return
        if self.primary_button.isEnabled():
            self.primary_button.setEnabled(False)
            self._tasks.start(self._save(name, address), "save integration")

    async def _save(self, name: str, address: str) -> None:
        refused = await save(self._place, self._known, name, address)
        if not isValid(self):
            return  # closed meanwhile
        self.primary_button.setEnabled(True)
        if refused is None:
            self.accept()
        else:
            self.set_problem(sentence(refused))


def _is_whole(address: str) -> bool:
    """Nobody is told off in the middle of a word: what is wrong is said once there is a host."""
    _, mark, rest = address.partition("://")
    return bool(mark) and "/" in rest
