"""One folded item becomes a loop: its body, what it carries, and what it is given."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs import bodies
from pellucid.graphs.bodies import Body, input_like, reading
from pellucid.graphs.calls import around
from pellucid.graphs.folding.columns import Access, Own, Same
from pellucid.graphs.folding.folder import Fold, Group
from pellucid.graphs.folding.items import Item, filled
from pellucid.graphs.node import Call, Node, constant
from pellucid.graphs.operations.indexing import Slot
from pellucid.graphs.places import Number, Place, Turn, most, moves, of_turn, plus
from pellucid.graphs.tracing.naming import is_numbered, stem

FIRST = {"index": 1, "assign": 2, "scatter": 1, "add_at": 2}  # arguments before slots


class Emission(NamedTuple):
    """A loop, and for each of its items the node of the body, or the loop in it."""

    loop: Node
    values: list[Any]


class Register(NamedTuple):
    """What is carried: inputs for the values of the last turns, and how they begin."""

    column: Own
    inputs: list[Node]  # that of the last turn first
    starts: list[Node | None]


class Making:
    """The loop of one folded item, in the block around it.

    Parameters
    ----------
    emitter : Emitter
        What it is part of.
    item : Item
        The folded item.
    numbers, refs : list
        Its numbers and references in the block around it, where both may move.
    of : callable
        The node in the block around it for a reference.
    call_of : callable
        What has become there of a call that is around the loop.
    """

    def __init__(
        self, emitter: Any, item: Item, numbers: Sequence[Number], refs: Sequence[Any],
        of: Callable[[Any], Node], call_of: Callable[[Call], Call | None] = lambda c: c,
    ) -> None:  # fmt: skip
        self.emitter, self.of = emitter, of
        self.fold: Fold = item.fold
        self.template = self.fold.template
        self.groups = _grouped(refs, self.fold.groups)
        self.numbers = iter(numbers)
        self.count = next(self.numbers)
        self.turn = self._turn()
        self.fixed: dict[Node, Node] = {}  # the input for each node around
        self.registers: dict[Any, Register] = {}
        self.values: list[Any] = []
        turns = (self.template.items, self.template.earlier)
        around = set[Call].intersection(*map(_calls, turns))  # not made anew each turn
        self.calls = {call: call_of(call) for call in around}
        self.inside: dict[Node, Any] = {}  # recorded nodes of the model turn

    def _turn(self) -> Turn:
        loop = self.template.run.loop
        turn = Turn(count=most(self.count))
        if loop is None:
            return turn
        turn.names, turn.line = loop.names, loop.line
        numbers = [n[0] for n in self.template.numbers if n]
        if numbers and all(n is not None for n in numbers):
            turn.start = numbers[0]
            turn.step = numbers[1] - numbers[0] if len(numbers) > 1 else 1
        return turn

    def emission(self) -> Any:
        """The loop, and what each of its items has become."""
        plans = self._plans()
        sources = self._sources()
        for item, mine, plan in zip(self.template.items, sources, plans, strict=True):
            arguments = [self._argument(source) for source in mine]
            made = self._step(item, arguments, plan)
            if isinstance(made, Node):
                made.christen(self._name(item, len(self.values)))
            self.values.append(made)
        carried, starts = self._carried()
        body = Body(self.turn, self.count, tuple(carried), tuple(self.fixed.values()))
        loop = bodies.loop(body, [*starts, *self.fixed], self.turn.line)
        return Emission(loop, self.values)

    def fix(self, node: Node) -> Node:
        """The input for a node around that is the same in each turn."""
        if node.is_constant or node.operation == "counter":
            return node
        if node not in self.fixed:
            self.fixed[node] = input_like(node, node.name)
        return self.fixed[node]

    # -- numbers ----------------------------------------------------------------------

    def _plans(self) -> list[list[Any]]:
        """For each item its numbers in this turn: places, or the nodes of tables."""
        plans = []
        for steps in self.template.steps:
            plan: list[Any] = []
            for step in steps:
                if step is None:
                    (table,), _ = next(self.groups)
                    plan.append(self.of(table))
                else:
                    moving = of_turn(self.turn, times=step)
                    plan.append(plus(next(self.numbers), moving))
            plans.append(plan)
        return plans

    # -- arguments --------------------------------------------------------------------

    def _sources(self) -> Iterator[list[Any]]:
        """For each item where its arguments come from."""
        template = self.template
        sources = map(self._source, template.columns, template.models)
        for item in template.items:
            yield [next(sources) for _ in item.refs]

    def _source(self, column: Any, model: Node | None) -> Any:
        nodes, group = next(self.groups)
        if model is None:
            return None
        if not isinstance(column, Own):
            return column, nodes, group
        if column.lag == 0:
            return column
        starts = [None if node is None else self.of(node) for node in nodes]
        if not isinstance(self.count, Place) and self.count <= column.lag:
            # It turns too seldom to read what it carries.
            kind = "one" if self.count == 1 else "nodes"
            return Same(), nodes[: self.count], Group(kind)
        key = column, tuple(starts)
        if key not in self.registers:
            self.registers[key] = self._register(column, starts[::-1], model)
        return self.registers[key].inputs[column.lag - 1]

    def _register(
        self, column: Own, starts: Sequence[Node | None], model: Node
    ) -> Register:  # fmt: skip
        """What carries a value; the same as for fewer turns or more."""
        found = Register(column, [], [])
        for other in self.registers.values():
            is_one = other.column[1:] == column[1:] and not column.access
            if is_one and all(map(operator.is_, other.starts, starts)):
                found = other
        for start in starts[len(found.starts) :]:
            found.inputs.append(input_like(model, stem(model.name)))
            found.starts.append(start)
        return found

    def _argument(self, source: Any) -> Any:
        """The node of the body for an argument."""
        if source is None or isinstance(source, Node):
            return source
        if isinstance(source, Own):
            return self._own(source, turns_on=0)
        _, nodes, group = source
        if group.kind == "nodes":
            return self._listed(nodes)
        node = None if nodes[0] is None else self.of(nodes[0])
        if node is None:
            return None
        if group.kind == "count":
            return _counted(node, of_turn(self.turn, times=group.step))
        if group.kind in ("table", "numbers"):
            weak = group.kind == "numbers"
            return reading(self.fix(node), (of_turn(self.turn),), weak)
        return self.fix(node)

    def _own(self, column: Own, turns_on: int) -> Node:
        """A value of this turn, perhaps of a loop in it; as `turns_on` turns later."""
        value = self.values[column.item]
        way = _way(column.access, self.turn, turns_on)
        found: Node = self.emitter.access(value, way) if way else value
        return found

    def _listed(self, nodes: Sequence[Node]) -> Node:
        """Values from outside, one for each turn, read from one array."""
        array, start, step = self.emitter.listed([self.of(n) for n in nodes])
        place = plus(start, of_turn(self.turn, times=step))
        return reading(self.fix(array), (place,))

    # -- steps ------------------------------------------------------------------------

    def _step(self, item: Item, arguments: list[Any], plan: list[Any]) -> Any:
        if item.fold is not None:
            refs = range(len(arguments))  # in the block around it, which is this body
            found = _Found(arguments)
            inner = Making(self.emitter, item, plan, refs, found, self._call)
            return inner.emission()
        node: Any = item.node
        joined = self.emitter.joined(node, arguments, self._call(node.call))
        if joined is not None:
            self.inside[node] = joined
            return joined
        options = dict(node.options)
        if plan:
            plan, arguments = self._slots(node, plan, arguments)
            options["at"] = filled(options["at"], iter(plan))
        known = node.known if not arguments else all(a.known for a in arguments)
        moving = any(map(moves, options.values()))
        made = Node(
            node.operation, tuple(arguments), node.shape, node.dtype, options,
            node.weak, node.line, self._call(node.call), "", known and not moving,
            node.quiet, node.derived,
        )  # fmt: skip
        self.inside[node] = made
        return made

    def _slots(
        self, node: Node, plan: list[Any], arguments: list[Any]
    ) -> tuple[list[Any], list[Any]]:
        """The numbers of an index, those of tables as further arguments."""
        numbers, arguments = [], list(arguments)
        for number in plan:
            if isinstance(number, Node):
                numbers.append(Slot(len(arguments) - FIRST[node.operation]))
                arguments.append(reading(self.fix(number), (of_turn(self.turn),)))
            else:
                numbers.append(number)
        return numbers, arguments

    def _name(self, item: Item, position: int) -> str:
        """The person's name for a value, without the number that made it unique."""
        earlier: Any = self.template.earlier[position].node
        now: Any = item.node
        return _common(earlier.name, now.name)

    def _call(self, call: Call | None) -> Call | None:
        """The call of a helper, as it is in each turn."""
        if call is None or call in self.calls:
            return call and self.calls[call]
        around = self._call(call.around)
        given = [self.inside[node] for node in call.given if node in self.inside]
        complete = len(given) == len(call.given) or call.of
        made = replace(call, given=tuple(given), around=around)
        self.calls[call] = made if complete else around
        return self.calls[call]

    # -- what is carried --------------------------------------------------------------

    def _carried(self) -> tuple[list[tuple[Node, Node]], list[Node]]:
        """The inputs that are carried with what they hold next, and their starts."""
        pairs, begins = [], []
        registers = {id(register): register for register in self.registers.values()}
        for column, inputs, starts in registers.values():
            now = self._own(column, column.lag)
            for before, start in zip(inputs, starts, strict=True):
                pairs.append((before, now))
                begins.append(_fitting(start, before))
                now = before
        return pairs, begins


