"""Units behind the numbers of a column: 12 mm, 3.5kg, 60 km/h."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

BASES = """m g s l L A V W Wh J N Pa bar Hz B b bit Ω ohm mol M eq t cal K F C bps Bq
Sv eV u"""
PREFIXES = ("", *"kMGTcdmµμunph")
OTHERS = """in inch inches ft feet foot yd yds yard yards mi mile miles nmi lb lbs oz st
gal qt pt cc CC sqft acre acres ha sec secs second seconds min mins minute minutes h hr
hrs hour hours d day days wk week weeks mo month months y yr yrs year years °C °F °K °
kmh kph mph knots kn kt kmpl mpg psi atm mmHg hp bhp PS rpm bpm dB ppm ppb px dpi USD
EUR GBP CHF JPY INR KB Mbps kbps mbps IU BTU ℃ ℉ ' " ′ ″ per"""
BUILT = (prefix + base for prefix in PREFIXES for base in BASES.split())
KNOWN = frozenset((*OTHERS.split(), *BUILT))

PART = r"°?[^\W\d_]+[²³23]?|[°'\"′″℃℉]"
QUANTITY = re.compile(
    r"([+\-−–(]?\s*[$€£]?(?:\d[\d.,'’ \u00a0\u202f]*)?\.?\d\.?(?:[eE][+\-−]?\d+)?)"
    rf"(\s*)((?:{PART})(?:[/·*](?:100\s?)?(?:{PART}))*\.?)"
)
FOOTNOTES = re.compile(r"\s*(\[[^\]]{1,9}\]|[*†‡])+$")  # as encyclopedias write
IRREGULAR = {"inches": "inch", "feet": "foot"}
SAME = 0.9  # share of the cells that must have a unit
SAMPLE = 2000  # different cells that decide


def quantity(cell: str) -> tuple[str, str] | None:
    """A cell as a number, still text, and its unit; None where it is no such thing.

    A unit is one that is known, or any word in small letters after a blank.

    >>> quantity("12 mm"), quantity("60 km/h"), quantity("2 doors"), quantity("3rd")
    (('12', 'mm'), ('60', 'km/h'), ('2', 'doors'), None)
    """
    found = QUANTITY.fullmatch(FOOTNOTES.sub("", cell.strip()))
    if not found:
        return None
    number, blank, unit = found.groups()
    word = bool(blank) and len(unit) > 2 and unit.isalpha() and unit.islower()
    return (number, unit) if word or _is_known(unit.rstrip(".")) else None


@functools.lru_cache(maxsize=1024)
def _is_known(unit: str) -> bool:
    parts = re.split(r"[/·*](?:100\s?)?", unit)
    return all(part in KNOWN or part.rstrip("²³23") in KNOWN for part in parts)


def stem(unit: str) -> str:
    """A unit in the singular: hours and hour are one.

    >>> stem("hours"), stem("lbs."), stem("ms"), stem("feet")
    ('hour', 'lb', 'ms', 'foot')
    """
    bare = unit.rstrip(".")
    one = bare.removesuffix("s") if len(bare) > 2 else bare
    return IRREGULAR.get(bare, one)


def units_of(cells: Iterable[str]) -> tuple[str, ...]:
    """The units of a column, the most frequent first; none where cells have none.

    >>> units_of(["12 mm", "3 mm"]), units_of(["5 kg", "300 g"]), units_of(["1A", "2A"])
    (('mm',), ('kg', 'g'), ())
    """
    every = list(cells)
    every = every[:: 1 + len(every) // SAMPLE]
    found = [pair for pair in map(quantity, every) if pair]
    if not every or len(found) < SAME * len(every):
        return ()
    if _are_labels(every, found):
        return ()
    counts: dict[str, int] = {}
    names: dict[str, str] = {}
    for _, unit in found:
        counts[stem(unit)] = counts.get(stem(unit), 0) + 1
        names[stem(unit)] = max(names.get(stem(unit), ""), unit, key=len)
    return tuple(names[s] for s in sorted(counts, key=lambda s: -counts[s]))


def _are_labels(cells: list[str], found: list[tuple[str, str]]) -> bool:
    """Whether they name groups: one digit and one letter, as 1A, or a code, as 01A."""
    short = all(len(cell.strip()) == 2 for cell in cells)
    if any(number[:1] == "0" and number[1:2].isdecimal() for number, _ in found):
        return True
    return short and all(unit.isalpha() for _, unit in found)


def without_unit(cell: str, unit: str) -> str:
    """The number of a cell, where it has this unit; "" where it has another or none.

    >>> [without_unit(cell, "days") for cell in ("12 days", "1 day", "3", "3 min")]
    ['12', '1', '', '']
    """
    pair = quantity(cell)
    return pair[0] if pair and stem(pair[1]) == stem(unit) else ""
