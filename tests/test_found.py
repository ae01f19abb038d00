"""What random programs found: each mistake a line, so that it stays mended.

Whether NumPy gives a view or a copy, an array or a number, and how it lays an array
out, is seen by what a program writes later: an error here is a wrong value in silence.
"""

import warnings

import numpy as np
import programs
import pytest

import pellucid as pl

M = np.array([[0.5, -1.25, 2.0], [0.75, -0.4, 1.5]])
S = np.array([[1.5, 0.2, -0.3], [0.4, -1.1, 0.6], [0.7, 0.1, 0.9]])
V = np.array([0.3, 1.2, -0.7])
NUMBER = np.array(0.7)
NONE = np.zeros((0,))

FOUND = {
    "einsum of one array is a view": (M, "v = np.einsum('ij->ji', x)\nv[0] = 2"),
    "so is its diagonal": (S, "v = np.einsum('ii->i', x)\nv *= x[0]"),
    "einsum of a stack is a view": (S, "np.einsum('...ij->...ji', x)[0] += x[1]"),
    "compiled code keeps what einsum views": (
        M, "u = np.sin(x)\nv = np.einsum('ij->ji', u)\nw = np.cos(u) + u",
    ),
    "take gives a copy": (M, "v = np.take(x, 0, axis=0)\nv[0] = 5\nv *= x[1]"),
    "sort keeps the order in memory": (M, "np.sort(x.T, axis=0).ravel()[0] = 3.0"),
    "a sorted array is written through its row": (
        M, "v = np.sort(x.T, axis=0)\nv.ravel()[1] = 3.0",
    ),
    "var lies as its deviations": (S, "v = np.var(np.stack([x, x]).T, axis=1)\n"
                                      "v.ravel()[0] = 3.0"),
    "repeat of a number along an axis": (NUMBER, "v = np.repeat(x, 2, axis=0)"),
    "put into a number": (NUMBER, "np.put(x, [0], 2.0)"),
    "take from a number along an axis": (NUMBER, "v = np.take(x, 0, axis=-1)"),
    "where gives an array": (NUMBER, "v = np.where(x > 0, x, 1.0)\nv[v > 0.1] = 3.0"),
    "astype gives an array": (NUMBER, "v = x.astype(np.float32)\nv[...] = 3.0"),
    "a number is written by a mask": (NUMBER, "x[x > 0] = np.log(x[x > 0])"),
    "source writes into a number": (
        NUMBER, "np.clip(x, -1, 1, out=x)\nnp.putmask(x, x > 0.5, 2 * x)",
    ),
    "an empty selection": (NONE, "x[x < 0] *= 0.5\nv = np.sum(x[x > 0])"),
    "product of no columns": (NONE, "v = np.prod(x.reshape(2, 0), axis=0)"),
    "partition of nothing": (NONE, "v = np.partition(x[None], 1, axis=0)"),
    "putmask of no values": (V, "np.putmask(x, x > 0, np.zeros(0))"),
    "the class called as a function": (
        V, "v = np.ndarray(3, dtype=x.dtype)\nv[:] = x * 2\n"
        "assert isinstance(v, np.ndarray)",
    ),
    "cumprod of a number along an axis": (NUMBER, "v = np.cumprod(x, axis=0)"),
    "argsort of a number along an axis": (NUMBER, "v = np.argsort(x, axis=0) * 0.5"),
    "a gradient at a number that is known": (
        V, "v = x * pl.gradient(lambda u: np.tanh(u) * u)(0.5)",
    ),
    "a gradient at an array that is known": (
        V, "v = pl.gradient(lambda u: np.sum(np.sin(u) * x))(np.full((), 0.5))",
    ),
    "a second derivative at a number that is known": (
        V, "v = x * pl.gradient(pl.gradient(lambda u: np.exp(u) * u))(0.5)",
    ),
    "equal elements have no spread": (V, "x[:] = x[0]\nv = np.std(x) + np.nanstd(x)"),
    "a helper's own view is outdated": (
        M, "v = x.ravel()\nv[0] *= 2\nbump(x)\nbump(v)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_holds(name):
    x, body = FOUND[name]
    lines = body.splitlines()
    arrays = programs.arrays_of({"x": x}, lines)
    total = " + ".join(programs.weighed(*item) for item in arrays.items())
    programs.check({"x": x}, programs.written(["x"], [*lines, f"return {total}"]))


# -- how an array lies in memory ------------------------------------------------------

A = np.linspace(0.5, 2, 12).reshape(3, 4) ** 2
B = np.linspace(0.5, 2, 24).reshape(2, 3, 4)
C = S @ S.T + 3 * np.eye(3)

LAID_OUT = """
a.T
np.sort(a.T, axis=0)
np.sort(a.T, axis=1)
np.partition(a.T, 1, axis=0)
np.take(a.T, [0,1], axis=0)
np.take(a.T, [0,1], axis=1)
a.T[[0,1]]
a.T[:, [0,1]]
a.T[[0,1],:2]
np.roll(a.T, 1, axis=0)
np.roll(a.T, 1)
np.flip(a.T).copy()
np.repeat(a.T, 2, axis=0)
np.repeat(a.T, 2, axis=1)
np.repeat(a.T, [1,2,1,2], axis=0)
np.tile(a.T, 2)
np.tile(a.T, (1,1))
np.concatenate([a.T, a.T])
np.concatenate([a.T, a.T], axis=1)
np.stack([a.T, a.T])
np.stack([a.T, a.T], axis=-1)
np.vstack([a.T,a.T])
np.hstack([a.T,a.T])
np.array([a.T[0],a.T[1]])
np.array([a.T,a.T])
np.where(a.T>0,a.T,0)
np.clip(a.T,0,1)
np.cumsum(a.T,axis=0)
np.cumprod(a.T,axis=1)
np.diff(a.T,axis=0)
np.pad(a.T,1)
np.tril(a.T)
np.take_along_axis(a.T, np.argsort(a.T,axis=0), axis=0)
np.argsort(a.T,axis=0)
a.T@a
a@a.T
np.dot(a.T,a)
np.outer(a.T,a)
np.einsum('ij,jk->ik',a.T,a)
np.einsum('ij,ij->ij',a.T,a.T)
np.einsum('ij,ij->ji',a.T,a.T)
np.sum(b.T,axis=0)
np.sum(b.T,axis=1)
np.sum(b.T,axis=2)
np.mean(b.T,axis=0)
np.max(b.T,axis=1)
np.prod(b.T,axis=1,keepdims=True)
np.std(b.T,axis=0)
np.var(b.T,axis=1)
np.median(b.T,axis=0)
np.median(b.T,axis=2)
np.squeeze(b.T[:1])
np.linalg.norm(b.T,axis=0)
np.linalg.inv(c.T)
np.linalg.solve(c.T,c.T)
np.linalg.svd(a.T)[0]
np.linalg.cholesky((c@c.T+np.eye(3)).T)
np.linalg.qr(a.T)[0]
np.kron(a.T,a.T)
np.cross(a.T[:,:3],a.T[:,:3])
np.tensordot(b.T,b,axes=1)
np.multiply.outer(a.T,a.T)
np.add.accumulate(a.T,axis=0)
np.add.reduce(b.T,axis=0)
np.gradient(a.T,axis=0)
np.broadcast_to(a.T,(2,4,3)).copy()
np.broadcast_to(a.T,(2,4,3))*1
np.copy(a.T)
a.T.copy()
a.T.astype(float)
a.T.astype(np.float32)
np.array(a.T)
np.asarray(a.T,dtype=np.float32)
np.swapaxes(b,0,1)*2
np.moveaxis(b,0,-1)*2
np.moveaxis(b,0,-1)+np.ones(2)
np.moveaxis(b,0,-1)+np.ones((3,4,2))
np.zeros_like(a.T)
np.empty_like(b.transpose(1,0,2))
np.full_like(a.T,2.)
np.exp(b[:,::2].T)
np.real(a.T)
np.abs(a.T[::-1])
np.nan_to_num(a.T)
np.delete(a.T,0,axis=0)
np.insert(a.T,0,1.,axis=0)
np.append(a.T,a.T,axis=0)
np.split(a.T,2)[0]
np.rot90(a)
np.rot90(a)*2
np.round(a.T)
np.select([a.T>0],[a.T])
np.choose((a.T>0)*1,[a.T,a.T])
np.apply_along_axis(np.sort,0,a.T)
np.interp(a.T,[0,1.],[0,1.])
np.vander(a[0])
np.meshgrid(a[0],a[1])[0]
np.meshgrid(a[0],a[1],indexing='ij')[0]
np.convolve(a[0],a[1])
np.fft.ifft(np.fft.fft(a.T,axis=0),axis=0).real
np.trapezoid(b.T,axis=0)
np.unwrap(a.T,axis=0)
np.sinc(a.T)
np.average(b.T,axis=0)
np.quantile(b.T,0.3,axis=0)
np.nanmean(b.T,axis=0)
np.maximum(a.T,0)
np.matmul(b.transpose(0,2,1),b)
np.matmul(b,b.transpose(0,2,1)).T
np.linalg.inv(np.stack([c,c+np.eye(3)]).transpose(0,2,1))
np.diag(a.T)
np.diagonal(b.T)
np.diagonal(b.T)*1
np.block([[a.T,a.T]])
np.column_stack([a.T,a.T])
np.dstack([a.T,a.T])
np.fmax(a.T,a.T)
np.logaddexp.reduce(b.T,axis=0)
np.ldexp(a.T,2)
np.modf(a.T)[0]
np.divmod(a.T,2)[0]
np.lib.stride_tricks.sliding_window_view(a.T,2,axis=0)
np.lib.stride_tricks.sliding_window_view(a.T,2,axis=0)*1
np.polyval([1.,2.],a.T)
np.heaviside(a.T,0)
np.ptp(b.T,axis=0)
np.resize(a.T,(4,3))
np.piecewise(a.T,[a.T>0],[1.,2.])
np.ascontiguousarray(a.T)
np.asfortranarray(a)
np.fromfunction(lambda i,j:i+j,(3,4))*a
np.array(list(a.T))
np.array([[a[0,0],1.],[2.,a[1,1]]])
np.triu(b.T)
np.indices((2,3))*1.
np.tri(3)*c.T
a.T.clip(0,1)
a.T.round(1)
a.T.cumsum(0)
b.T.sum(1)
b.T.mean(0)
a.T.take([0,1],axis=0)
a.T.repeat(2,axis=0)
a.T.conj()
a.T.real
+a.T
-a.T
a.T**2
abs(a.T)
a.T//1
a.T>0
2*a.T
""".strip().splitlines()


@pytest.mark.parametrize("expression", LAID_OUT)
def test_a_result_lies_in_memory_as_numpys(expression):
    f = eval(f"lambda a, b, c: {expression}", {"np": np})
    seen = []

    def traced(a, b, c):
        result = f(a, b, c)
        seen.append(laid_out(getattr(result, "memory", result)))
        return np.sum(result) + np.sum(a)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pl.graph(traced, A, B, C)
        assert seen == [laid_out(np.asarray(f(A.copy(), B.copy(), C.copy())))]


def laid_out(array):
    """Shape, steps in memory, and whether it may be written to."""
    array = getattr(array, "shadow", array)
    return array.shape, array.strides, array.flags.writeable


# -- arrays without axes, and numbers -------------------------------------------------

OF_A_NUMBER = """
np.where(x>0,x,1.)
np.copy(x)
x.copy()
x.astype(np.float32)
x.astype(float)
np.reshape(x,())
np.squeeze(x)
np.transpose(x)
x.T
x[...]
x[()]
x+1
np.real(x)
x.real
np.select([x>0],[x])
np.choose(np.array(0),[x,x])
np.piecewise(x,[x>0],[1.,2.])
np.roll(x,1)
np.flip(x)
np.nan_to_num(x)
np.clip(x,0,1)
x.clip(0,1)
x.round(1)
np.round(x,1)
np.broadcast_to(x,())
np.asarray(x)
np.array(x)
np.zeros_like(x)
np.full((),x)
np.full_like(x,2.)
np.sum(x)
x.sum()
x.mean()
np.sum(x[None],axis=0)
np.sum(x[None])
np.mean(x[None],axis=0)
np.max(x[None],axis=0)
np.median(x)
np.median(x[None],axis=0)
np.quantile(x,.5)
np.dot(x,x)
np.vdot(x[None],x[None])
np.inner(x[None],x[None])
x[None]@x[None]
np.einsum('i->',x[None])
np.einsum('i,i->',x[None],x[None])
np.einsum('i,i',x[None],x[None])
np.tensordot(x[None],x[None],axes=1)
np.trace(x[None,None])
np.linalg.norm(x)
np.linalg.norm(x[None],axis=0)
np.linalg.det(x[None,None])
np.interp(x,[0.,1],[0.,1])
np.trapezoid(x[None])
np.squeeze(x[None])
x[None].reshape(())
x[None].squeeze()
np.cumsum(x)
np.take(x[None],0)
np.take(x[None],np.array(0))
np.take(x,0)
x[None][0]
x[None][np.array(0)]
x[None].take(0)
np.average(x[None])
np.average(x)
np.var(x)
np.std(x[None],axis=0)
np.prod(x)
np.abs(x)
-x
x**2
np.fabs(x)
np.ptp(x[None])
np.diff(x[None,None].repeat(2,1))[0,0]
np.outer(x,x)[0,0]
np.expand_dims(x,())
np.moveaxis(x[None],0,0)[0]
np.polyval([1.,2.],x)
np.sinc(x)
np.heaviside(x,0)
np.unwrap(x[None])[0]
np.fmax(x,1)
np.maximum.reduce(x[None])
np.add.reduce(x[None])
np.add.accumulate(x[None])[0]
np.multiply.outer(x,x)
np.nansum(x)
np.nanmean(x)
np.nanstd(x)
np.corrcoef(x[None].repeat(3)+np.arange(3),np.arange(3.))[0,1]
np.cov(x[None].repeat(3))
np.linalg.solve(x[None,None],x[None])[0]
np.linalg.inv(x[None,None])[0,0]
np.angle(x)
np.conj(x)
x.conj()
np.float64(x)
np.float32(x)
np.rint(x)
np.trunc(x)
np.fix(x)
np.modf(x)[0]
np.divmod(x,2)[0]
np.asanyarray(x)
np.concatenate([x[None],x[None]])[0]
np.stack([x,x])[0]
np.array([x,x])[0]
np.hstack([x,x])[0]
np.logaddexp(x,x)
np.tile(x,1)
np.repeat(x,2)
np.pad(x[None],1)[0]
np.insert(x[None],0,1.)[0]
np.delete(x[None].repeat(2),0)[0]
np.convolve(x[None],x[None])[0]
np.vecdot(x[None],x[None])
np.linalg.vecdot(x[None],x[None])
np.matmul(x[None],x[None])
np.linalg.multi_dot([x[None],x[None,None],x[None]])
np.linalg.slogdet(x[None,None])[1]
np.lib.stride_tricks.sliding_window_view(x[None],1)[0,0]
np.require(x)
np.resize(x,())
np.broadcast_arrays(x,x)[0]
np.atleast_1d(x)[0]
np.meshgrid(x,x)[0][0,0]
np.apply_along_axis(np.sum,0,x[None])
np.diagonal(x[None,None])[0]
np.compress([True],x[None])[0]
np.extract([True],x[None])[0]
np.max(x)
np.amin(x)
np.argmax(x[None])
np.any(x>0)
np.count_nonzero(x)
np.cross(x[None].repeat(3),x[None].repeat(3))[0]
np.gradient(x[None].repeat(3))[0]
np.linalg.cond(x[None,None])
np.ascontiguousarray(x)[0]
""".strip().splitlines()


@pytest.mark.parametrize("expression", OF_A_NUMBER)
def test_an_array_is_an_array_and_a_number_is_a_number(expression):
    f = eval(f"lambda x: {expression}", {"np": np})
    seen = []

    def traced(x):
        result = f(x)
        seen.append((isinstance(result, np.ndarray), np.shape(result)))
        return np.sum(result)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pl.graph(traced, NUMBER)
        theirs = f(NUMBER)
        assert seen == [(isinstance(theirs, np.ndarray), np.shape(theirs))]


def test_an_empty_array_keeps_its_shape_in_the_source():
    def f(y):
        lower = np.tril(np.sin(y))
        lower[...] = y
        return np.sum(lower)

    names = {}
    exec(pl.source(f, np.zeros(0)), names)
    assert names["f"](np.zeros(0)) == 0


@pytest.mark.parametrize("number", [1e-310, 1e308, 5e-324])
def test_a_number_whose_reciprocal_is_no_float(number):
    def f(x):
        return np.sum(x / number)

    with np.errstate(over="ignore"):
        x = np.array([1e-3, 2.0])
        np.testing.assert_array_equal(pl.gradient(f)(x), np.ones(2) / number)
        assert pl.compile(f)(x) == f(x)
