"""What the name of a column says of its numbers: that they count rows, or name them."""

from __future__ import annotations

import re

COUNTING = re.compile(
    r"id|index|idx|rows?|row[\s._]?(names?|number|nr|no|num|id)|unnamed:\s?\d+(\.\d+)?|"
    r"level_0|#|\(row names\)|(s|sl|sr|serial|lfd)[\s._]*(no|nr|num|number)\.?",
    re.IGNORECASE,
)
FIRST = re.compile(
    r"X|(?i:no|nr|num|number|obs|obsno|observation|case|patient|subject|participant|"
    r"respondent|person|study|pair|unit|sample|specimen|record|order|entry)\.?"
)
IDENTIFYING = re.compile(
    r"(.*[\W_])?(id|identifier|pid|uid|uuid|guid|key|ssn|isbn|ean|upc|sku)|code no|"
    r".*code|.+cod|id[\s._]?(case|no|nr|num)|"
    r"(doc|seq|case|obs|rec|record|reg|acc|account|inv|invoice|order|cust|customer|"
    r"client|pat|patient|subj|subject|student|emp|employee|serial|member|user|phone|"
    r"telephone)[\s._]?(id|no|nr|num|number)\.?",
    re.IGNORECASE,
)
CAMEL = re.compile(r".*[a-z](I[Dd]|Code|Key|Zip)")
CODES = re.compile(
    r"(.*[\W_])?(ids|codes?|zip ?(code)?|post(al)? ?code|plz|fips|sku|isbn)"
    r"([\W_]?(code|id|no))?",
    re.IGNORECASE,
)
DATED = re.compile(r"date|datum|fecha|(^|[\W_])day([\W_]|$)", re.IGNORECASE)


def counts_rows(name: str, first: bool) -> bool:
    """Whether numbers from 0 or 1 on, one a row, count the rows and nothing else.

    Some words say so in the first column only.

    >>> counts_rows("S.No.", False), counts_rows("no", True), counts_rows("no", False)
    (True, True, False)
    """
    return bool(COUNTING.fullmatch(name) or (first and FIRST.fullmatch(name)))


def identifies(name: str) -> bool:
    """Whether whole numbers of which none comes twice are names of rows.

    >>> identifies("PassengerId"), identifies("customer_id"), identifies("paid")
    (True, True, False)
    """
    return bool(IDENTIFYING.fullmatch(name) or CAMEL.fullmatch(name))


def may_identify(name: str) -> bool:
    """Whether whole numbers may be names, or codes of which none is more than another.

    >>> may_identify("ZIP Code"), may_identify("group_id"), may_identify("postage")
    (True, True, False)
    """
    return identifies(name) or bool(CODES.fullmatch(name))


def is_dated(name: str) -> bool:
    """Whether numbers may be days.

    >>> is_dated("start_date"), is_dated("days")
    (True, False)
    """
    return bool(DATED.search(name))