def _counted(start: Node, moving: Place) -> Node:
    """The number that a variable counts from a start on."""
    integer = np.dtype(int)
    is_place = start.operation in ("constant", "counter")
    value = plus(start.value, moving) if is_place else moving
    made = Node("counter", (), (), integer, {"value": value}, weak=True)
    return made if is_place else Node("add", (start, made), (), integer, weak=True)


class _Found:
    """The node for a reference of an inner loop: the argument of that number."""

    def __init__(self, arguments: list[Any]) -> None:
        self.arguments = arguments

    def __call__(self, ref: int) -> Any:
        return self.arguments[ref]


def _grouped(refs: Sequence[Any], groups: Sequence[Group]) -> Iterator[Any]:
    """The references of each group, with the group."""
    flat = iter(refs)
    for group in groups:
        yield [next(flat) for _ in range(group.size)], group


def _way(access: Access, turn: Turn, turns_on: int) -> Any:
    """A way into inner loops, whose turns may move with this one."""
    return tuple([
        (position, None if base is None or step is None
         else plus(base + turns_on * step, of_turn(turn, times=step)))
        for position, base, step in access
    ])  # fmt: skip


def _fitting(start: Node | None, before: Node) -> Node:
    """How a carried value begins, in its shape and dtype."""
    shape, dtype = before.shape, before.dtype
    if start is None:
        return constant(np.zeros(shape, dtype))
    if (start.shape, start.dtype, start.weak) == (shape, dtype, before.weak):
        return start
    made = np.full(shape, start.value, dtype)
    return constant(made if shape else made[()])


def _calls(items: Sequence[Item]) -> set[Call]:
    """The calls of helpers that items are part of."""
    nodes = (item.node for item in items)
    return {c for node in nodes if isinstance(node, Node) for c in around(node.call)}


def _common(earlier: str, name: str) -> str:
    """What one variable was called in two turns: h_2 and h_3 are h."""
    if not earlier or is_numbered(name):
        return ""
    is_one = name != earlier and stem(name) in (earlier, stem(earlier))
    return stem(name) if is_one else name
