"""What of NumPy is not recorded, and why: one reason for each kind of function.

With a constant they work inside a traced function as anywhere; a traced value is
refused with the reason given here. What is recorded is listed nowhere but in the tables
that say how.
"""

from __future__ import annotations

TEXT = "it is about text, which has no derivative; make numbers of it outside"
_GROUPS = {
    "the shape of the result depends on values; np.where(mask, x, 0) and np.sort keep "
    "the shape": """
        argwhere flatnonzero intersect1d nonzero setdiff1d setxor1d union1d unique
        unique_all unique_counts unique_inverse unique_values""",
    "the shape of the result depends on values; np.polymul goes the other way": """
        polydiv""",
    "the shape of the result depends on values; cut at fixed places, x[1:-1]": """
        trim_zeros""",
    "the shape of the result depends on values; np.linalg.eigvals of the companion "
    "matrix gives all roots": """
        roots""",
    "it is NumPy's own part of np.ones_like; write np.ones_like": """
        _ones_like""",
    "it reads or writes a file or raw bytes, and a traced value has none; return the "
    "value and save it outside": """
        frombuffer fromfile genfromtxt loadtxt save savetxt savez savez_compressed
        packbits unpackbits""",
    "it makes numbers from text or from a Python iterator; make the array outside": """
        fromiter fromstring""",
    TEXT: """
        _center _expandtabs _expandtabs_length _ljust _lstrip_chars _lstrip_whitespace
        _partition _partition_index _replace _rjust _rpartition _rpartition_index
        _rstrip_chars _rstrip_whitespace _slice _strip_chars _strip_whitespace _zfill
        count endswith find index rfind rindex startswith""",
    "it is about dates, which have no derivative; make numbers of them outside, "
    "(t - t[0]) / np.timedelta64(1, 's')": """
        busday_count busday_offset datetime_as_string is_busday isnat""",
    "it is about records; hand their fields in as arrays of their own": """
        lib.recfunctions.append_fields lib.recfunctions.apply_along_fields
        lib.recfunctions.assign_fields_by_name lib.recfunctions.drop_fields
        lib.recfunctions.find_duplicates lib.recfunctions.join_by
        lib.recfunctions.merge_arrays lib.recfunctions.rec_append_fields
        lib.recfunctions.rec_drop_fields lib.recfunctions.rec_join
        lib.recfunctions.recursive_fill_fields lib.recfunctions.rename_fields
        lib.recfunctions.repack_fields lib.recfunctions.require_fields
        lib.recfunctions.stack_arrays lib.recfunctions.structured_to_unstructured
        lib.recfunctions.unstructured_to_structured""",
    "whether the result is complex depends on values; write the function of np itself, "
    "for complex results of x + 0j": """
        lib.scimath.arccos lib.scimath.arcsin lib.scimath.arctanh lib.scimath.log
        lib.scimath.log10 lib.scimath.log2 lib.scimath.logn lib.scimath.power
        lib.scimath.sqrt""",
}
REASONS = {name: reason for reason, names in _GROUPS.items() for name in names.split()}
REASONS["ufunc clip"] = "it is NumPy's own part of np.clip; write np.clip"


def reason_for(name: str) -> str | None:
    """Why a function of NumPy is not recorded, by its name."""
    plain = name.removeprefix("np.")
    if plain.startswith(("strings.", "char.")):
        return TEXT
    return REASONS.get(plain) or REASONS.get(plain.removeprefix("ufunc "))


# -- what an array has, and a traced one has not ---------------------------------------

_NO_BYTES = "there are no bytes before there are numbers"
_LAYOUT = "a graph says nothing about the layout in memory"
ATTRIBUTES = {
    **dict.fromkeys(("tobytes", "tofile", "dump", "dumps", "data"), _NO_BYTES),
    **dict.fromkeys(("ctypes", "getfield", "setfield"), _NO_BYTES),
    **dict.fromkeys(("view", "byteswap"), f"{_NO_BYTES}; x.astype(dtype) converts"),
    **dict.fromkeys(
        ("flags", "strides", "setflags", "base", "device", "to_device"), _LAYOUT
    ),
    "resize": "it keeps its size; np.reshape and np.concatenate make other arrays",
    **dict.fromkeys(("hex", "is_integer", "as_integer_ratio"), "it has no number yet"),
}


# -- functions that SciPy wrote in Python ---------------------------------------------

# Recorded where they are looked up in their module.
LOOKED_UP = {
    "scipy.linalg.expm",
    *(f"scipy.special.{name}" for name in (
        "comb", "factorial", "log_softmax", "logsumexp", "multigammaln", "perm",
        "polygamma", "softmax", "spherical_in", "spherical_jn", "spherical_kn",
        "spherical_yn",
    )),
}  # fmt: skip
