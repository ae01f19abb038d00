"""The file of a model: safetensors for the arrays, a document in JSON in its metadata.

The file begins with the length of a header in 8 bytes, the header in JSON with type,
shape and place of each array, then the arrays. Under "pellucid" the header's metadata
hold one text: the sum of the document and the arrays, a blank, and the document.

The format is that of https://github.com/huggingface/safetensors, version 0.8.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any, BinaryIO

import numpy as np
import safetensors
import safetensors.numpy

from pellucid.models.base import Array
from pellucid.models.networks.plain import Unfit, unfit

KEY = "pellucid"
LONGEST = 100_000_000  # bytes of a header, as the format says
DIMENSIONS = 8
DTYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "I64": "int64",
    "I32": "int32", "I16": "int16", "I8": "int8", "U64": "uint64", "U32": "uint32",
    "U16": "uint16", "U8": "uint8", "BOOL": "bool",
}  # fmt: skip
OTHERS = {
    b"\x80": "a pickle, which may run any code",
    b"PK": "a zip archive, as torch.save writes",
    b"\x89HDF": "an HDF5 file",
    b"\x1f\x8b": "a file packed by gzip",
}
SafetensorError = safetensors.SafetensorError


def packed(document: dict[str, Any], arrays: dict[str, Array]) -> bytes:
    """The bytes of a file with a document and arrays."""
    text = json.dumps(document, allow_nan=False)
    metadata = {KEY: f"{sum_of(text, arrays)} {text}"}
    return bytes(safetensors.numpy.save(arrays, metadata))


def sum_of(text: str, arrays: dict[str, Array]) -> str:
    """A sum by which a file is known to be as it was written."""
    found = hashlib.sha256(text.encode())
    for name, array in sorted(arrays.items()):
        found.update(f"{name} {array.dtype.name} {array.shape}".encode())
        found.update(array.tobytes())
    return found.hexdigest()


def unpacked(file: BinaryIO, size: int) -> tuple[str, str, dict[str, Array]]:
    """The document as text, the sum, and the arrays of a file of a known size."""
    head = file.read(8)
    n = int.from_bytes(head, "little")
    if len(head) < 8 or n > min(LONGEST, size - 8):
        found = f"a file of {size} bytes" if size else "an empty file"
        if len(head) == 8:
            is_text = head.decode("latin-1").isprintable() or b"\n" in head
            header = f"a header of {n} bytes in a file of {size}"
            found = "text, perhaps a table" if is_text else header
        others = (what for mark, what in OTHERS.items() if head.startswith(mark))
        found = next(others, found)
        raise Unfit(f"a model that pl.save has written, found {found}")
    written = file.read(n)
    header = parsed(written.decode(), "its header")
    metadata = header.pop("__metadata__", None) if isinstance(header, dict) else None
    if not isinstance(metadata, dict) or not isinstance(metadata.get(KEY), str):
        found = "none: it is another program's safetensors file, or none at all"
        raise unfit(f'its metadata under "{KEY}"', "those that pl.save writes", found)
    _check_places(header, size - 8 - n)
    arrays = safetensors.numpy.load(head + written + file.read(size - 8 - n))
    digest, _, text = metadata[KEY].partition(" ")
    return text, digest, {k: _writable(k, array) for k, array in arrays.items()}


def parsed(text: str, what: str) -> Any:
    """JSON, each key once, and numbers that JSON has."""

    def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise unfit(what, "an object with each key once", "one twice")
        return found

    def refused(name: str) -> Any:
        raise unfit(what, "JSON", name)

    try:
        return json.loads(text, object_pairs_hook=distinct, parse_constant=refused)
    except json.JSONDecodeError as error:
        raise unfit(what, "JSON", f"at character {error.pos}: {error.msg}") from None


def _check_places(header: dict[str, Any], room: int) -> None:
    """Check that the arrays fill the rest of the file, one after another."""
    ends = []
    for name, entry in header.items():
        if not isinstance(entry, dict) or entry.keys() != {
            "dtype", "shape", "data_offsets"
        }:  # fmt: skip
            raise unfit(f"the array {name}", "given by type, shape and place", entry)
        dtype, shape, place = entry["dtype"], entry["shape"], entry["data_offsets"]
        if not isinstance(dtype, str) or dtype not in DTYPES:
            raise unfit(f"the array {name}", f"of a type among {[*DTYPES]}", dtype)
        if not _are_sizes(shape, DIMENSIONS) or not _are_sizes(place, 2):
            raise unfit(f"the array {name}", "of a known shape and place", entry)
        begin, end = place
        needed = math.prod(shape) * np.dtype(DTYPES[dtype]).itemsize
        if end - begin != needed:
            expected = f"{needed} bytes, as its shape {shape} says"
            raise unfit(f"the array {name}", expected, f"{end - begin}")
        ends.append((begin, end))
    at = 0
    for begin, end in sorted(ends):
        if begin != at:
            raise unfit("its arrays", "one after another", f"a gap or overlap at {at}")
        at = end
    if at != room:
        raise unfit("its arrays", f"the {room} bytes behind the header", f"{at}")


def _are_sizes(value: Any, most: int) -> bool:
    listed = isinstance(value, list) and len(value) <= most
    return listed and all(type(n) is int and 0 <= n < 2**62 for n in value)


def _writable(name: str, array: Array) -> Array:
    if array.dtype == bool and np.any(array.view(np.uint8) > 1):
        raise unfit(f"the array {name}", "0 and 1, as truth values are", "other bytes")
    return array.copy()
