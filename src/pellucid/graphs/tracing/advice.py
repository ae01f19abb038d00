"""What to write where a program asks a traced value for its number."""

from __future__ import annotations

import ast
import sys

import numpy as np

from pellucid.graphs.tracing.elsewhere import drawn, instead_of, spelled, way
from pellucid.graphs.tracing.sites import Site

_VALUE = "loss, slope = pl.value_and_gradient(f)(x)"
_CONVERSIONS = {"float", "int", "complex", ".item", ".tolist"}
_RECORDS = {"append", "write", "add_scalar", "info", "debug"}
_STEPS = {"range", "numpy.zeros", "numpy.ones", "numpy.empty", "numpy.arange",
          "numpy.linspace", "numpy.eye", "numpy.full"}  # fmt: skip
GENERAL = (
    "Stay with NumPy's functions of arrays, np.array([x, y]) for a list; what does not "
    "depend on the traced value can be computed outside and passed in."
)


def number_advice(site: Site | None, kind: str = "f") -> str:
    """What to write where the number in a value of this kind of dtype is needed."""
    if site is None or site.expression is None:
        return GENERAL
    return (
        _of_writing(site)
        or _of_text(site)
        or _of_item(site, kind)
        or _of_call(site)
        or _of_operator(site)
        or GENERAL
    )


def _of_writing(site: Site) -> str:
    """For `A[i] = x`, `A += x` where A is an array of numbers."""
    target = site.expression
    statement = next((n for n in site.around if isinstance(n, ast.stmt)), None)
    if isinstance(target, ast.Subscript) and isinstance(target.ctx, ast.Store):
        array = ast.unparse(target.value)
    elif isinstance(statement, ast.AugAssign) and site.expression in (
        statement.target, getattr(statement, "value", None),
    ):  # fmt: skip
        array = ast.unparse(statement.target)
    else:
        return ""
    return (
        f"{array} was made outside the function, or by a creator that was not looked "
        f"up as np.name: write into a copy that is made inside, b = np.copy({array})."
    )


def _of_text(site: Site) -> str:
    """For f-strings, `%` and `format`, which show a number."""
    inner = site.expression
    shown = any(isinstance(n, (ast.FormattedValue, ast.JoinedStr))
                for n in (inner, *site.around))  # fmt: skip
    if isinstance(inner, ast.BinOp) and isinstance(inner.op, (ast.Mod, ast.Add)):
        sides = (inner.left, inner.right)
        shown = any(isinstance(n, ast.JoinedStr) or
                    (isinstance(n, ast.Constant) and isinstance(n.value, str))
                    for n in sides)  # fmt: skip
    if isinstance(inner, ast.Call):
        shown = shown or site.called.rpartition(".")[2] == "format"
    if not shown:
        return ""
    return (
        "A number is there when the graph runs: leave the text out of the function, "
        f"and print what comes back, {_VALUE}."
    )


def _of_item(site: Site, kind: str) -> str:
    """For `A[i]` of an array or a list of numbers, at a place that is traced."""
    item = site.expression
    if isinstance(item, ast.Subscript) and isinstance(item.ctx, ast.Load):
        if isinstance(item.slice, ast.Slice):
            return (
                "The size of a part is fixed: give its ends as integers, int(n), or "
                "choose by place, np.where(np.arange(x.size) < n, x, 0)."
            )
        array, index = ast.unparse(item.value), ast.unparse(item.slice)
        return f"Write np.array({array})[{index}] for {ast.unparse(item)}."
    return ""


def _of_call(site: Site) -> str:
    """For calls of functions that compute with numbers."""
    if not isinstance(site.expression, ast.Call):
        return ""
    if _is_method_of_array(site.called):
        return _of_method(site)
    for name in site.functions:
        if name in _CONVERSIONS:
            return _of_conversion(site, name)
        if name.startswith(("numpy.random.", "random.")):
            return f"It draws random numbers: {drawn(name)}."
        if spelled(name):
            return spelled(_variant(name, site))
        if name in _STEPS:
            return _of_size(site)
    if way(site.called):
        return instead_of(site.called)
    return _of_type(site)


def _variant(name: str, site: Site) -> str:
    """The name of the second form of a function: a base, the lower triangle."""
    call = site.calls[0]
    other = len(call.args) == 2 if name == "math.log" else "lower=True" in site.text
    return f"{name}/2" if other and spelled(f"{name}/2") else name


