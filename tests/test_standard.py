"""Dates and times, exact numbers, UUIDs and paths."""

# ruff: noqa: DTZ001, DTZ901 -- naive ones are tested
from __future__ import annotations

import copy
import datetime as dt
import os
import pickle
import random
import sys
import uuid
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import pytest

HOUR = dt.timedelta(hours=1)
EAST = dt.timezone(dt.timedelta(hours=5, minutes=30, microseconds=1))
UTC = dt.timezone.utc


@pytest.fixture(scope="module")
def standard(zig_module: Callable[[str], ModuleType]) -> ModuleType:
    return zig_module("standard")


class Berlin(dt.tzinfo):
    """A zone with a change of its offset."""

    def utcoffset(self, when: dt.datetime | None) -> dt.timedelta | None:
        return None if when is None else HOUR * (1 if when.fold else 2)

    def dst(self, when: dt.datetime | None) -> dt.timedelta | None:
        return None

    def tzname(self, when: dt.datetime | None) -> str:
        return "Europe/Berlin"


def test_every_value_is_the_same_again(standard: ModuleType) -> None:
    values: dict[str, list[Any]] = {
        "date": [dt.date.min, dt.date.max, dt.date(2024, 2, 29)],
        "time": [dt.time.min, dt.time.max, dt.time(1, 2, 3, 4, fold=1), dt.time(5, tzinfo=EAST)],
        "datetime": [
            dt.datetime.min,
            dt.datetime.max,
            dt.datetime(2024, 2, 29, 1, 2, 3, 4, fold=1),
            dt.datetime(1, 1, 1, tzinfo=UTC),
            dt.datetime(9999, 12, 31, tzinfo=EAST),
            dt.datetime(2020, 1, 1, tzinfo=dt.timezone(-23 * HOUR)),
        ],
        "timedelta": [dt.timedelta.min, dt.timedelta.max, dt.timedelta(microseconds=-1), dt.timedelta()],
        "duration": [dt.timedelta.min, dt.timedelta.max, dt.timedelta(microseconds=-1)],
        "decimal": [
            *map(Decimal, ("0", "-0.00", "1.50", "1E+400", "-1e-2147483000")),
            Decimal(2**128 - 1),
            Decimal(-(2**128 - 1)).scaleb(-30),
        ],
        "fraction": [Fraction(0), Fraction(-1, 3), Fraction(2**127 - 1, 2**128 - 1), Fraction(-(2**127))],
        "uuid": [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), uuid.uuid4()],
        "path": [Path("a"), Path("/a/ü"), Path()],
    }
    for name, cases in values.items():
        for value in cases:
            again = getattr(standard, name)(value)
            assert (type(again), repr(again)) == (type(value), repr(value))
            if hasattr(value, "fold"):
                assert again.fold == value.fold
    assert standard.datetime(dt.datetime(2020, 1, 1, tzinfo=UTC)).tzinfo is UTC
    # A zone is its offset at that time; a time of day has none of a zone that changes.
    for fold in (0, 1):
        local = dt.datetime(2024, 10, 27, 2, 30, tzinfo=Berlin(), fold=fold)
        again = standard.datetime(local)
        assert (again.utcoffset(), again.fold) == (local.utcoffset(), fold)
    assert standard.time(dt.time(2, tzinfo=Berlin())) == dt.time(2)


def test_epochs_are_those_of_python(standard: ModuleType) -> None:
    rng = random.Random(14)
    epoch = dt.datetime(1970, 1, 1, tzinfo=UTC)
    days = [dt.date.min, dt.date.max, *(dt.date.fromordinal(rng.randrange(1, 3652060)) for _ in range(200))]
    for day in days:
        number = day.toordinal() - epoch.toordinal()
        assert (standard.to_days(day), standard.from_days(number)) == (number, day)
        moment = dt.datetime(day.year, day.month, day.day, rng.randrange(24), 59, 58, rng.randrange(10**6), UTC)
        microseconds = (moment - epoch) // dt.timedelta(microseconds=1)
        assert (standard.to_epoch(moment), standard.from_epoch(microseconds)) == (microseconds, moment)
        assert standard.to_epoch(moment.replace(tzinfo=None)) == microseconds
        assert standard.to_epoch(moment.replace(tzinfo=EAST)) == microseconds - EAST.utcoffset(None) // dt.timedelta(
            microseconds=1
        )
    for wrong in (-719163, 2932897, 2**63 - 1, -(2**63)):
        with pytest.raises(ValueError, match=r"^OutOfRange$"):
            standard.from_days(wrong)


def test_what_is_no_such_value_is_refused(standard: ModuleType) -> None:
    cases: list[tuple[str, Any, type[Exception], str]] = [
        ("date", dt.datetime(2024, 1, 1), TypeError, "must be a datetime.date (date), not datetime"),
        ("date", "2024-01-01", TypeError, "must be a datetime.date (date), not str"),
        ("datetime", dt.date(2024, 1, 1), TypeError, "must be a datetime.datetime (datetime), not date"),
        ("timedelta", 3, TypeError, "must be a datetime.timedelta (timedelta), not int"),
        ("decimal", 1.5, TypeError, "must be a decimal.Decimal or an int (Decimal), not float"),
        ("decimal", Decimal("-inf"), ValueError, "must be a finite number (Decimal)"),
        ("decimal", Decimal("sNaN"), ValueError, "must be a finite number (Decimal)"),
        ("fraction", True, TypeError, "must be a fractions.Fraction or an int (Fraction), not bool"),
        ("uuid", str(uuid.uuid4()), TypeError, "must be a uuid.UUID (UUID), not str"),
        ("path", 3, TypeError, "must be a str, bytes or os.PathLike (path), not int"),
        ("path", "ab\0c", ValueError, "must have no NUL (path), and has one at 2"),
    ]
    for name, value, error, message in cases:
        with pytest.raises(error) as caught:
            getattr(standard, name)(value)
        assert str(caught.value) == f"{name}(): parameter 'value' {message}"
    for name, value, part, limits in (
        ("decimal", Decimal(2**128), "coefficient", "u128 (0 to 340282366920938463463374607431768211455)"),
        ("decimal", 10**40, "coefficient", "u128 (0 to 340282366920938463463374607431768211455)"),
        ("fraction", Fraction(1, 2**128), "denominator", "u128 (0 to 340282366920938463463374607431768211455)"),
    ):
        with pytest.raises(OverflowError) as caught_range:
            getattr(standard, name)(value)
        assert str(caught_range.value) == f"{name}(): parameter 'value.{part}' is out of range for {limits}"
    for which, error in enumerate((ValueError, OverflowError, ZeroDivisionError)):
        with pytest.raises(error):
            standard.impossible(which)
    assert standard.impossible(3) == (None, None, None)


