"""A customer's profile being edited: what was seen, what was typed, and what somebody else changed meanwhile."""

from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace
from PySide6.QtCore import QObject

from omnix_desktop.models.customer import EDITABLE, edited
from omnix_desktop.models.customer_fields import is_email, is_nik, is_phone, phone
from omnix_desktop.models.filling import Filling
from omnix_desktop.models.kept import Kept
from omnix_desktop.models.why import Why
from omnix_protocol.customers import Customer, EditCustomer
from omnix_protocol.ids import CustomerId

LENGTH = 200
ADDRESS_LENGTH = 1000
MOST = 20


class Profile(msgspec.Struct, frozen=True):
    """The fields that a form has."""

    name: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    address: str = ""
    service_numbers: tuple[str, ...] = ()
    nik: str = ""


class Edited(msgspec.Struct, frozen=True):
    """What the form was begun with, and what stands in it."""

    version: int = 0
    base: Profile = Profile()
    mine: Profile = Profile()
    disputed: tuple[str, ...] = ()  # refused before: the user decides about each that differs


def profile_of(customer: Customer) -> Profile:
    return Profile(**{name: getattr(customer, name) for name in EDITABLE})


def edit_key(customer_id: CustomerId) -> str:
    """Under which a form's draft is kept."""
    return f"customer {customer_id}"


class CustomerEdit(Filling[Edited]):
    """One customer's form. Fields that nobody here touched follow the others' changes; the rest asks."""

    def __init__(self, kept: Kept, customer: Customer, version: int, parent: QObject) -> None:
        self.customer_id = CustomerId(customer.id)
        self._seen, self._seen_version = profile_of(customer), version
        super().__init__(kept, edit_key(self.customer_id), self._begin, Edited, parent)
        self.open = self.begun
        """Whether the form is on the screen in place of the profile."""

    @property
    def mine(self) -> Profile:
        return self.values.mine

    @property
    def theirs(self) -> Profile:
        """As the profile stands now."""
        return self._seen

    def type_in(self, **fields: Any) -> None:
        self.fill(mine=replace(self.mine, **fields))

    def meet(self, customer: Customer, version: int) -> None:
        """The profile as it is now: take over what was not touched here."""
        self._seen, self._seen_version = profile_of(customer), version
        if not self.begun:
            self.values = self._begin()
            self.replaced.emit()
        elif not self.conflict() and (self.values.base, self.values.version) != (self._seen, version):
            self.show(Edited(version, self._seen, self._merged()))
        self.changed.emit()

    def conflict(self) -> tuple[str, ...]:
        """Fields that were changed here and elsewhere, differently."""
        return tuple(name for name in EDITABLE if self._is_contested(name))

    def settle(self, *, keep_mine: bool) -> None:
        """The user's word about all fields in conflict."""
        merged = self._merged()
        if not keep_mine:
            merged = replace(merged, **{name: getattr(self._seen, name) for name in self.conflict()})
        self.show(Edited(self._seen_version, self._seen, merged))

    def give_back(self, command: EditCustomer) -> None:
        """A refused edit, to be decided anew over the profile as it is now."""
        own = edited(command)
        self.show(Edited(self._seen_version, self._seen, replace(self._seen, **own), tuple(own)))
        self.open = True
        self.changed.emit()

    def problems(self) -> dict[str, Why]:
        """What is wrong, by field, with what to do."""
        mine = self.mine
        found: dict[str, Why] = {}
        if not mine.name.strip() and self.values.base.name:
            found["name"] = Why("customer.name_missing")
        wrong_phones = [one for one in mine.phones if not is_phone(one)]
        if wrong_phones:
            found["phones"] = Why("customer.phone_wrong", (("value", wrong_phones[0]),))
        wrong_emails = [one for one in mine.emails if not is_email(one)]
        if wrong_emails:
            found["emails"] = Why("customer.email_wrong", (("value", wrong_emails[0]),))
        if mine.nik.strip() and not is_nik(mine.nik):
            found["nik"] = Why("customer.nik_wrong")
        found |= _too_long(mine)
        return found

    def command(self) -> EditCustomer | None:
        """The changed fields, as the server writes them; None where nothing was changed."""
        base, clean = self.values.base, _clean(self.mine)
        changed = {name: getattr(clean, name) for name in EDITABLE if getattr(clean, name) != getattr(base, name)}
        if not changed:
            return None
        fields = {name: changed.get(name, UNSET) for name in EDITABLE}
        return EditCustomer(customer_id=self.customer_id, base_version=self.values.version, **fields)

    def _is_contested(self, name: str) -> bool:
        was, mine, theirs = (getattr(one, name) for one in (self.values.base, self.mine, self._seen))
        return bool(mine != theirs and (name in self.values.disputed or was not in (theirs, mine)))

    def _begin(self) -> Edited:
        return Edited(self._seen_version, self._seen, self._seen)

    def _merged(self) -> Profile:
        base, mine, theirs = self.values.base, self.mine, self._seen
        taken = {name: getattr(theirs, name) for name in EDITABLE if getattr(mine, name) == getattr(base, name)}
        return replace(mine, **taken)


def _clean(mine: Profile) -> Profile:
    return Profile(
        name=mine.name.strip(),
        phones=tuple(dict.fromkeys(phone(one) for one in mine.phones if one.strip())),
        emails=tuple(dict.fromkeys(one.strip() for one in mine.emails if one.strip())),
        address=mine.address.strip(),
        service_numbers=tuple(dict.fromkeys("".join(one.split()) for one in mine.service_numbers if one.strip())),
        nik="".join(mine.nik.split()),
    )


def _too_long(mine: Profile) -> dict[str, Why]:
    limits = {"name": LENGTH, "address": ADDRESS_LENGTH}
    found = {
        name: Why("refused.text_too_long", (("limit", limit),))
        for name, limit in limits.items()
        if len(getattr(mine, name)) > limit
    }
    for name in ("phones", "emails", "service_numbers"):
        if len(getattr(mine, name)) > MOST:
            found[name] = Why("customer.too_many", (("limit", MOST),))
    return found
