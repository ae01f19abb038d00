"""What a mistake may see in a person's code, where numbers do not tell."""

import ast

LOOPS = ast.For | ast.While | ast.comprehension
HIDDEN = {"vectorize", "apply_along_axis", "map"}  # loops by another name


def names(code):
    """The names that a person's code uses, those after a dot included."""
    return {getattr(n, "attr", getattr(n, "id", "")) for n in ast.walk(code)}


def loops(code):
    """Whether a person's code has a loop, or one of NumPy's that hide one."""
    looped = any(isinstance(n, LOOPS) for n in ast.walk(code))
    return looped or bool(HIDDEN & names(code))


def inverts(code):
    """Whether a matrix is inverted: np.linalg.inv, or inv alone."""
    return "inv" in names(code)


def joins(code):
    """Whether arrays are put together into one."""
    joining = {"concatenate", "vstack", "hstack", "stack", "r_"}
    return bool(joining & names(code))
