"""Numbers with a unit, and numbers that may be names: what a column is taken for."""

import numpy as np
import pandas as pd
import pytest

import pellucid as pl
from pellucid.errors import TableError
from pellucid.models.linear import LinearRegression
from pellucid.tables.preparation import Preparation

N = 60
rng = np.random.default_rng(0)
v = rng.uniform(1, 99, N).round(1)
w = rng.integers(2, 30, N)


def frame(cells, name="c"):
    return pd.DataFrame({"x": rng.normal(size=N), name: cells, "y": rng.normal(size=N)})


def step_of(table, name="c"):
    return next(s for s in table.preparation.steps if s.column == name)


def each(form, numbers=v):
    return [form.format(x) for x in numbers]


def one_of(*cells):
    return [cells[i % len(cells)] for i in range(N)]


# Cells, the reason, and the numbers.
UNITS = {
    "mm": (each("{} mm"), "numbers in mm", v),
    "kg without a blank": (each("{}kg"), "numbers in kg", v),
    "whole cm": (each("{} cm", w), "numbers in cm", w),
    "degrees": (each("{:.1f} °C", v - 40), "numbers in °C", (v - 40).round(1)),
    "degrees alone": (each("{}°"), "numbers in °", v),
    "minutes": (each("{} min", w), "numbers in min", w),
    "a speed": (each("{} km/h", w), "numbers in km/h", w),
    "powers of ten": (each("{}e3 Pa"), "numbers in Pa", v * 1e3),
    "a square": (each("{} m²"), "numbers in m²", v),
    "a concentration": (each("{} mg/dL"), "numbers in mg/dL", v),
    "consumption": (each("{} l/100km"), "numbers in l/100km", v),
    "of used cars": (each("{} kmpl"), "numbers in kmpl", v),
    "inches": (each('{}"'), 'numbers in "', v),
    "micro": (each("{} µg"), "numbers in µg", v),
    "one and many": ([*each("{} days", w)[:-1], "1 day"], "numbers in days",
                     [*w[:-1], 1]),
    "footnotes": ([*each("{} nm")[:-1], f"{v[-1]} nm[14]"], "numbers in nm", v),
    "a word": (each("{} rooms", w), "numbers in rooms", w),
    "a typesetter's minus": (each("−{} V"), "numbers in V", -v),
    "a decimal comma": ([f"{x} kg".replace(".", ",") for x in v],
                        'numbers in kg, written with "," before decimals', v),
    "thousands": (each("{:,} km", w * 1234),
                  'numbers in km, written with "," between thousands', w * 1234),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "reason", "x"), UNITS.values(), ids=UNITS)
def test_numbers_with_one_unit_are_numbers(cells, reason, x):
    table = pl.rows(frame(cells), target="y")
    assert (step_of(table).role.kind, step_of(table).role.reason) == ("number", reason)
    np.testing.assert_allclose(table.X[:, 1], x)


# Cells that are no numbers with one unit, their role, and words of the reason.
OTHERS = {
    "two units": (one_of("5 kg", "300 g"), "category", "in different units (g, kg)"),
    "two units, many numbers": (each("{} kg")[:30] + each("{} g")[30:], "left out",
                                "numbers in different units (kg, g)"),
    "thousands and millions": (each("{}K")[:30] + each("{}M")[30:], "left out",
                               "numbers in different units (K, M)"),
    "fruit": (one_of("2 apples", "3 pears"), "category", "units (apples, pears)"),
    "quarters": (one_of("Q1", "Q2", "Q3"), "category", '3 levels, against "Q1"'),
    "rooms": (each("A{}", w), "left out", "too many levels"),
    "places": (one_of("1st", "2nd", "3rd"), "category", '3 levels, against "1st"'),
    "places with th": (one_of("4th", "5th"), "category", '2 levels, against "4th"'),
    "classes": (one_of("1st class", "2nd class"), "category", 'against "1st class"'),
    "groups": (one_of("1A", "2A", "3A"), "category", '3 levels, against "1A"'),
    "drives": (one_of("2wd", "4wd"), "category", '2 levels, against "2wd"'),
    "dimensions": (one_of("2D", "3D"), "category", '2 levels, against "2D"'),
    "sizes": (one_of("6 XL", "7 XL"), "category", '2 levels, against "6 XL"'),
    "versions": (one_of("1.2.3", "1.2.4"), "category", '2 levels, against "1.2.3"'),
    "times": (each("12:{:02d}", w), "date", "written as %H:%M"),
    "ages": (one_of("20-29", "30-39"), "category", '2 levels, against "20-29"'),
    "telephones": (each("555-{:04d}", w), "left out", "too many levels"),
    "days of May": (each("{} May", w), "left out", "too many levels"),
    "streets": (each("{} Main Street", w), "left out", "too many levels"),
    "half without": (each("{} mm")[:30] + each("{}")[30:], "left out", "many levels"),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "kind", "reason"), OTHERS.values(), ids=OTHERS)