def _of_conversion(site: Site, name: str) -> str:
    """For float(x), int(x), x.item() and their like."""
    call = site.calls[0]
    inside = _value_of(call)
    outer = [n for n in site.around if isinstance(n, ast.Call)]
    around = outer[0].func if outer else None
    if isinstance(around, ast.Attribute) and around.attr in _RECORDS:
        return (
            "A number is there when the graph runs: leave the record out of the "
            f"function, and keep what comes back, {_VALUE}."
        )
    if name == "int":
        return _of_whole(site, inside)
    if name == "complex" and len(call.args) == 2:
        real, imaginary = map(ast.unparse, call.args)
        return f"Write {real} + 1j * {imaginary} for {site.text}."
    return f"Write {inside} for {site.text}."


def _of_whole(site: Site, inside: str) -> str:
    """For int(x): an index, a number of steps, or a number to count with."""
    call = site.calls[0]
    parents = [n for n in site.around if not isinstance(n, (ast.BinOp, ast.UnaryOp))]
    around = parents[0] if parents else None
    if isinstance(around, ast.Subscript):
        whole = isinstance(call.args[0], (ast.Name, ast.Subscript, ast.Call))
        inside = inside if whole else f"({inside})"
        return f"Write {inside}.astype(int) for {site.text}."
    if isinstance(around, ast.Call):
        return _of_size(site)
    return f"Write np.trunc({inside}) for {site.text}."


def _of_size(site: Site) -> str:
    return (
        "How many steps or elements there are is a whole number, int(n); where one "
        "record serves many numbers, pass the number as an integer argument, or as a "
        "default, n=10."
    )


def _is_method_of_array(called: str) -> bool:
    """Whether this may be a method of an array, that NumPy has as a function too."""
    owner, dot, name = called.rpartition(".")
    is_method = dot and owner not in sys.modules and hasattr(np.ndarray, name)
    return bool(is_method) and hasattr(np, name)


def _of_method(site: Site) -> str:
    """For A.dot(x) of an array of numbers."""
    call = site.calls[0]
    if not isinstance(call.func, ast.Attribute):
        return ""
    given = ", ".join(map(ast.unparse, [call.func.value, *call.args]))
    return f"Write np.{call.func.attr}({given}) for {site.text}."


def _of_type(site: Site) -> str:
    """For `kind(x)` of a scalar type that a variable holds."""
    call = site.calls[0]
    if len(call.args) == 1 and not call.keywords:
        function = ast.unparse(call.func)
        if function.endswith("dtype.type") or site.called.startswith("numpy."):
            return f"Write ({_value_of(call)}).astype(dtype) for {site.text}."
    return ""


def _value_of(call: ast.Call) -> str:
    """What a conversion converts: its argument, or what it is a method of."""
    if call.args and not isinstance(call.func, ast.Attribute):
        return ast.unparse(call.args[0])
    if isinstance(call.func, ast.Attribute):
        value = ast.unparse(call.func.value)
        places = ", ".join(map(ast.unparse, call.args))
        return f"{value}[{places}]" if places else value
    return "x"


def _of_operator(site: Site) -> str:
    """For operators between a traced value and what a library made."""
    return instead_of(site.library, site.library) if site.library else ""


def library_advice(site: Site, by_name: bool = False) -> str:
    """What to write for a call into a library; or for the functions named alone."""
    for name in site.functions:
        if spelled(name):
            return spelled(_variant(name, site))
    if by_name:
        return ""
    called = site.expression if isinstance(site.expression, ast.Call) else None
    parts = ast.walk(called) if called and site.library == "pandas" else ()
    if parts and not any(isinstance(n, ast.BinOp) for n in parts):
        name = site.called if site.called.startswith("pandas.") else "pandas.DataFrame"
        return instead_of(name, "pandas")
    return _of_text(site) or instead_of(
        site.called_or_library, site.library, site.entered
    )


def failure_advice(site: Site | None, reason: str) -> str:
    """What to write where Python or a library failed on a traced value."""
    if site is None:
        return GENERAL
    if "unhashable" in reason:
        return (
            "A traced value is no key: keep values by name or by position, in a list "
            "or in a dict of strings."
        )
    if site.library:
        return library_advice(site)
    if "Tensor" in reason and not site.called:
        return instead_of("torch", "torch")
    library = site.called.partition(".")[0] if "." in site.called[1:] else ""
    other = instead_of(site.called, library) if library else GENERAL
    return _of_writing(site) or _of_text(site) or _of_call(site) or other
