"""Graphs and nodes for pickle: as rows of a table, so that no depth is too deep."""

from __future__ import annotations

import copyreg
import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import Parameter, Signature
from typing import Any

from pellucid.graphs import structure
from pellucid.graphs.bodies import Body
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Call, Node, now
from pellucid.graphs.packages import meet_in
from pellucid.graphs.spots import Scope, Spot


class At:
    """A place in the table, in the place of what stands there."""

    def __init__(self, row: int) -> None:
        self.row = row

    def __reduce__(self) -> Any:
        return At, (self.row,)


def packed(tops: Iterable[Any]) -> tuple[list[tuple[Any, ...]], dict[Any, int]]:
    """Rows for nodes, and for calls, bodies and scopes; and the row of each."""
    row: dict[Any, int] = {}
    waiting = list(tops)
    while waiting:
        thing = waiting[-1]
        missing = [d for d in _parts(thing) if d not in row]
        waiting.extend(missing)
        if not missing:
            waiting.pop()
            row.setdefault(thing, len(row))
    return [_row(thing, row) for thing in row], row


def _parts(thing: Any) -> tuple[Any, ...]:
    """What must be there before a node, a call or a body."""
    if isinstance(thing, Call):
        return (*thing.given, *filter(None, [thing.around, thing.gradient_of]))
    if isinstance(thing, Body):
        return (*thing.inputs, *(after for _, after in thing.carried), *thing.sums)
    if isinstance(thing, Scope):
        return tuple(filter(None, [thing.around]))
    inside = [thing.options[key] for key in ("body", "of") if key in thing.options]
    scopes = [thing.spot.scope] if thing.spot else []
    return (*thing.arguments, *filter(None, [thing.call]), *inside, *scopes)


def _row(thing: Any, row: dict[Any, int]) -> tuple[Any, ...]:
    """The fields of a thing, with numbers for those that it is made of."""
    is_scope = isinstance(thing, Scope)
    names = Scope.__slots__ if is_scope else [f.name for f in dataclasses.fields(thing)]
    return type(thing), {name: _numbered(getattr(thing, name), row) for name in names}


def _numbered(value: Any, row: dict[Any, int]) -> Any:
    return _mapped(value, (Node, Call, Body, Scope), lambda thing: At(row[thing]))


def unpacked(rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    """The nodes, calls and bodies of a table, in the order of their making."""
    orders = sorted({fields["order"] for kind, fields in rows if kind is Node})
    new = {order: now() for order in orders}
    meet_in(fields["operation"] for kind, fields in rows if kind is Node)
    made: list[Any] = []
    for kind, fields in rows:
        given = {name: _found(value, made) for name, value in fields.items()}
        if kind is Node:
            given["order"] = new[given["order"]]
        made.append(kind(**given))
    return made


def _found(value: Any, made: list[Any]) -> Any:
    return _mapped(value, (At,), lambda at: made[at.row])


def _mapped(value: Any, kinds: tuple[type, ...], become: Callable[[Any], Any]) -> Any:
    """A field in which everything of some kinds has become something else."""
    if isinstance(value, kinds):
        return become(value)
    if isinstance(value, Guard):
        return dataclasses.replace(value, node=_mapped(value.node, kinds, become))
    if isinstance(value, Spot):
        return Spot(_mapped(value.scope, kinds, become), *value[1:])
    if isinstance(value, Mapping):
        return {key: _mapped(part, kinds, become) for key, part in value.items()}
    if type(value) in (tuple, frozenset):
        return type(value)([_mapped(part, kinds, become) for part in value])
    return value


def one(rows: Sequence[tuple[Any, ...]], row: int) -> Any:
    """The node or call in one row."""
    return unpacked(rows)[row]


def reduced(thing: Any) -> tuple[Any, ...]:
    """How pickle writes a node or a call."""
    rows, row = packed([thing])
    return one, (rows, row[thing])


copyreg.pickle(Node, reduced)
copyreg.pickle(Call, reduced)


HOLDING_NODES = ("parameters", "result", "guards", "made")  # fields of a graph


def reduced_graph(graph: Any) -> tuple[Any, ...]:
    """How pickle writes a graph: its table, and its fields with places in it."""
    fields = {f.name: getattr(graph, f.name) for f in dataclasses.fields(graph)}
    fields["parameters"] = dict(graph.parameters)
    leaves = structure.leaves((fields["parameters"], graph.result, graph.made))
    rows, row = packed([*graph.order, *(n for n in leaves if isinstance(n, Node))])
    for name in HOLDING_NODES:
        fields[name] = structure.mapped(lambda v: _numbered(v, row), fields[name])
    fields["signature"] = _called_by(graph.signature)
    return graph_of, (type(graph), fields, rows)


def graph_of(
    kind: type, fields: dict[str, Any], rows: Sequence[tuple[Any, ...]]
) -> Any:
    """The graph that was written so."""
    made = unpacked(rows)
    filled = {name: structure.mapped(lambda v: _found(v, made), fields[name])
              for name in HOLDING_NODES}  # fmt: skip
    return kind(**fields | filled)


def _called_by(signature: Signature) -> Signature:
    """How a function is called, without annotations, which may be of any kind."""
    parameters = [p.replace(annotation=Parameter.empty)
                  for p in signature.parameters.values()]  # fmt: skip
    return Signature(parameters)
