"""The case (FCR): subject, five levels of category, remark, service number, status (S0.46–S0.50, S0.61)."""

from omnix_desktop.actions.live import Commands
from omnix_desktop.i18n import tr
from omnix_desktop.models.customer_fields import shown_service_number
from omnix_desktop.models.desk import Desk
from omnix_desktop.models.selection import Opened
from omnix_desktop.models.work_form import CaseForm
from omnix_desktop.ui.panels.work.entries import Entries, category_nodes
from omnix_desktop.ui.panels.work.number_choice import NumberChoice
from omnix_desktop.ui.panels.work.panel import WorkPanel
from omnix_desktop.ui.panels.work.remark import InsertWords
from omnix_desktop.ui.panels.work.whose import Whose
from omnix_desktop.ui.widgets.cascade_picker import CascadePicker
from omnix_desktop.ui.widgets.fields import ComboBox, TextArea, TextLine
from omnix_protocol.catalogue import CASE_LEVELS
from omnix_protocol.work import CaseStatus


class CasePanel(WorkPanel[CaseForm]):
    """Solved at first contact."""

    def __init__(self, desk: Desk, commands: Commands) -> None:
        self._category = CascadePicker()
        self._status = ComboBox()
        self._number = NumberChoice("case")
        self._remark = TextArea(lines=4)
        self._words = InsertWords("case", self._remark, lambda: self.form.customers_words() if self.form else "")
        super().__init__("case", desk, commands, Whose("case", block=False))
        self.retranslate()

    def make_entries(self) -> Entries:
        made = Entries("case", self._typed)
        made.add("subject", "work.subject", TextLine(), required=True)
        made.add("category_id", "work.category_id", self._category, required=True)
        made.add("remark", "work.remark", self._remark, required=True)
        made.add_below(self._words)
        made.add("service_number", "work.service_number", self._number)
        made.add("status", "case.status", self._status)
        self._number.changed.connect(lambda words: self._typed("service_number", words))
        made.on_retranslate(self._say)
        return made

    def form_for(self, opened: Opened) -> CaseForm:
        return self._desk.forms.case(opened)

    def fill(self, form: CaseForm) -> None:
        for name in ("subject", "category_id", "remark", "status"):
            self.entries.put(name, getattr(form.values, name))
        self._number.offer([(shown_service_number(one), one) for one in form.service_numbers()])
        self._number.put(form.values.service_number)
        self._words.offer()

    def offer_words(self) -> None:
        self._words.offer()

    def _say(self) -> None:
        self._category.set_words(tr("work.choose_category"))
        self._category.set_nodes(category_nodes(self._desk.catalogue.categories(), CASE_LEVELS))
        self._status.set_choices([(tr(f"case.status_{one.value}"), one) for one in CaseStatus])
        self._number.retranslate()
        self._words.retranslate()

    def _typed(self, name: str, value: object) -> None:
        if self.form is not None:
            self.form.fill(**{name: value})
