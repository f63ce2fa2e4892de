"""What the office does with licences besides being fed them: shows them to their holder, notes renewals."""

from datetime import date, datetime, timedelta
from uuid import UUID

from backend.citizens.service import lock_subject
from backend.city.calendar import add_months
from backend.city.city import City
from backend.city.licence_types import RenewalWindow
from backend.city.models import Unit
from backend.core.crypto import Keyring
from backend.core.db import Database, Tx
from backend.licences import queries
from backend.licences.errors import LicenceNotFound
from backend.licences.models import Licence, LicenceId, Standing, Status
from backend.licences.queries import SealedLicence
from backend.licences.sealing import Sealed, open_sealed

_CARRIED = 200
_SOON = timedelta(days=90)
_STATUS_SPEAKS = frozenset(Status) - {Status.VALID}
# What needs the holder comes first, what no longer holds comes last.
_ORDER = {
    Standing.SUSPENDED: 0,
    Standing.SOON: 0,
    Standing.RENEWING: 1,
    Standing.VALID: 2,
    Standing.OTHER: 3,
    Standing.EXPIRED: 4,
}
_LAST = 5


async def list_wallet(db: Database, keyring: Keyring, subject_id: UUID, today: date, city: City) -> list[Licence]:
    """The licences a holder carries, opened, in the order to show them; one statement. Replaced ones are left out."""
    sealed = await queries.list_licences(db, subject_id, _CARRIED)
    return sorted((_opened(keyring, row, today, city) for row in sealed), key=_place)


async def get_licence(
    db: Database, keyring: Keyring, subject_id: UUID, licence_id: UUID, today: date, city: City
) -> Licence:
    """One licence of this holder, opened. Raises LicenceNotFound, also where it is somebody else's."""
    sealed = await queries.find_licence(db, subject_id, licence_id)
    if sealed is None:
        raise LicenceNotFound
    return _opened(keyring, sealed, today, city)


async def file_renewal(
    tx: Tx, subject_id: UUID, licence_type: str, filed_on: date, now: datetime, *, source_id: str | None = None
) -> None:
    """Notes that a renewal has been filed: reminders stop, also where the licence becomes known only later.

    `source_id` is the department's own id of one licence; without it all of the type are meant. A licence whose present
    period (`valid_from`) began that day or later was renewed already and is left alone. Repeating changes nothing.
    """
    await lock_subject(tx, subject_id)
    await queries.upsert_filed(tx, subject_id, licence_type, source_id or "", filed_on)
    await queries.update_renewals(tx, [subject_id], now)


async def close_renewal(
    tx: Tx, subject_id: UUID, licence_type: str, closed_on: date, now: datetime, *, source_id: str | None = None
) -> None:
    """Notes that a renewal has ended without a new licence: reminders resume, unless another was filed later."""
    await lock_subject(tx, subject_id)
    await queries.upsert_closed(tx, subject_id, licence_type, source_id or "", closed_on)
    await queries.update_renewals(tx, [subject_id], now)


async def reconsider_licences(tx: Tx, subject_id: UUID, now: datetime) -> None:
    """What kept a holder's reminders back is gone: the next sweep looks at all the licences as if just learnt of."""
    await queries.update_changed(tx, subject_id, now)


def standing(
    status: Status, expires_on: date | None, *, renewal_filed: bool, window_opens_on: date | None, today: date
) -> Standing:
    """How a licence stands today. Expired is derived here and nowhere stored."""
    if status in _STATUS_SPEAKS:
        return Standing(status)
    if expires_on is None:
        return Standing.VALID
    if renewal_filed:
        return Standing.RENEWING
    if expires_on < today:
        return Standing.EXPIRED
    opens_on = expires_on - _SOON if window_opens_on is None else min(window_opens_on, expires_on - _SOON)
    return Standing.SOON if today >= opens_on else Standing.VALID


def window_opens_on(window: RenewalWindow | None, expires_on: date, city: City) -> date | None:
    """The first day on which renewal is accepted; None where no rule says."""
    if window is None or window.open_before is None:
        return None
    return _earlier(expires_on, window.open_before, window.unit, city)


def window_closes_on(window: RenewalWindow | None, expires_on: date, city: City) -> date | None:
    """The last day on which renewal is accepted; None where no rule says."""
    if window is None or window.close_before is None:
        return None
    return _earlier(expires_on, window.close_before, window.unit, city)


def _earlier(on: date, amount: int, unit: Unit, city: City) -> date:
    match unit:
        case Unit.DAY:
            return on - timedelta(days=amount)
        case Unit.WORKDAY:
            return city.calendar.add_working_days(on, -amount).on
        case Unit.MONTH:
            return add_months(on, -amount)
        case Unit.YEAR:
            return add_months(on, -12 * amount)


def _opened(keyring: Keyring, row: SealedLicence, today: date, city: City) -> Licence:
    blobs = Sealed(row.number_enc, row.identifier_enc, row.face_enc)
    number, identifier, face = open_sealed(keyring, row.key_id, row.licence_id, blobs)
    return Licence(
        licence_id=LicenceId(row.licence_id),
        licence_type=row.licence_type,
        number=number,
        identifier=identifier,
        version=row.version,
        issued_on=row.issued_on,
        valid_from=row.valid_from,
        expires_on=row.expires_on,
        status=Status(row.status),
        standing=_standing(row, today, city),
        renewal_filed_on=row.renewal_filed_on,
        face=face,
    )


def _standing(row: SealedLicence, today: date, city: City) -> Standing:
    kind = city.licence_types.get(row.licence_type)  # a type may have left the pack while licences of it remain
    window = None if kind is None else kind.renewal_window
    return standing(
        Status(row.status),
        row.expires_on,
        renewal_filed=row.renewal_filed_on is not None,
        window_opens_on=None if row.expires_on is None else window_opens_on(window, row.expires_on, city),
        today=today,
    )


def _place(licence: Licence) -> tuple[int, date, bytes]:
    """Within a group the nearest expiry first."""
    return _ORDER.get(licence.standing, _LAST), licence.expires_on or date.max, licence.licence_id.bytes
