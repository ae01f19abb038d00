"""How errors name what they found: a cell, a name, a count."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

# Signs that break a line, turn it round, or are none, which JSON leaves as they are.
UNSEEN = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
NAMED = 5  # names of a list in words
LONGEST = 40  # characters of a cell, and columns of a list, that an error repeats


def cut(text: str, longest: int = LONGEST) -> str:
    """Cut text where it is long.

    >>> cut("x" * 50)
    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'
    """
    return text if len(text) <= longest else text[:longest] + "..."


def quoted(text: str) -> str:
    r"""Put text in double quotes, on one line.

    >>> print(quoted('5" disk\n'))
    "5\" disk\n"
    """
    return UNSEEN.sub(_spelt, json.dumps(cut(text), ensure_ascii=False))


def _spelt(sign: re.Match[str]) -> str:
    return f"\\u{ord(sign[0]):04x}"


def shown(cell: object) -> str:
    """Name a cell as an error does.

    >>> shown("n/a"), shown("  "), shown(float("nan"))
    ('"n/a"', 'an empty cell', 'nan')
    """
    if not isinstance(cell, str):
        return cut(str(cell))
    return quoted(cell.strip()) if cell.strip() else "an empty cell"


def begun(words: str) -> str:
    """Begin a sentence with words that are no name.

    >>> begun("line 3 holds units"), begun('"age" is taken as numbers')
    ('Line 3 holds units', '"age" is taken as numbers')
    """
    return words[:1].upper() + words[1:]


def counted(n: int, noun: str) -> str:
    """Write a number with its noun.

    >>> counted(1, "row"), counted(506, "row"), counted(2, "class")
    ('1 row', '506 rows', '2 classes')
    """
    return f"{n} {noun}{'' if n == 1 else 'es' if noun.endswith('s') else 's'}"


def listed(names: Iterable[str]) -> str:
    """Write a list of names, the first of them where there are many.

    >>> listed(["age", "price"])
    '"age", "price"'
    """
    every = [quoted(name) for name in names]
    rest = len(every) - LONGEST
    return ", ".join(every[:LONGEST]) + (f" and {rest} more" if rest > 0 else "")


def together(names: Sequence[str]) -> str:
    """A list in words, the first of it where it is long.

    >>> together(["a", "b", "c"])
    'a, b and c'
    """
    if len(names) > NAMED + 1:
        return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
