"""The customer's dock: follows what is opened; a form that was begun stays with its customer."""

from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import tr
from omnix_desktop.models.customer_edit import CustomerEdit
from omnix_desktop.models.desk import Desk
from omnix_desktop.models.holding import Holding
from omnix_desktop.ui.dialogs.journey_detail import JourneyDetailDialog
from omnix_desktop.ui.dialogs.ticket_detail import TicketDetailDialog
from omnix_desktop.ui.panels.customer.edit import EditView
from omnix_desktop.ui.panels.customer.journey import JourneyView
from omnix_desktop.ui.panels.customer.profile import ProfileView
from omnix_desktop.ui.widgets.buttons import IconButton
from omnix_desktop.ui.widgets.menu import Menu
from omnix_desktop.ui.widgets.panel import Panel
from omnix_desktop.ui.widgets.structure import EmptyState
from omnix_protocol.ids import InteractionId

NOTHING, PROFILE, FORM = range(3)


class CustomerPanel(Panel):
    """Profile and journey, the form in place of both, or why there is nothing."""

    def __init__(self, desk: Desk, commands: Commands) -> None:
        super().__init__("customer")
        self._desk, self._commands = desk, commands
        self._edit: CustomerEdit | None = None
        Holding(desk.selection, commands.place.ports.follows, self)
        self._pencil = IconButton("pencil", "")
        self._pencil.setObjectName("customer_edit")
        commands.bind(self._pencil, "customer.edit")
        self.title_bar.add_action(self._pencil)
        self._apps = IconButton("external-link", "")
        self._apps.setObjectName("customer_integrations")
        commands.bind(self._apps, "view.integrations")
        self.title_bar.add_action(self._apps)
        self._more = IconButton("ellipsis", "")
        self._more.setObjectName("customer_more")
        self._more.clicked.connect(self._open_menu)
        self.title_bar.add_action(self._more)
        self.menu = Menu(parent=self)
        for name in ("customer.block", "customer.unblock"):
            self.menu.addAction(commands.qaction(name))
        self.profile = ProfileView(commands)
        self.journey = JourneyView(commands)
        self.form = EditView(commands.place)
        self._empty = EmptyState("user-round", "")
        self._empty.setObjectName("customer_empty")
        self._stack = QStackedWidget()
        for page in (self._empty, self._seen(), self.form):
            self._stack.addWidget(page)
        self.column.addWidget(self._stack)
        self.journey.opened.connect(self._open_story)
        self.journey.ticket_opened.connect(self._open_ticket)
        desk.customer.changed.connect(self._turn)
        desk.customer.opened.connect(self._turn)
        desk.status.linked.connect(self._turn)
        desk.integrations.changed.connect(self._turn)
        self.retranslate()

    def retranslate(self) -> None:
        super().retranslate()
        self._more.describe(tr("customer.more"))
        for part in (self.profile, self.journey, self.form):
            part.retranslate()
        self._turn()

    def focus_first(self) -> None:
        if self._stack.currentIndex() == FORM:
            self.form.focus_first()
        else:
            self._pencil.setFocus()

    def _open_menu(self) -> None:
        self._commands.refresh()
        self.menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _seen(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.profile)
        column.addWidget(self.journey, 1)
        area = QScrollArea()  # a low window, a customer with many numbers
        area.setObjectName("customer_area")
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(page)
        self.journey.setMinimumHeight(240)
        return area

    def _turn(self) -> None:
        """Which page says the truth about the customer on the screen; the keyboard stays where the hands are."""
        self._apps.setVisible(self._desk.integrations.any)
        edit = self._desk.forms.begun_edit()
        if edit is not self._edit:
            if self._edit is not None:
                self._edit.changed.disconnect(self._turn)
            self._edit = edit
            if edit is not None:
                edit.changed.connect(self._turn)
        if self._desk.customer.known is None:
            self._say_nothing()
            return
        editing = edit is not None and edit.open
        self.form.show_edit(edit if editing else None)
        self._stack.setCurrentIndex(FORM if editing else PROFILE)
        self._pencil.setVisible(not editing)
        self._more.setVisible(not editing)

    def _say_nothing(self) -> None:
        self._pencil.setVisible(False)
        self._more.setVisible(False)
        opened, offline = self._desk.selection.opened, self._desk.status.offline()
        key = "nothing" if opened is None else "not_here" if offline else "coming"
        self._empty.set_texts(tr(f"customer.{key}"), tr(f"customer.{key}_why"))
        self._stack.setCurrentIndex(NOTHING)

    def _open_story(self, interaction_id: str) -> None:
        dialog = JourneyDetailDialog(self._commands, InteractionId(interaction_id), self.window())
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _open_ticket(self, ticket_id: str) -> None:
        known = self._desk.customer.known
        ticket = next((one for one in known.tickets if one.id == ticket_id), None) if known else None
        if ticket is not None:
            dialog = TicketDetailDialog(ticket, self.window())
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()