def test_what_looks_like_a_number_with_a_unit_is_none(cells, kind, reason):
    role = step_of(pl.rows(frame(cells), target="y")).role
    assert role.kind == kind
    assert reason in role.reason


def test_a_few_missing_cells_and_stray_ones_are_missing():
    cells = ["", "NA", "unknown", *each("{} mm")[3:]]
    table = pl.rows(frame(cells), target="y")
    assert (len(table.y), step_of(table).missing) == (N - 3, 3)
    said = '1 cell that is no number in mm ("unknown") counts as missing'
    assert step_of(table).role.reason == said


def test_a_target_with_a_unit_is_a_number():
    table = pl.rows(frame(each("{} kg")), target="c")
    np.testing.assert_allclose(table.y, v)


def test_new_rows_are_read_by_the_same_unit():
    table = pl.rows(frame(each("{} mm")), target="y")
    again = Preparation.from_dict(table.preparation.as_dict())
    assert again == table.preparation
    model = LinearRegression().fit(table)
    new = pd.DataFrame({"x": [1.0, 2.0], "c": ["5 mm", "6.5mm"]})
    expected = model.predict(pd.DataFrame({"x": [1.0, 2.0], "c": [5, 6.5]}))
    np.testing.assert_allclose(model.predict(new), expected)
    said = r'column "c": expected a number in mm, as the .* found "5 cm" \(1 such cell'
    with pytest.raises(TableError, match=said):
        model.predict(new.assign(c=["5 cm", "6.5mm"]))


# A name, whole numbers, and what is advised.
NAMES = {
    "zip": (w * 1000 + 123, 'leave it out (drop="zip")'),
    "customer_id": (w, 'leave it out (drop="customer_id")'),
    "customerID": (w, 'leave it out (drop="customerID")'),
    "ZIP Code": (w, 'leave it out (drop="ZIP Code")'),
    "region code": (one_of(1, 2, 3), 'a category (categories="region code")'),
    "store_key": (one_of(1, 2, 3), 'a category (categories="store_key")'),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_numbers_that_may_be_names_are_told(name):
    cells, advice = NAMES[name]
    table = pl.rows(frame(cells, name), target="y")
    assert name in table.names
    (note,) = table.preparation.notes
    assert note.startswith(f'"{name}" is taken as numbers; where they are names, ')
    assert note.endswith(advice)


def test_the_advice_about_names_works():
    asked = frame(one_of(1, 2, 3), "store_key")
    dropped = pl.rows(asked, target="y", drop="store_key")
    levels = pl.rows(asked, target="y", categories="store_key")
    numbers = pl.rows(asked, target="y", numbers="store_key")
    assert dropped.names == ("x",)
    assert levels.names == ("x", "store_key[2]", "store_key[3]")
    assert [t.preparation.notes for t in (dropped, levels, numbers)] == [(), (), ()]


@pytest.mark.parametrize("name", ["width", "idle", "key figure", "decoded", "humid"])
def test_numbers_under_other_names_are_no_doubt(name):
    assert pl.rows(frame(w, name), target="y").preparation.notes == ()


def test_decimals_are_no_names():
    assert pl.rows(frame(v, "code"), target="y").preparation.notes == ()
