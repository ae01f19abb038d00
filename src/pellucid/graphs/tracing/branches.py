"""What to write for a branch on a value in a record that serves many numbers.

Such a record, as that of an epoch of mini-batches, goes one way for all of them: a
choice is np.where, a loop has a fixed number of steps, a check stands outside.
"""

from __future__ import annotations

import ast

from pellucid.graphs.tracing.elsewhere import spelled
from pellucid.graphs.tracing.sites import Site, name_of_expression

LONG = 72  # a spelling that is longer than this is not written out
STEPS = "for _ in range(100):"


def branch_advice(site: Site | None) -> str:
    """What to write for the branch at which a person's code stands."""
    if site is None or site.expression is None:
        return _chosen("condition")
    return _of_call(site) or _of_expression(site) or _of_statement(site)


def _chosen(condition: str, one: str = "...", other: str = "...") -> str:
    return (
        f"Use {_where(condition, one, other)}, which computes both sides and selects."
    )


def _where(condition: str, one: str, other: str) -> str:
    whole = f"np.where({condition}, {one}, {other})"
    if len(whole) > LONG:
        whole = f"np.where({condition}, ..., ...)"
    return whole if len(whole) <= LONG else "np.where(condition, ..., ...)"


def _text(node: ast.AST) -> str:
    return ast.unparse(node)


# -- calls of Python's own functions that compare -------------------------------------


def _of_call(site: Site) -> str:
    """For `max(a, b)`, `sorted(x)`, `any(x > 0)` and their like."""
    if not isinstance(site.expression, ast.Call):
        return ""
    for call in site.calls:
        name = name_of_expression(call.func, site.frame)
        own = "" if name.startswith("numpy.") else name.rpartition(".")[2]
        spelling = _in_numpy(call, own)
        if spelling:
            return f"Write {spelling} for {_text(call)}."
        if spelled(name):
            return spelled(name)
    return ""


def _in_numpy(call: ast.Call, name: str) -> str:
    """How NumPy writes a call of a function that compares; "" for any other."""
    options = {k.arg: _text(k.value) for k in call.keywords}
    given = [_text(a) for a in call.args]
    if name == "sort" and isinstance(call.func, ast.Attribute):
        return _sorted(f"np.array({_text(call.func.value)})", options)
    if not given:
        return ""
    if name in ("max", "min"):
        return _extreme(name, given, options)
    if name == "sorted":
        return _sorted(f"np.array([*{given[0]}])", options)
    if name in ("any", "all"):
        return f"np.{name}({_listed(call.args[0])})"
    if name == "index" and isinstance(call.func, ast.Attribute):
        return f"np.argmax(np.array({_text(call.func.value)}) == {given[0]})"
    if name == "filter" and len(given) == 2:
        return f"[np.where(({given[0]})(v), v, 0) for v in {given[1]}] in a sum"
    return given[0] if name == "bool" else ""


def _extreme(name: str, given: list[str], options: dict[str | None, str]) -> str:
    if "key" in options:
        places = f"np.arg{name}([({options['key']})(v) for v in {given[0]}])"
        return f"np.array([*{given[0]}])[{places}]"
    if len(given) == 1:
        return f"np.{name}(np.array([*{given[0]}]))"
    if len(given) == 2:
        return f"np.{name}imum({given[0]}, {given[1]})"
    return f"np.{name}(np.array([{', '.join(given)}]))"


def _sorted(array: str, options: dict[str | None, str]) -> str:
    backwards = "[::-1]" if options.get("reverse") == "True" else ""
    if "key" not in options:
        return f"np.sort({array}){backwards}"
    keys = f"[({options['key']})(v) for v in {array}]"
    return f"{array}[np.argsort(np.array({keys}))]{backwards}"


def _listed(node: ast.AST) -> str:
    """The values that `any` and `all` look at, as NumPy takes them."""
    if isinstance(node, ast.GeneratorExp):
        return f"[{_text(node)[1:-1]}]"
    return _text(node)


# -- expressions ----------------------------------------------------------------------


def _of_expression(site: Site) -> str:
    """For `a if c else b`, `a or b`, `bool(c)` and conditions of comprehensions."""
    inner: ast.AST = site.expression  # type: ignore[assignment]
    for node in site.around:
        if isinstance(node, ast.IfExp) and _is_in(inner, node.test):
            if _calls_itself(node, site):
                return _repeated(site, node.test)
            return _chosen(condition(node.test), _text(node.body), _text(node.orelse))
        if isinstance(node, ast.comprehension):
            return (
                "The number of values is the same for all: keep each, and put 0 where "
                f"a sum leaves it out, np.where({condition(node.ifs[0])}, ..., 0)."
            )
        if isinstance(node, ast.stmt):
            break
        inner = node
    top = _outermost_boolean(site)
    if isinstance(top, ast.BoolOp) and not _is_tested(site):
        return _of_operators(top)
    if isinstance(top, ast.UnaryOp) and not _is_tested(site):
        return f"Write np.logical_not({_text(top.operand)}) for {_text(top)}."
    if isinstance(top, ast.Compare) and not _is_tested(site):
        return f"Write {condition(top)} for {_text(top)}."
    return ""


