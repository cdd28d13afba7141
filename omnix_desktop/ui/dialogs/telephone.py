"""How this machine telephones: with which addresses, over which exchange, and the agent's own extension (F36)."""

from PySide6.QtWidgets import QWidget

from omnix_desktop.actions.place import Place
from omnix_desktop.i18n import tr
from omnix_desktop.models.telephone import Dials, TelephoneSettings, link_of
from omnix_desktop.ui.widgets.dialog import Dialog
from omnix_desktop.ui.widgets.fields import ComboBox, Field, TextLine

EXAMPLE = "+6281100000001"


class TelephoneDialog(Dialog):
    """Kept on this machine: telephones stand beside it."""

    def __init__(self, place: Place, parent: QWidget) -> None:
        super().__init__(
            tr("telephone.title"),
            primary=tr("telephone.save"),
            cancel=tr("shell.cancel"),
            sentence=tr("telephone.sentence"),
            width=460,
            parent=parent,
        )
        self.setObjectName("telephone_dialog")
        self._telephone = place.desk.telephone
        known = self._telephone.settings
        self._dials = ComboBox()
        self._dials.setObjectName("telephone_dials")
        self._dials.set_choices([(tr(f"telephone.dials_{one.value}"), one) for one in Dials])
        self._dials.setCurrentIndex(list(Dials).index(known.dials))
        self._domain = TextLine(tr("telephone.domain_example"))
        self._domain.setObjectName("telephone_domain")
        self._domain.set_text(known.domain)
        self._extension = TextLine("101")
        self._extension.setObjectName("telephone_extension")
        self._extension.set_text(known.extension)
        self._dials_field = Field(tr("telephone.dials"), self._dials)
        self._domain_field = Field(tr("telephone.domain"), self._domain, required=True)
        self._extension_field = Field(tr("telephone.extension"), self._extension, helper=tr("telephone.extension_help"))
        for field in (self._dials_field, self._domain_field, self._extension_field):
            self.body.addWidget(field)
        self.body.addStretch(1)
        self._dials.currentIndexChanged.connect(self._tell)
        self._domain.changed.connect(self._tell)
        self._tell()

    def _chosen(self) -> TelephoneSettings:
        return TelephoneSettings(
            Dials(self._dials.currentData()), self._domain.text().strip(), self._extension.text().strip()
        )

    def _tell(self) -> None:
        """What a number becomes, before anybody is called."""
        chosen = self._chosen()
        self._domain_field.setVisible(chosen.dials is Dials.SIP)
        self._domain_field.set_error("")
        example = link_of(chosen, EXAMPLE)
        self._dials_field.set_helper(tr("telephone.example", address=example) if example else "")

    def submit(self) -> None:
        chosen = self._chosen()
        fault = chosen.fault()
        self._domain_field.set_error(tr("telephone.fault_domain") if fault == "domain" else "")
        self._extension_field.set_error(tr("telephone.fault_extension") if fault == "extension" else "")
        if fault:
            (self._domain if fault == "domain" else self._extension).setFocus()
            return
        self._telephone.choose(chosen)
        self.accept()
