"""The ticket (N-FCR): three levels of category, an owner group, a priority, documents (S0.43–S0.45, S0.62)."""

from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import tr
from omnix_desktop.models.desk import Desk
from omnix_desktop.models.selection import Opened
from omnix_desktop.models.work_form import TicketForm
from omnix_desktop.ui.panels.work.documents import Documents
from omnix_desktop.ui.panels.work.entries import Entries, category_nodes
from omnix_desktop.ui.panels.work.panel import WorkPanel
from omnix_desktop.ui.panels.work.remark import InsertWords
from omnix_desktop.ui.panels.work.whose import Whose
from omnix_desktop.ui.widgets.cascade_picker import CascadePicker
from omnix_desktop.ui.widgets.fields import ComboBox, TextArea, TextLine
from omnix_protocol.catalogue import TICKET_LEVELS
from omnix_protocol.work import Priority


class TicketPanel(WorkPanel[TicketForm]):
    """Handed on to a group."""

    def __init__(self, desk: Desk, commands: Commands) -> None:
        self._category = CascadePicker()
        self._group = ComboBox()
        self._priority = ComboBox()
        self._remark = TextArea(lines=4)
        self._words = InsertWords("ticket", self._remark, lambda: self.form.customers_words() if self.form else "")
        self._documents = Documents(commands)
        super().__init__("ticket", desk, commands, Whose("ticket", block=True))
        self.retranslate()

    def make_entries(self) -> Entries:
        made = Entries("ticket", self._typed)
        made.add("subject", "work.subject", TextLine(), required=True)
        made.add("category_id", "work.category_id", self._category, required=True)
        made.add("remark", "work.remark", self._remark, required=True)
        made.add_below(self._words)
        made.add("owner_group_id", "ticket.owner_group_id", self._group, required=True)
        made.add("priority", "ticket.priority", self._priority, beside="owner_group_id")
        made.add_below(self._documents)
        made.on_retranslate(self._say)
        return made

    def form_for(self, opened: Opened) -> TicketForm:
        return self._desk.forms.ticket(opened)

    def fill(self, form: TicketForm) -> None:
        for name in ("subject", "category_id", "remark", "owner_group_id", "priority"):
            self.entries.put(name, getattr(form.values, name))
        self._words.offer()
        self._documents.bind(form)

    def offer_words(self) -> None:
        self._words.offer()

    def _say(self) -> None:
        self._category.set_words(tr("work.choose_category"))
        self._category.set_nodes(category_nodes(self._desk.catalogue.categories(), TICKET_LEVELS))
        groups = [(group.name, group.id) for group in self._desk.catalogue.groups() if group.active]
        self._group.set_choices([(name, key) for name, key in groups], tr("ticket.choose_group"))
        self._priority.set_choices([(tr(f"ticket.priority_{one.value}"), one) for one in Priority])
        if self.form is not None:
            self.fill(self.form)
        self._words.retranslate()
        self._documents.retranslate()

    def _typed(self, name: str, value: object) -> None:
        if self.form is not None and value is not None:
            self.form.fill(**{name: value})