def _of_operators(node: ast.BoolOp) -> str:
    """For `a and b`, `a or b` outside of a test: a value, or a truth."""
    if all(isinstance(v, (ast.Compare, ast.BoolOp, ast.UnaryOp)) for v in node.values):
        return f"Write {condition(node)} for {_text(node)}."
    first, rest = node.values[0], node.values[1:]
    other = _text(rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest))
    sides = (
        (other, _text(first)) if isinstance(node.op, ast.And) else (_text(first), other)
    )
    return _chosen(f"{_text(first)} != 0", *sides)


def _outermost_boolean(site: Site) -> ast.AST | None:
    """The widest `and`, `or`, `not` or comparison that the expression is a part of."""
    found: ast.AST | None = None
    for node in (site.expression, *site.around):
        if isinstance(node, (ast.BoolOp, ast.Compare)) or (
            isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
        ):
            found = node
        elif node is not site.expression:
            break
    return found


def _is_tested(site: Site) -> bool:
    """Whether a statement tests the expression."""
    statement = next((n for n in site.around if isinstance(n, ast.stmt)), None)
    tested = isinstance(statement, (ast.If, ast.While, ast.Assert))
    return tested and _is_in(site.expression, statement.test)  # type: ignore[union-attr]


def _is_in(node: ast.AST | None, tree: ast.AST) -> bool:
    return any(each is node for each in ast.walk(tree))


# -- statements -----------------------------------------------------------------------


def _of_statement(site: Site) -> str:
    """For `if`, `while` and `assert`."""
    statement = next((n for n in site.around if isinstance(n, ast.stmt)), None)
    if isinstance(statement, ast.Assert):
        return "Leave the assert out, and check before the call."
    if isinstance(statement, ast.While):
        return _repeated(site, statement.test, statement)
    if isinstance(statement, ast.If) and _is_in(site.expression, statement.test):
        return _of_if(site, statement)
    if isinstance(statement, ast.Match):
        return (
            "Use np.where(value == pattern, ..., ...) for each case, which computes "
            "both sides and selects."
        )
    return _chosen(
        site.text if isinstance(site.expression, ast.Compare) else "condition"
    )


def _of_if(site: Site, statement: ast.If) -> str:
    test, body = condition(statement.test), statement.body
    last = body[-1]
    if isinstance(last, ast.Raise):
        return "Leave the check out of the function, and make it before the call."
    if _calls_itself(statement, site) or (
        isinstance(last, ast.Return) and _is_recursive(site)
    ):
        return _repeated(site, statement.test)
    if isinstance(last, (ast.Break, ast.Continue)):
        return _of_loop(site, statement, last)
    if isinstance(last, ast.Return):
        return _of_return(site, statement, last)
    names = _assigned(body)
    inside = [n for part in body for n in ast.walk(part)]
    if not names and any(isinstance(n, (ast.Assign, ast.AugAssign)) for n in inside):
        return _chosen(test)
    if not names:
        return (
            "Leave out what only tells or keeps, and do it with the value that the "
            "function returns."
        )
    name = names[0]
    kept = _single(statement.orelse, name) or ("..." if statement.orelse else name)
    return _chosen(test, _single(body, name) or "...", kept).replace(
        "Use np", f"Use {name} = np", 1
    )


def _of_return(site: Site, statement: ast.If, last: ast.Return) -> str:
    """For an early return: both results are computed, and one is chosen."""
    one = _text(last.value) if last.value and len(statement.body) == 1 else "..."
    following = statement.orelse or _following(site, statement)
    alone = len(following) == 1 and isinstance(following[0], ast.Return)
    value = following[0].value if alone else None  # type: ignore[attr-defined]
    other = _text(value) if value else "..."
    return _chosen(condition(statement.test), one, other).replace(
        "Use np", "Use return np", 1
    )


def _following(site: Site, statement: ast.stmt) -> list[ast.stmt]:
    """The statements that stand behind one in its block."""
    around = site.around[site.around.index(statement) + 1]
    for block in ("body", "orelse"):
        statements = getattr(around, block, [])
        if isinstance(statements, list) and statement in statements:
            return statements[statements.index(statement) + 1 :]
    return []


def _of_loop(site: Site, statement: ast.If, last: ast.stmt) -> str:
    """For `break` and `continue` by a value."""
    loop = next(n for n in site.around if isinstance(n, (ast.For, ast.While)))
    test, name = condition(statement.test), _changed(loop)
    if isinstance(last, ast.Continue):
        return (
            "A loop has the same number of steps for all, each whole: in the place "
            f"of `continue`, write {name} = {_where(test, name, '...')} for what it "
            "skips."
        )
    steps = (
        f"`{STEPS}` with enough steps" if isinstance(loop, ast.While) else "all steps"
    )
    return (
        f"A loop has the same number of steps for all: let it take {steps}, and in "
        f"the place of `break` write {name} = {_where(test, name, '...')}, which keeps "
        f"{name} once the condition holds."
    )


