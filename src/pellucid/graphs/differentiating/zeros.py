"""Which factors of a product are 0 whatever the inputs are: such a product is a choice.

Of z = m f(x), where no input moves m and m is 0, dJ/dx is 0 also where the slope of f
is infinite. Such an m is a constant, a step like x > 0, or the part of an array that
nothing was written into: the upper half of a triangular one. For this last kind each
step is run on a *pattern* of its arguments, 1 for what may be anything and 0 for what
is 0. A sum of products of patterns is 0 only where the step itself is.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from pellucid.graphs.bodies import Body, body_of, depends_on_turn, here
from pellucid.graphs.derivatives.entering import DERIVATIVES
from pellucid.graphs.evaluate import in_turn
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.operations.closed_set import (
    OPERATIONS,
    facts_of,
    is_elementwise,
)
from pellucid.graphs.operations.indexing import has_slots
from pellucid.graphs.operations.kinds import Kind, Zero
from pellucid.graphs.places import places_in
from pellucid.graphs.tracing.traced import current, lifted, recorded

Pattern = Any  # an array of 1 and 0; None where nothing is known to be 0
FACTORS = 16  # of a product up to which steps among them are looked for
LARGE = 1 << 16  # elements up to which zeros inside an array are looked for
MANY = 1 << 18  # steps of all turns up to which each turn is looked at
TRIALS = 3  # turns in which further places of what is carried may become known


class Zeros:
    """What is known to be 0 among the steps of one backward pass, or of one turn in it.

    Parameters
    ----------
    steps : mapping of Node to bool
        Of the inputs whether no input of the pass moves them: none of what is
        differentiated is known, whatever it is made from.
    patterns : mapping of Node to pattern
        Of the inputs where they may be other than 0.
    """

    def __init__(
        self, steps: Mapping[Node, bool], patterns: Mapping[Node, Pattern]
    ) -> None:
        self.steps, self.patterns = dict(steps), dict(patterns)
        self.masks: dict[Node, Any] = {}
        self.loops: dict[Node, Zeros] = {}
        self.turns: Turns | None = None  # of a body, whose turns differ

    def inside(self, loop: Node) -> Zeros:
        """What is known to be 0 inside of a loop, in each of its turns."""
        if loop not in self.loops:
            given = body_of(loop).given(loop)
            steps = {i: self.is_step(a) for i, a in given.items()}
            patterns = {i: self.pattern(a) for i, a in given.items()}
            turns = Turns(body_of(loop), dict(patterns))
            self.loops[loop] = _in_each_turn(body_of(loop), steps, patterns)
            self.loops[loop].turns = turns
        return self.loops[loop]

    def counting(self, node: Node, position: int) -> Any:
        """Where an argument is not multiplied by 0: a mask, True or False for all."""
        other = factor(node, position)
        if other is None:
            return True
        if other not in self.masks:
            self.masks[other] = self._not_zero(other)
        return self.masks[other]

    def _not_zero(self, other: Node) -> Any:
        """Where a factor may be other than 0, by steps and zeros that are known."""
        if self.is_step(other):
            return _counting_step(other)
        pattern = self.pattern(other)
        mask = self.turns.mask(other) if self.turns else None
        if mask is not None:
            return mask
        if pattern is not None and not pattern.all():
            return lifted(current().captured(pattern != 0), current())
        steps = [_counting_step(step) for step in self._steps_among(other)]
        return functools.reduce(operator.and_, steps) if steps else True

    def _steps_among(self, product: Node) -> Iterator[Node]:
        """The steps of what moves among the factors of a product."""
        parts = [product]
        for part in parts:
            if self.is_step(part):
                if not part.known:
                    yield part
            elif is_elementwise(part.operation) and len(parts) < FACTORS:
                places = range(len(part.arguments))
                parts += filter(None, [factor(part, i) for i in places])

    def is_step(self, node: Node) -> bool:
        """Whether no input moves a value: a constant, or a step of what moves."""
        for each in ancestors([node], stop=self.steps):
            is_step = each.known or each.dtype == bool or each.operation == "counter"
            self.steps[each] = is_step or self._stands(each)
        return self.steps[node]

    def _stands(self, node: Node) -> bool:
        if node.operation == "part":
            return self.inside(node.arguments[0]).is_step(node.options["of"])
        moving = moving_arguments(node)
        return moving is not None and all(self.steps[a] for a in moving)

    def pattern(self, node: Node) -> Pattern:
        """Where a value may be other than 0."""
        for each in ancestors([node], stop=self.patterns):
            if each.operation == "part" and not each.known:
                self.patterns[each] = self._of_turns(each)
            else:
                arguments = [self.patterns[a] for a in each.arguments]
                self.patterns[each] = _pattern(each, arguments)
        return self.patterns[node]

    def _of_turns(self, part: Node) -> Pattern:
        """Where a part of a loop may be other than 0."""
        loop, of = part.arguments[0], part.options["of"]
        found = self.inside(loop).pattern(of)
        starts = [a for a, (_, now) in zip(loop.arguments, body_of(loop).carried,
                                           strict=False) if now is of]  # fmt: skip
        for start in starts:  # where it turns no time
            found = _either(found, self.pattern(start))
        if found is None or part.size > LARGE:
            return None
        return np.broadcast_to(found, part.shape)


class Turns:
    """Where steps of a body may be other than 0 in each turn by itself.

    What is 0 in some turns alone was written in none before, or came there in them.
    """

    def __init__(self, body: Body, starts: dict[Node, Pattern]) -> None:
        self.body, self.starts = body, starts
        self.found: list[dict[Node, Pattern]] = []  # the last holds for further turns

    def mask(self, node: Node) -> Any:
        """Where a value is not 0 in this turn; None where all turns are alike."""
        rows = self._rows(node)
        if rows is None:
            return None
        return recorded("index", current().captured(rows), at=here(self.body))

    def _rows(self, node: Node) -> Any:
        """The same of all turns, one after the other."""
        if not self.found or node not in self.found[0]:
            self._find(node)
        patterns = [now.get(node) for now in self.found]
        if all(p is None for p in patterns) or node.size * self.body.most > LARGE:
            return None
        patterns += patterns[-1:] * (self.body.most - len(patterns))
        rows = np.array([np.broadcast_to(_whole(node, p), node.shape)
                         for p in patterns]) != 0  # fmt: skip
        same = (rows == rows[0]).all()
        return None if same else rows[::-1] if self.body.is_reversed else rows

    def _find(self, node: Node) -> None:
        """Go through the turns, until one is as the one before."""
        nexts = [now for _, now in self.body.carried]
        order = ancestors([*nexts, node], stop=self.starts)
        moving = {step for step in order if depends_on_turn(step)}
        places = places_in(tuple(v for s in moving for v in s.options.values()))
        turns = {turn for place in places for turn, _ in place.terms}
        state, self.found = self.starts, []
        of_others = not isinstance(self.body.count, int) or turns - {self.body.turn}
        if of_others or len(order) * self.body.most > MANY:
            return
        for t in self.body.numbers({}):
            now = dict(state)
            for step in order:
                one = in_turn(step, {self.body.turn: t}) if step in moving else step
                now[step] = _pattern(one, [now[a] for a in step.arguments])
            self.found.append(now)
            before = state
            state = state | {i: now[after] for i, after in self.body.carried}
            stands = all(_is_same(state[i], before[i]) for i in state)
            if stands and all(now[step] is None for step in moving):
                break


def _is_same(one: Pattern, other: Pattern) -> bool:
    """Whether as much is known by one as by the other."""
    if one is None or other is None:
        return one is other
    return bool(np.array_equal(one, other))


def _in_each_turn(
    body: Body, steps: dict[Node, bool], patterns: dict[Node, Pattern]
) -> Zeros:
    """What is known in any turn, of what is known in the first of what is carried."""
    for trial in itertools.count():
        zeros = Zeros(steps, patterns)
        before = dict(steps), dict(patterns)
        for i, now in body.carried:
            steps[i] = steps[i] and zeros.is_step(now)
            wider = _either(patterns[i], zeros.pattern(now))
            if not _is_same(wider, patterns[i]):
                patterns[i] = wider if trial < TRIALS else None
        same = all(patterns[i] is p for i, p in before[1].items())
        if same and steps == before[0]:
            break
    return zeros


def _either(one: Pattern, other: Pattern) -> Pattern:
    """Where any of two may be other than 0."""
    if one is None or other is None:
        return None
    return _of_zeros(np.maximum(one, other))


def factor(node: Node, position: int) -> Node | None:
    """What an argument is multiplied by, element by element."""
    facts = facts_of(node.operation)
    if facts.zero is Zero.FIRST and position == 1:
        return node.arguments[0]  # 0 / y is 0 for every y
    if facts.zero is not Zero.TERMS:
        return None
    vectors = node.operation in {"matmul", "dot"} and all(
        a.ndim <= 1 for a in node.arguments
    )
    product = vectors or facts.kind is Kind.ELEMENTWISE
    return node.arguments[1 - position] if product else None


def is_square(node: Node) -> bool:
    """Whether this is a product of something with itself."""
    return len(node.arguments) == 2 and all(
        factor(node, i) is argument for i, argument in enumerate(node.arguments)
    )


def moving_arguments(node: Node) -> list[Node] | None:
    """The arguments that move a value; None where it is a variable, or has no rule."""
    if is_variable(node) or node.operation not in DERIVATIVES:
        return None
    rule_at = DERIVATIVES[node.operation]
    return [a for i, a in enumerate(node.arguments) if rule_at(i) is not None]


def is_variable(node: Node) -> bool:
    """Whether this is an input, or a copy of what is differentiated at that place."""
    return not node.arguments or node.operation == "copy"


def _counting_step(factor: Node) -> Any:
    if not factor.known:
        return recorded("not_equal", lifted(factor, current()), 0)
    value = np.asarray(current().value_of(factor))
    if value.dtype.kind not in "biufc" or np.all(value):
        return True
    return recorded("not_equal", lifted(factor, current()), 0) if value.any() else False


def _pattern(node: Node, patterns: list[Pattern]) -> Pattern:
    """The pattern of a step from those of its arguments."""
    if node.size > LARGE or node.dtype.kind not in "biufc":
        return None
    if node.operation == "loop" or depends_on_turn(node):  # it has no single value
        return None
    if node.known:
        return _of_zeros(np.asarray(current().value_of(node)) != 0)
    if is_variable(node) or all(p is None for p in patterns):
        return None
    values = map(_whole, node.arguments, patterns)
    return _of_zeros(np.broadcast_to(_run(node, *values), node.shape))


def _run(node: Node, *patterns: Any) -> Any:
    """The pattern that a step gives."""
    if node.operation == "where":
        c, (_, x, y) = node.arguments[0], patterns
        return np.where(current().value_of(c), x, y) if c.known else x + y
    match zero_of(node):
        case Zero.ALL:
            return sum(patterns)
        case Zero.FIRST:
            return patterns[0]
        case Zero.TERMS:
            return OPERATIONS[node.operation].function(*patterns, **node.options)
    return np.ones(())


def zero_of(node: Node) -> Zero:
    """Where a step is 0; computed indices may name any place."""
    if node.operation == "power":
        y = node.arguments[1]
        return Zero.FIRST if y.is_literal and y.value > 0 else Zero.NOWHERE
    computed = has_slots(node.options.get("at", ()))
    return Zero.NOWHERE if computed else facts_of(node.operation).zero


def _of_zeros(pattern: Any) -> Pattern:
    pattern = np.asarray(pattern != 0, float)
    return None if pattern.all() else pattern


def _whole(node: Node, pattern: Pattern) -> Any:
    return np.ones(node.shape) if pattern is None else pattern
