"""Models as files: what `save` writes and `load` reads, each field of it checked.

A document in JSON holds the version of the format, the class, its parameters, what a
fit has set, and the recipe by which raw columns were prepared; `container` puts it into
one file with the arrays.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import ModelError, ModelFileError, TableError
from pellucid.files import write_whole
from pellucid.models import checks
from pellucid.models.base import Array
from pellucid.models.files.container import (
    SafetensorError,
    packed,
    parsed,
    sum_of,
    unpacked,
)
from pellucid.models.files.states import KINDS, UNCHECKED, ModelKind
from pellucid.models.networks.plain import Unfit, from_json, to_json, unfit
from pellucid.tables.preparation import Preparation
from pellucid.tables.recipe import recipe_of

BESIDE = "preparation_", "passes_"  # what is kept elsewhere, and what of no model is
OWN_LAYERS = (
    "a file names pellucid's layers and functions of pellucid and NumPy, so keep the "
    "code of your own, and parameters_ beside it by pickle"
)
VERSION = 1  # of the format; a file with a greater one is refused
DOCUMENT = ("version", "written_by", "class", "parameters", "fitted", "recipe")
# What odd data make of NumPy, scikit-learn and Python where they are put together.
DAMAGE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError,
          ValueError)  # fmt: skip


def save(model: Any, path: str | Path) -> Path:
    """Write a fitted model into one file: data only, nothing that could run.

    The file is in the safetensors format. It holds the parameters, all that the fit has
    set and the recipe of the columns, but not the rows that the model was fitted to, so
    that a loaded model predicts to the bit the same and cannot draw them. It is written
    beside its place and renamed.

    Parameters
    ----------
    model : LinearRegression, LogisticRegression, MLP* or Network*
        Fitted. A network is written by the names of its layers and functions, those of
        pellucid and NumPy's universal functions. The state of its method stays behind,
        as it is larger than the network: see `checkpoint` in `fit`.
    path : str or path
        Where the file goes, by custom with the ending .safetensors; missing folders are
        made.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    ModelError
        For another object, a model that is not fitted, or one that holds what is no
        data, such as a function.
    PellucidError
        When the place cannot be written; a file that was there stays as it was.

    See Also
    --------
    load : reads it.

    Examples
    --------
    >>> import pellucid as pl, tempfile
    >>> model = pl.LinearRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pl.save(model, f"{folder}/line.safetensors")
    ...     pl.load(path).predict([[3.0]])
    array([7.])
    """
    return write_whole(path, as_bytes(model))


def load(path: str | Path) -> Any:
    """Read a model that `save` has written.

    Every field is checked, sizes before memory is taken, and nothing in the file is
    run: a file of a stranger is refused or gives a model.

    Parameters
    ----------
    path : str or path
        The file.

    Returns
    -------
    LinearRegression, LogisticRegression, MLP* or Network*
        The model, without the rows that it was fitted to.

    Raises
    ------
    ModelFileError
        When there is no such file, it holds no model, a damaged one, or one of a newer
        version.

    Examples
    --------
    >>> import pellucid as pl
    >>> pl.load("nothing.safetensors")
    Traceback (most recent call last):
    pellucid.errors.ModelFileError: nothing.safetensors: expected a model that pl.save
    has written, found nothing of that name; check the path.
    """
    name = str(path)
    try:
        path = Path(path)
        if path.is_dir():
            raise _no_model(name, "a folder", "name a file in it")
        if path.exists() and not path.is_file():
            raise _no_model(name, "no ordinary file", "copy it into one")
        with path.open("rb") as file:
            return _model(file, os.fstat(file.fileno()).st_size, name)
    except ModelFileError:
        raise
    except FileNotFoundError:
        raise _no_model(name, "nothing of that name", "check the path") from None
    except (OSError, TypeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        advice = "check its path and its permissions"
        raise _no_model(name, f"one that cannot be read ({reason})", advice) from None


def as_bytes(model: Any) -> bytes:
    """What `save` writes, to be written together with other files."""
    name = type(model).__name__
    kind = KINDS.get(name)
    if kind is None or type(model) is not kind.model:
        expected = f"expected one of {', '.join(KINDS)}, got an object of the class"
        raise ModelError(f"save: {expected} {name}; save the model inside it.")
    try:
        check_is_fitted(model)
        content = packed(*_document(model, kind))
        restored(content, name)
        if "notes_" not in vars(model) and hasattr(model, "notes_"):
            # found while there are rows to find them in, of a model that is sound
            content = packed(*_document(model, kind))
    except NotFittedError:
        raise ModelError(f"save: this {name} is not fitted; call fit first.") from None
    except Unfit as error:
        raise ModelError(f"{name} cannot be saved: expected {error}.") from None
    except ModelFileError as error:
        cause = error.__cause__
        if isinstance(cause, ModelError):
            raise cause from None  # it names the parameter
        said = str(cause).removeprefix("expected ").rstrip(".")
        raise ModelError(f"{name} cannot be saved: expected {said}.") from None
    return content


def restored(content: bytes, name: str = "model") -> Any:
    """The model that `as_bytes` gave; `name` is what errors call the file."""
    return _model(io.BytesIO(content), len(content), name)


# -- written --------------------------------------------------------------------------


def _document(model: Any, kind: ModelKind) -> tuple[dict[str, Any], dict[str, Array]]:
    """What goes into the metadata, and the arrays beside it."""
    own = {
        name: value
        for name, value in model.__getstate__().items()
        if name not in BESIDE
    }
    parameters = {name: own.pop(name) for name in model._get_param_names()}
    if "network_" in own:
        parameters["network"] = own["network_"]  # also where a function made it
    unknown = own.keys() - kind.parts.keys()
    if unknown:
        name = min(unknown)
        raise unfit(f"the attribute {name}", "one that a fit sets",
                    f"another; take it away with `del model.{name}`")  # fmt: skip
    arrays: dict[str, Array] = {}
    fitted = {name: kind.parts[name].to_plain(value) for name, value in own.items()}
    recipe = getattr(model, "preparation_", None)
    document: dict[str, Any] = {
        "version": VERSION,
        "written_by": f"Pellucid {sys.modules['pellucid'].__version__}",
        "class": kind.model.__name__,
        "parameters": {k: _parameter(k, v, arrays) for k, v in parameters.items()},
        "fitted": {k: to_json(v, k, arrays) for k, v in fitted.items()},
        "recipe": None if recipe is None else recipe.as_dict(),
    }
    return document, arrays


def _parameter(name: str, value: Any, arrays: dict[str, Array]) -> Any:
    """A parameter as JSON."""
    try:
        return to_json(value, name, arrays)
    except Unfit as error:
        if name == "network":
            raise Unfit(f"{error}; {OWN_LAYERS}") from None
        advice = f"set it to data, or leave it out by `model.set_params({name}=None)`"
        raise Unfit(f"{error}; {advice}") from None


# -- read -----------------------------------------------------------------------------


def _no_model(name: str, found: str, advice: str) -> ModelFileError:
    expected = f"{name}: expected a model that pl.save has written, found"
    return ModelFileError(f"{expected} {found}; {advice}.")


def _model(file: BinaryIO, size: int, name: str) -> Any:
    """Read a model; whatever is wrong with the file is told in one sentence."""
    advice = "the file is damaged or of another program: save the model again"
    try:
        text, digest, arrays = unpacked(file, size)
        document = parsed(text, "its document")
        _expect_version(document)
        whole = digest == sum_of(text, arrays)
        model = _built(document, arrays)
        if not whole:
            raise Unfit("the sum of the file to be as it was written, found another")
    except Newer as newer:
        advice = "install a newer Pellucid with `pip install --upgrade pellucid`"
        raise ModelFileError(f"{name}: written by {newer}; {advice}.") from None
    except (Unfit, ModelError, TableError) as error:
        said = str(error).partition("; ")[0]
        said = said if "expected" in said else f"expected {said}"
        raise ModelFileError(f"{name}: {said}; {advice}.") from error
    except (*DAMAGE, SafetensorError) as error:
        raise _no_model(name, f"a damaged one ({type(error).__name__})", advice) from (
            error
        )
    return model


class Newer(ValueError):  # noqa: N818 (it never leaves the module)
    """A file of a later version of the format."""


def _expect_version(document: Any) -> None:
    """Refuse a format that is not yet known, before anything else is asked of it."""
    if not isinstance(document, dict):
        raise unfit("its document", "an object", document)
    version = document.get("version")
    if type(version) is not int or version < 1:
        raise unfit("its version", "a whole number from 1 up", version)
    if version > VERSION:
        writer = str(document.get("written_by", "a later version"))[:40]
        told = f"a newer Pellucid ({writer}, format {version}; this one reads"
        raise Newer(f"{told} {VERSION})")


# -- put together ---------------------------------------------------------------------


def _built(document: Any, arrays: dict[str, Array]) -> Any:
    """The model that a document and its arrays describe; every field is checked."""
    _expect_keys(document, set(DOCUMENT), set(DOCUMENT), "its document")
    if not isinstance(document["class"], str) or document["class"] not in KINDS:
        raise unfit("its class", f"one of {', '.join(KINDS)}", document["class"])
    kind = KINDS[document["class"]]
    names = set(kind.model._get_param_names())
    given = _values(document["parameters"], names, names, "its parameters", arrays)
    model = kind.model(**given)
    more = {name: check for name, check in UNCHECKED.items() if name in names}
    checks.check_parameters(model, {**kind.checks, **more})
    names = set(kind.parts)
    fitted = document["fitted"]
    state = _values(fitted, names - kind.optional, names, "what was fitted", arrays)
    if arrays:
        raise unfit("its arrays", "those that the document names", f"also {[*arrays]}")
    sizes: dict[str, int] = {}
    for name, part in kind.parts.items():
        if name in state:
            part.check(name, state[name], sizes)
    wrong = kind.wrong(state)
    if wrong:
        raise unfit("a model", f"one with {wrong}", "parts that do not go together")
    model.preparation_ = _recipe(document["recipe"], state)
    for name, value in state.items():
        setattr(model, name, kind.parts[name].from_plain(value))
    return model


def _expect_keys(value: Any, least: set[str], most: set[str], what: str) -> None:
    if not isinstance(value, dict):
        raise unfit(what, "an object", value)
    lacking, extra = least - value.keys(), value.keys() - most
    if lacking or extra:
        found = f"{min(lacking)} missing" if lacking else f"{min(extra)} beside them"
        raise unfit(what, "an object with the fields that pl.save writes", found)


def _values(
    value: Any, least: set[str], most: set[str], what: str, arrays: dict[str, Array]
) -> dict[str, Any]:
    """Read the values of an object whose keys are known."""
    _expect_keys(value, least, most, what)
    return {name: from_json(each, name, arrays) for name, each in value.items()}


def _recipe(data: Any, state: dict[str, Any]) -> Preparation | None:
    """The recipe, which makes the features that the model knows."""
    if data is None:
        return None
    recipe = recipe_of(data)
    names = state.get("feature_names_in_", [])
    if list(recipe.names) != list(names):
        raise unfit("the recipe", f"one that makes the {len(names)} features", "others")
    return recipe