def _repeated(site: Site, test: ast.expr, loop: ast.While | None = None) -> str:
    """For what is repeated until a value is reached: a fixed number of steps."""
    kind = "A loop" if loop else "A recursion"
    name = _changed(loop) if loop else "value"
    step = _single(loop.body, name) if loop else ""
    chosen = _where(condition(test), step or "...", name)
    if not loop:
        chosen = f"np.where({condition(test)}, value, ...)"
    return (
        f"{kind} has the same number of steps for all: write `{STEPS}` with enough "
        f"steps, and in it {name} = {chosen}, which keeps {name} once it is done."
    )


def _is_recursive(site: Site) -> bool:
    """Whether the function that the statement is in calls itself."""
    functions = [n for n in site.around if isinstance(n, ast.FunctionDef)]
    return bool(functions) and _calls_itself(functions[0], site)


def _calls_itself(tree: ast.AST, site: Site) -> bool:
    name = site.frame.f_code.co_name
    return any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == name
        for n in ast.walk(tree)
    )


def _assigned(body: list[ast.stmt]) -> list[str]:
    """The variables that statements assign to, in order."""
    found = []
    for statement in body:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AugAssign):
            targets = [statement.target]
        found += [_text(t) for t in targets]
    return found


def _changed(loop: ast.For | ast.While) -> str:
    """What a loop carries from step to step: what it last assigns from itself."""
    names = _assigned(loop.body)
    read = {n.id for n in ast.walk(loop)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}  # fmt: skip
    carried = [name for name in names if name in read]
    tested = _text(loop.test) if isinstance(loop, ast.While) else ""
    asked = [name for name in carried if name in tested]
    return (asked[:1] or carried[-1:] or ["value"])[0]


def _single(body: list[ast.stmt], name: str) -> str:
    """What a name becomes in a body of this one statement; "" for any other."""
    if len(body) != 1:
        return ""
    only = body[0]
    if isinstance(only, ast.Assign) and _text(only.targets[0]) == name:
        return _text(only.value)
    if isinstance(only, ast.AugAssign) and _text(only.target) == name:
        return _text(ast.BinOp(only.target, only.op, only.value))
    return ""


# -- conditions -----------------------------------------------------------------------


def condition(test: ast.expr) -> str:
    """A condition as NumPy writes it: `np.logical_and(a, b)` for `a and b`."""
    return _text(ast.fix_missing_locations(_Recorded().visit(_copied(test))))


def _copied(node: ast.expr) -> ast.expr:
    return ast.parse(_text(node), mode="eval").body


def _numpy(name: str, *arguments: ast.expr) -> ast.expr:
    function = ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load())
    return ast.Call(function, list(arguments), [])


class _Recorded(ast.NodeTransformer):
    """Python's operators of truth become NumPy's."""

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        """Write `a and b` as np.logical_and(a, b)."""
        name = "logical_and" if isinstance(node.op, ast.And) else "logical_or"
        parts = [self.visit(value) for value in node.values]
        whole: ast.expr = parts[0]
        for part in parts[1:]:
            whole = _numpy(name, whole, part)
        return whole

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """Write `not a` as np.logical_not(a)."""
        operand = self.visit(node.operand)
        if isinstance(node.op, ast.Not):
            return _numpy("logical_not", operand)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """Write `a < b < c` as np.logical_and, `a in b` as np.isin."""
        sides = [node.left, *node.comparators]
        pairs: list[ast.expr] = []
        for left, kind, right in zip(sides, node.ops, sides[1:], strict=False):
            if isinstance(kind, ast.In):
                pairs.append(_numpy("isin", left, right))
            elif isinstance(kind, ast.NotIn):
                pairs.append(_numpy("logical_not", _numpy("isin", left, right)))
            else:
                pairs.append(ast.Compare(left, [kind], [right]))
        whole = pairs[0]
        for pair in pairs[1:]:
            whole = _numpy("logical_and", whole, pair)
        return whole

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Write any(...) as np.any(...), math.isnan(...) as np.isnan(...)."""
        self.generic_visit(node)
        name = _text(node.func)
        if name == "bool" and len(node.args) == 1:
            return node.args[0]
        if name in ("any", "all") and isinstance(node.args[0], ast.GeneratorExp):
            inner = node.args[0]
            return _numpy(name, ast.ListComp(inner.elt, inner.generators))
        if name in ("any", "all", "math.isnan", "math.isfinite", "math.isclose"):
            return _numpy(name.removeprefix("math."), *node.args)
        return node