def test_subclasses_that_lie_are_no_danger(standard: ModuleType) -> None:
    class Day(dt.date):
        month = 300

    class Broken(dt.datetime):
        def utcoffset(self) -> Any:
            return "late"

    class Digits(Decimal):
        def as_tuple(self) -> Any:
            return type("Parts", (), {"sign": 0, "digits": (1, 99), "exponent": 0})()

    with pytest.raises(OverflowError, match=r"^date\(\): parameter 'value.month' is out of range for u8 \(0 to 255\)$"):
        standard.date(Day(2024, 1, 1))
    with pytest.raises(TypeError, match=r"^datetime\(\): parameter 'value.offset' must be a datetime.timedelta"):
        standard.datetime(Broken(2024, 1, 1))
    with pytest.raises(OverflowError, match=r"^decimal\(\): parameter 'value.coefficient' is out of range for u4"):
        standard.decimal(Digits(3))


def test_paths_are_what_open_takes(standard: ModuleType) -> None:
    class Like:
        def __init__(self, path: str | bytes) -> None:
            self.path = path

        def __fspath__(self) -> str | bytes:
            return self.path

    given: Any
    for given in ("a/ü", b"a", Path("x", "y"), PurePosixPath("z"), Like("q"), Like(b"\xff")):
        assert standard.encoded(given) == os.fsencode(given)
        assert str(standard.path(given)) == os.fsdecode(given)
    if sys.platform != "win32" and sys.getfilesystemencoding() == "utf-8":
        assert standard.encoded("\udcff") == b"\xff"
    with pytest.raises(TypeError, match=r"__fspath__\(\) to return str or bytes"):
        standard.path(Like(3))  # type: ignore[arg-type]
    assert standard.sizes(Path("abc"), Path("ab")) == (3, 2)
    assert standard.sizes("abc", None) == (3, None)
    assert standard.files([Path("a"), "b"]) == [Path("a"), Path("b")]
    text = bytearray(36)
    identity = uuid.uuid4()
    assert standard.text_of(identity, text) == 36
    assert text.decode() == str(identity)


def test_they_are_parts_of_everything(standard: ModuleType) -> None:
    moment = dt.datetime(2026, 11, 26, 22, 30, tzinfo=UTC)
    assert [standard.maybe(value) for value in (None, moment)] == [None, moment]
    assert standard.many(day for day in (dt.date.min, dt.date.max)) == [dt.date.min, dt.date.max]
    with pytest.raises(TypeError, match=r"^many\(\): parameter 'values\[1\]' must be a datetime.date"):
        standard.many([dt.date.min, 3])
    prices = {"a": Decimal("1.10"), "b": Decimal(3)}
    assert standard.by_name(prices) == prices
    assert standard.later(moment, lambda when: when + HOUR) == moment + HOUR
    with pytest.raises(TypeError):
        standard.later(moment, lambda when: "soon")
    tags = {"day": moment.date(), "moment": moment, "number": Decimal(2), "file": Path("a"), "text": "a"}
    for tag, value in tags.items():
        assert standard.tag(value) == tag
        assert (type(standard.same(value)), standard.same(value)) == (type(value), value)


def test_they_are_fields_of_classes(standard: ModuleType) -> None:
    moment = dt.datetime(2026, 11, 26, 22, 30)
    event = standard.Event(moment, times=[dt.time(1)], file=Path("b"), files=["c"])
    assert (event.at, event.day, event.took, event.file) == (moment, None, dt.timedelta(0), Path("b"))
    assert (event.price, event.share, event.id) == (Decimal("1.50"), Fraction(1, 3), uuid.UUID(int=0))
    event.day = moment.date()
    event.took = HOUR
    event.rename(Path("d"))
    event.times.append(dt.time(2, fold=1))
    event.files.append(Path("e"))
    for again in (pickle.loads(pickle.dumps(event)), copy.deepcopy(event), eval(repr(event), vars(standard) | names())):
        assert again == event
        assert (again.day, again.took, again.file) == (moment.date(), HOUR, Path("d"))
        assert (list(again.times), list(again.files)) == ([dt.time(1), dt.time(2)], [Path("c"), Path("e")])
        assert again.times[1].fold == 1
    with pytest.raises(TypeError, match=r"^Event\.at must be a datetime.datetime \(datetime\), not str"):
        event.at = "now"
    assert event.year() == 2026
    shown = standard.Event.__annotations__
    assert (shown["at"], shown["day"], shown["file"]) == (dt.datetime, dt.date | None, Path)


def names() -> dict[str, Any]:
    """What the repr of such values says."""
    classes = {"Decimal": Decimal, "Fraction": Fraction, "UUID": uuid.UUID}
    return {"datetime": dt, "PosixPath": Path, "WindowsPath": Path, **classes}
