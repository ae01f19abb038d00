"""A role for each column of a table, as a person says or as it seems.

It is found from profiles, whether the rows are in memory or not.
"""

from __future__ import annotations

from dataclasses import dataclass

from pellucid.errors import TableError
from pellucid.tables.as_numbers import LEFT_OUT, Role
from pellucid.tables.cells import marks_of
from pellucid.tables.dates import format_of, unit_of
from pellucid.tables.drafts import Draft, Goal, Rows, judge
from pellucid.tables.grid import ROW_NAMES
from pellucid.tables.profiles import Profile
from pellucid.tables.roles import (
    as_number,
    category,
    decimal_of,
    doubts,
    of_numbers,
    percent_of,
    role_of,
)
from pellucid.tables.step import Step
from pellucid.tables.wishes import Wishes
from pellucid.tables.wording import counted, quoted, shown

SURE = 20  # different numbers from which stray text in a target is no label


@dataclass(frozen=True, eq=False)
class Seen:
    """Columns that were seen once.

    Parameters
    ----------
    source : str
        What errors call the table.
    profiles : list of Profile
        What each looks like.
    t : int or None
        Which of them is the target.
    wishes : Wishes
        What a person says.
    notes : tuple of str
        What was decided to read them.
    """

    source: str
    profiles: list[Profile]
    t: int | None
    wishes: Wishes
    notes: tuple[str, ...] = ()

    def draft(self, rows: Rows) -> Draft:
        """Give each column a role, then judge which columns and rows stay."""
        decimal = decimal_of(self.profiles)
        n, judged = self.profiles[0].n, self.t is not None
        draft = Draft(self.source, n, rows, self._goal(decimal), notes=[*self.notes])
        names = [profile.name for profile in self.profiles]
        first = next((name for name in names if name != ROW_NAMES), "")
        for j, column in enumerate(self.profiles):
            if j == self.t:
                continue
            role = self._wished(column, decimal, first == column.name)
            out = role.kind == LEFT_OUT
            missing = 0 if out else column.figures_by(role).missing
            draft.steps.append(Step(column.name, role, missing))
            if judged and column.name not in self.wishes.numbers:
                draft.notes += doubts(column, role)
        judge(draft, self.wishes.missing)
        return draft

    def pointed(self) -> list[int]:
        """Columns of numbers whose points may stand between thousands, if typed so."""
        profiles = self.profiles
        if decimal_of(profiles) != ",":
            return []
        return [j for j, column in enumerate(profiles)
                if j != self.t and _has_points(column)]  # fmt: skip

    def _wished(self, column: Profile, decimal: str, first: bool) -> Role:
        """The role of a feature, as a person says or as it seems."""
        wishes = self.wishes
        if column.name in wishes.drop:
            return Role(LEFT_OUT, "as was asked for")
        if column.name in wishes.categories:
            return category(column.levels, column.order)
        if column.name in wishes.numbers:
            return self._as_asked(column, decimal, "number")
        if column.name in wishes.dates:
            return self._as_asked(column, decimal, "date")
        return role_of(column, decimal, first=first, judged=self.t is not None)

    def _as_asked(self, column: Profile, decimal: str, kind: str) -> Role:
        """A column as a number or date, as was asked for; what is none is missing."""
        if column.kind in (kind, "boolean", "duration"):
            return Role(kind, "as was asked for", marks=column.marks)
        levels = column.levels
        if kind == "number":
            marks, share = marks_of(levels.texts, decimal)
            why = "as was asked for; what is no number counts as missing"
            scale = percent_of(levels.texts)
            if share:
                return Role("number", why, marks=marks, scale=scale, lenient=True)
        else:
            form = format_of(levels.texts)
            if form:
                return Role(
                    "date", "as was asked for", format=form[0], scale=unit_of(form[0])
                )
        found = shown(levels.texts[0]) if levels.texts else "empty cells"
        raise TableError(
            f"{self.source}, column {quoted(column.name)}: expected {kind}s, as was "
            f"asked for, found {found}; leave the column out, or take it as a category."
        )

    def _goal(self, decimal: str) -> Goal | None:
        """The column to learn: numbers, or labels."""
        if self.t is None:
            return None
        column = self.profiles[self.t]
        role = _goal_role(column, self.wishes, decimal)
        labels: tuple[str, ...] = ()
        if role.kind == "label":
            missing, labels = column.levels.missing, tuple(sorted(column.levels.texts))
        else:
            missing = column.figures_by(role).missing
        if missing == column.n:
            raise TableError(
                f"{self.source}, column {quoted(column.name)}: expected a target, "
                "found nothing but missing cells; choose another."
            )
        return Goal(Step(column.name, role, missing), labels)


def _has_points(column: Profile) -> bool:
    x, marked = column.figures, column.marks.decimal == ","
    if column.kind != "number" or marked or x is None:
        return False
    return not x.whole or x.missing > 0


def _goal_role(column: Profile, wishes: Wishes, decimal: str) -> Role:
    if column.name in wishes.categories:
        return Role("label", "labels, as was asked for")
    if column.kind in ("number", "date", "duration") and not column.order:
        return of_numbers(column)
    if column.kind == "boolean":
        return Role("label", "truth values")
    levels = column.levels
    role = as_number(column, decimal) if column.kind == "text" else None
    asked = column.name in wishes.numbers
    if role and (asked or not role.lenient or len(levels.texts) > SURE):
        return role
    date = format_of(levels.texts) if column.kind == "text" else None
    if date and len(levels.texts) > SURE:
        return Role("date", f"written as {date[0]}, as a number", format=date[0],
                    scale=unit_of(date[0]))  # fmt: skip
    return Role("label", counted(len(levels.texts), "label"))
