"""What a reserved unit costs on a day: its term's price spread evenly over the days of that term.

A term is a month or a year from the day the reservation began, to the same day of the month (or
its last day); the days of each term add up exactly to its price.
"""

from calendar import monthrange
from datetime import date
from decimal import Decimal

from shared.domain.cost.prorating import prorated
from shared.domain.price.charge import EXACT
from shared.domain.price.reservation_price import Term, reservation_price
from shared.domain.reservation.reservation import Reservation

_MONTHS = {Term.MONTH: 1, Term.YEAR: 12}
_MONTHS_A_YEAR = 12


def unit_day_usd(reservation: Reservation, day: date) -> Decimal | None:
    """Return what one unit costs on a UTC day; None where nobody states the price of its term."""
    term = Term(reservation.term)
    months = _MONTHS[term]
    if reservation.usd_per_ptu_month is not None:
        price = EXACT.multiply(reservation.usd_per_ptu_month, Decimal(months))
    else:
        listed = reservation_price(reservation.geography, term, reservation.region)
        if listed is None:
            return None
        price = listed.usd
    first, end = _term_around(reservation.starts, months, day)
    at = (day - first).days
    return prorated(price, at, at + 1, (end - first).days)


def _term_around(starts: date, months: int, day: date) -> tuple[date, date]:
    """Return the first day of the term that holds a day, and the first day after it."""
    passed = (day.year - starts.year) * _MONTHS_A_YEAR + day.month - starts.month
    number = passed // months
    if _later(starts, number * months) > day:
        number -= 1
    return _later(starts, number * months), _later(starts, (number + 1) * months)


def _later(starts: date, months: int) -> date:
    years, month = divmod(starts.month - 1 + months, _MONTHS_A_YEAR)
    year = starts.year + years
    return date(year, month + 1, min(starts.day, monthrange(year, month + 1)[1]))
