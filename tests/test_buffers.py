"""Arrays that are made inside and written to, and views that share their memory.

The judge is NumPy itself: the same function runs on plain arrays.
"""

import numpy as np
import pytest
from comparison import assert_derivatives

import pellucid as pl

X = np.array([0.5, -1.25, 2.0, 0.75, -0.4, 3.0])
A = np.array([[1.0, 2.5, -0.5, 0.3], [0.25, -3.0, 1.5, 2.0], [0.7, 0.1, -0.2, 0.9]])
C = np.cos(np.arange(24.0)).reshape(2, 3, 4)
MASK = np.array([True, False, True, True, False, False])


def loop(x):
    b = np.zeros(6)
    for i in range(6):
        b[i] = x[i] ** 2
    return b


def every_other(x):
    b = np.ones(6)
    b[::2] = x[::2] * 3
    b[1::2] += x[1::2]
    return b


def overwritten(x):
    b = np.zeros(3)
    b[0] = x[0]
    b[0] = x[1] * 2
    b[:] = b * x[2]
    return b


def recurrence(x):
    b = np.empty(6)
    b[0] = x[0]
    for i in range(1, 6):
        b[i] = 0.5 * b[i - 1] + x[i]
    return b


def backwards(x):
    b = np.zeros(6)
    b[::-1] = x
    b[-1:0:-2] *= 2
    return b


def swap(x):
    x = x.copy()
    x[0], x[1] = x[1], x[0]
    return x * np.arange(6)


def swap_views(x):
    x = x.copy()
    x[[0, 1]] = x[[1, 0]]
    x[2:4] = x[3:1:-1]
    return x * np.arange(6)


def base_before_view(x):
    b = np.zeros(6)
    v = b[1:4]
    b[2] = x[0]
    return v * x[:3]


def view_before_base(x):
    b = np.zeros(6)
    v = b[1:4]
    v[1] = x[0]
    return b * x


def both_ways(x):
    b = np.zeros(6)
    v = b[1:5]
    w = v[::-1]
    b[2] = x[0]
    w[0] = x[1]
    v[1] += 3 * x[2]
    return np.concatenate([b, v, w])


def taken_before(x):
    b = x.copy()
    y = b * 2
    v = b[:3]
    z = v + 0
    b[0] = 7
    return np.concatenate([y, z, v])


def sibling_views(x):
    b = x * 1
    left, right = b[:4], b[2:]
    left[3] = x[0] * x[1]
    right[0] = x[5]
    return left[2:] * right[:2]


def view_of_view_of_view(x):
    b = np.zeros((4, 6))
    b[1:][::2][:, 1:][1, ::2][1] = x[0]
    b[1:, 2:][0][...] = x[:4]
    return b


def through_transpose(a):
    b = np.zeros((4, 3))
    b.T[...] = a
    b.T[0, 1] = a[0, 0] * a[1, 1]
    return b


def through_deep_transpose(c):
    b = np.zeros((4, 2, 3))
    b.transpose(1, 2, 0)[1] = c[0] * c[1]
    np.moveaxis(b, 0, -1)[0, 1] += c[0, 0]
    return b


def through_swapaxes(c):
    b = c.copy()
    v = b.swapaxes(0, 2)
    v[1, 1] *= 2
    return b


def through_reshape(a):
    b = a.copy()
    flat = b.reshape(-1)
    flat[5] = a[0, 0] ** 2
    b[2, 3] = 1
    return b * flat[11] + flat.reshape(3, 4)


def through_ravel(a):
    b = np.zeros((3, 4))
    np.ravel(b)[::5] = a[:, 0]
    return b


def reshape_that_copies(a):
    b = a.copy()
    flat = b.T.reshape(-1)
    flat[0] = 100 * a[1, 1]
    return b * flat.reshape(4, 3).T


def ravel_of_slice_copies(a):
    b = a.copy()
    flat = b[:, :2].ravel()
    flat[0] = 100 * a[1, 1]
    return b.sum() * flat


def slice_of_rows_reshaped(a):
    b = a.copy()
    b[1:].reshape(-1)[3] = a[0, 0] * 5
    return b


def flatten_copies(a):
    b = a.copy()
    b.flatten()[0] = 7
    return b


def through_expand_dims(x):
    b = np.zeros(6)
    np.expand_dims(b, 0)[0, 1] = x[0]
    b[:, None][2, 0] = x[1]
    b[None, ..., None][0, 3] = x[2:3]
    return b


def through_squeeze(x):
    b = np.zeros((1, 6, 1))
    np.squeeze(b)[2:4] = x[:2]
    return b


def through_flip(a):
    b = np.zeros((3, 4))
    np.flip(b, 1)[0] = a[0]
    np.flipud(b)[0, 0] = a[1, 1]
    return b


def through_split(x):
    b = x * 2
    first, second = np.split(b, 2)
    first[0] = x[5]
    second += first
    return b


def through_rows(a):
    b = a * 1
    for row in b:
        row /= row.sum()
    return b


def through_ellipsis(c):
    b = np.zeros_like(c)
    b[..., 0] = c[..., 1]
    b[0, ...][..., 2] = c[1, :, 3]
    return b


def zero_dimensional_view(x):
    b = np.zeros(6)
    b[2, ...][...] = x[0]
    return b


def integers(x):
    b = np.zeros(6)
    b[[4, 1, 3]] = x[:3]
    b[np.array([0, 2])] += x[3]
    return b


def integers_repeated(x):
    b = np.zeros(6)
    b[[1, 1, 2]] = x[:3]
    b[[3, 3]] += x[4]
    return b


def integers_copy(x):
    b = np.zeros(6)
    v = b[[0, 1]]
    v[0] = x[0]
    return np.concatenate([b, v])


def pairs_of_integers(a):
    b = np.zeros((3, 4))
    i = np.arange(3)
    b[i, i + 1] = a[i, i] ** 2
    b[i[:, None], [0, 3]] -= a[:, 1:3]
    return b


def fixed_mask(x):
    b = np.zeros(6)
    b[MASK] = x[:3] * 2
    b[~MASK] += x[MASK]
    return b


def traced_mask(x):
    b = x * 1
    b[b < 0] = 0
    b[x > 1] = x[0]
    return b


def traced_mask_in_place(a):
    b = a.copy()
    b[a < 0] = -1
    b[~(a < 1.9)] = 2
    return b * a


def traced_mask_of_rows(a):
    b = a * 1
    b[a[:, 0] > 0.5] = a[2]
    return b


def traced_index(x):
    b = np.zeros(6)
    b[np.argmax(x)] = x[0]
    b[np.argsort(x)[:2]] += x[1]
    return b


def known_index(x):
    b = np.zeros(6)
    place = np.zeros(1, int)
    for i in range(3):
        place[0] = 2 * i
        b[place[0]] = x[i]
    return b


def known_branch(x):
    b = np.arange(6.0)
    return x[b > 2.5] * (1 if b[0] < b.sum() else 2)


def in_place_operators(x):
    b = np.ones(6)
    b += x
    b -= 2 * x[0]
    b *= x
    b /= 1.5 + x**2
    b **= 3
    b //= 0.1
    b %= 2
    return b * x


def in_place_matmul(a):
    b = a[:, :3] * 1
    v = b[0]
    b @= a[:, 1:]
    return v


def in_place_keeps_the_array(x):
    b = np.zeros(6)
    c = b
    b += x
    b = b + 1
    return b * c


def in_place_on_numbers(x):
    a = x[0]
    b = a
    a += 1
    a *= x[1]
    return a * b


def in_place_on_view(u):
    u = u.copy()
    u[1:-1] += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
    u[1:-1] += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
    return u


def in_place_on_item(a):
    b = a.copy()
    b[0][1] *= a[1, 1]
    b[1, 2] -= b[0, 1]
    b[:, 0] **= 2
    return b


def out_argument(x):
    b = np.empty(6)
    np.multiply(x, 2, out=b)
    np.add(b, x, b)
    np.exp(b[:2], out=b[:2])
    return b


def out_of_functions(a):
    total, product = np.zeros(4), np.zeros((3, 3))
    np.sum(a, axis=0, out=total)
    np.dot(a, a.T, out=product)
    np.matmul(a, a.T, out=product)
    return product.sum() * total


def positional_out(a):
    total, highest = np.zeros(4), np.zeros(3)
    a.sum(0, None, total)
    np.max(a, 1, highest)
    np.clip(highest, 0, 1.4, highest)
    return total * highest.sum()


def where_argument(x):
    b = np.full(6, 5.0)
    np.sqrt(np.abs(x), out=b, where=MASK)
    np.divide(x, 2, out=b, where=x > 0.6)
    return b


def other_dtypes(x):
    b = np.zeros(6, dtype=np.float32)
    b[1:3] = x[1:3]
    b += x[0].astype(np.float32)
    return b * 2


def same_kind_cast(x):
    b = np.zeros(6, dtype=np.float32)
    b += x
    return b


def integer_buffer(x):
    b = np.zeros(6, dtype=int)
    b[0] = 3
    b[1:] = x[1:] + 0.15
    return b * x


def boolean_buffer(x):
    b = np.zeros(6, dtype=bool)
    b[2:] = x[2:] > 0
    return np.where(b, x, 0)


def arrays_of_numbers(x):
    b = np.array([x[0], x[1] * 2, 3])
    b[1] = x[2]
    return b


def nested_arrays(x):
    return np.array([[x[0], 1.0], [np.sin(x[1]), x[2]]]) @ np.array([x[3], 2])


def array_of_rows(x):
    return np.array([x, x * 2, np.ones(6)])


def array_copies(x):
    b = np.array(x)
    b[0] = 9
    c = np.asarray(b)
    c[1] = x[0]
    return np.concatenate([b, x])


def asarray_with_dtype(x):
    b = np.asarray(x, dtype=np.float32)
    b[0] = 9
    return np.concatenate([b, x])


def made_alike(a):
    b, c = np.zeros_like(a), np.ones_like(a, dtype=np.float32)
    d, e = np.empty_like(a[0]), np.full_like(a, a[0, 0])
    b[0] = a[1]
    c[1] = a[0]
    d[:] = a[2]
    e[1, 1] = 1
    return b * c + d * e


def full_of_traced(x):
    b = np.full((2, 3), x[0])
    c = np.full((2, 3), x[:3])
    b[0, 0] = c[1, 2]
    return b * c


def eye_and_identity(a):
    b, c = np.eye(3), np.identity(3) * a[0, 0]
    b[0, 1] = a[0, 1]
    b[np.diag_indices(3)] *= a[1, :3]
    return b @ c @ np.eye(3, 4, k=1)


def arange_and_linspace(x):
    b, c = np.arange(6.0), np.linspace(0, 1, 6)
    d = np.linspace(x[0], x[1], 6)
    b[2] = x[0]
    c[1:3] += x[1:3]
    d[0] *= 2
    return b * c * d


def copy_of_outside(x):
    b = np.copy(X)
    b[0] = x[1]
    return b * x


def with_shape_from_the_array(a):
    n, m = a.shape
    b = np.zeros(shape=(n + 1, m), dtype=a.dtype)
    b[1:] = np.cumsum(a, axis=0)
    return b[1:] - b[:-1]


def add_at(x):
    b = np.zeros(4)
    np.add.at(b, [0, 1, 1, 3, 0, 0], x)
    np.subtract.at(b, 2, x[0])
    np.add.at(b, (np.array([1, 1]),), 5 * x[1])
    return b


def add_at_rows(a):
    b = np.zeros((2, 4))
    np.add.at(b, [0, 1, 0], a)
    np.add.at(b, (slice(None), 2), a[0, 0])
    return b


def put_and_copyto(x):
    b, c = np.zeros((2, 3)), np.ones(6)
    np.put(b, [0, 4], x[:2])
    b.put([5], x[2])
    np.copyto(c, x, where=MASK)
    np.copyto(c[:2], x[4])
    return b.ravel() * c


def fill(x):
    b, c = np.empty(6), np.zeros((3, 4))
    b.fill(x[1])
    b[:2].fill(1.0)
    np.fill_diagonal(c, x[0])
    np.fill_diagonal(c[:, 1:], x[:3])
    return b * c.sum()


def put_along_axis(a):
    b = a * 1
    np.put_along_axis(b, np.array([[0], [2], [1]]), a[:, 3:], axis=1)
    np.put_along_axis(b, np.argmax(a, axis=1)[:, None], 0.0, axis=1)
    return b


def sort_in_place(a):
    b = a * 1
    b[0].sort()
    b.sort(axis=0)
    return b * A


def helper_writes(x):
    def add_one_to_first(v):
        v[0] += 1
        v *= 2

    y = x.copy()
    add_one_to_first(y)
    add_one_to_first(y[3:])
    return y


def argument_is_written(x):
    before = x.sum()
    x *= 2
    x[0] = 1
    return before * x


def nested_loops(a):
    b = np.zeros((3, 3))
    for i in range(3):
        for j in range(3):
            total = 0.0
            for k in range(4):
                total += a[i, k] * a[j, k]
            b[i, j] = total
    return b


def list_of_buffers(x):
    states = [np.zeros(2)]
    for i in range(3):
        state = states[-1].copy()
        state[i % 2] += x[i]
        states.append(state)
    return np.stack(states)


def dictionary_of_buffers(x):
    cache = {"a": np.zeros(3), "b": np.zeros(3)}
    cache["a"][:] = x[:3]
    cache["b"][cache["a"] > 0] = x[4]
    cache["a"] *= cache["b"]
    return cache["a"] + cache["b"]


def broadcast_assignment(a):
    b, c = np.zeros((3, 4)), np.zeros((3, 4))
    b[:] = a[0]
    c[:, :] = a[:, :1]
    c[1] = a[1:2, 3]
    b[0, :] = [a[0, 0], 1, 2, a[1, 1]]
    return b * c


def leading_ones(x):
    b = np.zeros(6)
    b[:3] = x[None, None, :3]
    return b


def self_assignment(x):
    b = x * 1
    b[1:] = b[:-1]
    b[:-2] = b[2:]
    return b


def overlapping_in_place(x):
    b = x * 1
    b[1:] += b[:-1]
    return b


def empty_assignment(x):
    b = x * 1
    b[6:] = 5
    b[[]] = 7
    return b


def copies_in_the_middle(x):
    b = x * 1
    c = b.copy()
    d = b[:3].copy()
    b[0] = 5
    c[1] = x[0]
    d[2] = x[5]
    return np.concatenate([b, c, d])


def number_of_an_array(x):
    b = np.zeros(3)
    first = b[0]
    b[0] = x[0]
    return first + b


def array_of_a_number(x):
    b = np.atleast_1d(x[0])
    b[0] = x[1] * 2
    c = np.reshape(x[2], (1, 1))
    c += 1
    return b * c * x[0] * x[2]


# Arrays that do not lie row by row: NumPy gives results the layout of what they are
# made of, and it decides whether ravel and reshape are views.


def written_both_ways(b, value):
    """Write through a row of all elements, which is a view in one layout only."""
    b.ravel()[1] = value
    b.T.ravel()[2] = 3 * value
    return b


def layout_of_elementwise(a):
    b = written_both_ways(a.T * 2, a[0, 0])
    return b * written_both_ways(np.sin(a.T) + 1, a[1, 1])


def layout_of_mixed_operands(a):
    ones = np.ones((4, 3))
    b = written_both_ways(a.T * ones, a[0, 0])
    return b * written_both_ways(ones * a.T, a[0, 1])


def layout_of_where(a):
    return written_both_ways(np.where(a.T > 0, a.T, 1.0), a[0, 0])


def layout_of_fortran_buffers(a):
    b = written_both_ways(np.zeros((3, 4), order="F"), a[0, 0])
    b += written_both_ways(np.full((3, 4), 2.0, order="F"), a[0, 1])
    return b * written_both_ways(np.ones((3, 4), order="F"), a[0, 2])


def layout_kept_by_writes(a):
    b = np.zeros((3, 4), order="F")
    b[:] = a
    b += a
    b *= 2
    return written_both_ways(b, a[0, 0]) * written_both_ways(b * 1, a[1, 1])


def layout_of_asfortranarray(a):
    b = written_both_ways(np.asfortranarray(a), a[0, 1])
    return b * written_both_ways(np.asarray(a, order="F"), a[0, 2])


def layout_of_ascontiguousarray(a):
    b = a * 1
    same = np.ascontiguousarray(b)
    same[0] = a[1]
    return b * np.ascontiguousarray(b.T).T


def layout_of_copies(a):
    made = a.T.copy(), np.copy(a.T), np.array(a.T), a.T.copy(order="F")
    return np.stack([written_both_ways(b, a[0, i]) for i, b in enumerate(made)])


def layout_of_likes(a):
    b = written_both_ways(np.zeros_like(a.T), a[0, 0])
    b = b + written_both_ways(np.ones_like(a.T, order="C"), a[0, 1])
    b = b + written_both_ways(np.full_like(a.T, 2.0), a[0, 2])
    c = np.empty_like(a.T)
    c[...] = 1
    return b + written_both_ways(c, a[0, 3])


def layout_of_sums(c):
    return written_both_ways(c.transpose(2, 1, 0).sum(0), c[0, 0, 0])


def layout_of_cumsum(a):
    return written_both_ways(np.cumsum(a.T, axis=0), a[0, 0])


def layout_of_concatenate(a):
    return written_both_ways(np.concatenate([a.T, a.T * 2]), a[0, 0])


def layout_of_picked_rows(a):
    b = written_both_ways(a.T[[0, 2]], a[0, 0])
    return b.sum() * written_both_ways(a.T[:, [0, 1]], a[0, 1])


def layout_of_products(a):
    return written_both_ways(a.T @ a, a[0, 0])


def layout_of_broadcasts(a):
    return written_both_ways(np.broadcast_to(a[0], (3, 4)).T * 2, a[0, 0])


def layout_of_outside_arrays(a):
    b = written_both_ways(a * IN_COLUMNS, a[0, 0])
    return b * written_both_ways(np.array(IN_COLUMNS), a[0, 1])


def flat_is_read_and_written(a):
    b = a * 1
    b.flat[0] = a[1, 1]
    b.flat[[3, 5]] = a[0, :2]
    b.T.flat[2] = a[0, 0]
    b[:, :2].flat[1:] = [a[0, 3], 2.0]
    return b * b.flat[4] * len(b.flat) + sum(v**2 for v in b.flat)


def flat_as_a_whole(a):
    b = np.zeros((2, 3))
    b.flat = a[0]
    b.flat[-1] *= a[1, 1]
    copy = b.flat[:2]
    copy[0] = 7
    return b


def shape_is_set(a):
    b = a * 1
    v = b.T
    b.shape = (4, 3)
    b[0] = a[0, 0]
    return v.T.ravel()[:4] * b[3, 1]


def through_matrix_transpose(c):
    b = c * 1
    b.mT[0, 1] = c[0, 0, 0]
    return b


def through_real(x):
    b = x * 1
    b.real[0] = x[1]
    return b


def scaled_under_a_mask(a):
    b = a * 1
    b[b < 0] *= 0.1
    b[b > 1.2] += b[b > 1.2]
    return b


def function_under_a_mask(a):
    b = a * 1
    b[b > 0] = np.log(b[b > 0]) ** 2
    return b


def halves_under_a_mask(a):
    mask = a > 0.2
    b = np.zeros_like(a)
    b[mask] = np.sin(a[mask]) / a[mask]
    b[~mask] = 1 - a[~mask] ** 2 / 6
    return b


def sums_under_a_mask(a):
    total = a[a > 0].sum() * a[a < 0].mean() + np.sum(np.sqrt(a[a > 0]))
    return total * a[a < 0.95].max() + np.min(a[a > 0.2])


def row_at_a_computed_place(a):
    b = a * 2
    k = np.argmax(a[:, 0])
    row, before = b[k], b[k - 1, 1:]
    row -= 0.5 * b[1]
    b[k, :2] = 0.25
    before[0] = row[1] * row[3]
    b[k] += row
    return b * np.sum(row)


def array_of_a_computed_place_copies(a):
    b = a * 2
    row = b[np.array(np.argmin(a[:, 0]))]
    row[0] = 5
    return b * row


IN_COLUMNS = np.asfortranarray(np.arange(12.0).reshape(3, 4) / 5)
CASES = {
    f.__name__: (f, argument)
    for argument, functions in {
        "X": (
            loop, every_other, overwritten, recurrence, backwards, swap, swap_views,
            base_before_view, view_before_base, both_ways, taken_before, sibling_views,
            view_of_view_of_view, through_expand_dims, through_squeeze, through_split,
            zero_dimensional_view, integers, integers_repeated, integers_copy,
            fixed_mask, traced_mask, traced_index, known_index, known_branch,
            in_place_operators, in_place_keeps_the_array, in_place_on_numbers,
            in_place_on_view, out_argument, where_argument, integer_buffer,
            boolean_buffer, arrays_of_numbers, nested_arrays, array_of_rows,
            array_copies, full_of_traced, arange_and_linspace, copy_of_outside, add_at,
            put_and_copyto, fill, helper_writes, argument_is_written, list_of_buffers,
            dictionary_of_buffers, leading_ones, self_assignment, overlapping_in_place,
            empty_assignment, copies_in_the_middle, number_of_an_array,
            array_of_a_number, through_real,
        ),
        "A": (
            through_transpose, through_reshape, through_ravel, reshape_that_copies,
            ravel_of_slice_copies, slice_of_rows_reshaped, flatten_copies, through_flip,
            through_rows, pairs_of_integers, traced_mask_in_place, traced_mask_of_rows,
            in_place_matmul, in_place_on_item, out_of_functions, positional_out,
            eye_and_identity, with_shape_from_the_array, add_at_rows, put_along_axis,
            sort_in_place, nested_loops, broadcast_assignment, made_alike,
            layout_of_elementwise, layout_of_mixed_operands, layout_of_where,
            layout_of_fortran_buffers, layout_kept_by_writes, layout_of_asfortranarray,
            layout_of_ascontiguousarray, layout_of_copies, layout_of_likes,
            layout_of_cumsum, layout_of_concatenate, layout_of_picked_rows,
            layout_of_products, layout_of_broadcasts, layout_of_outside_arrays,
            flat_is_read_and_written, flat_as_a_whole, shape_is_set,
            scaled_under_a_mask, function_under_a_mask, halves_under_a_mask,
            row_at_a_computed_place, array_of_a_computed_place_copies,
        ),
        "C": (
            through_deep_transpose, through_swapaxes, through_ellipsis, layout_of_sums,
            through_matrix_transpose,
        ),
    }.items()
    for f in functions
}  # fmt: skip
ARGUMENTS = {"X": X, "A": A, "C": C}
# Rounded to single precision inside: differences see only the rounding.
SINGLE = {"made_alike"}
IN_SINGLE = {f.__name__: f for f in (other_dtypes, same_kind_cast, asarray_with_dtype)}


def plainly(f, x):
    """What NumPy makes of it, on an array of its own."""
    return f(np.array(x))


@pytest.mark.parametrize("name", CASES)
def test_the_value_is_numpys_bit_for_bit(name):
    f, argument = CASES[name]
    x = ARGUMENTS[argument]
    ours, theirs = pl.graph(f, x)(x), plainly(f, x)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs, strict=True)


@pytest.mark.parametrize("name", [name for name in CASES if name not in SINGLE])
def test_the_gradient_agrees_with_differences(name):
    f, argument = CASES[name]
    assert_derivatives(lambda x: plainly(f, x), ARGUMENTS[argument])


@pytest.mark.parametrize("name", IN_SINGLE)
def test_single_precision_is_numpys(name):
    f = IN_SINGLE[name]
    ours, theirs = pl.graph(f, X)(X), plainly(f, X)
    np.testing.assert_array_equal(ours, theirs, strict=True)


@pytest.mark.parametrize(
    ("name", "slope"),
    [
        ("other_dtypes", [12, 2, 2, 0, 0, 0]),
        ("same_kind_cast", [1, 1, 1, 1, 1, 1]),
        ("asarray_with_dtype", [1, 2, 2, 2, 2, 2]),
    ],
)
def test_the_gradient_passes_through_single_precision(name, slope):
    ours = pl.gradient(lambda x: np.sum(IN_SINGLE[name](x)))(X)
    np.testing.assert_array_equal(ours, np.array(slope, float), strict=True)


# The arguments themselves stay as they are, and results share no memory with them.

RETURNS_ITS_ARGUMENT = {
    "itself": lambda x: x,
    "view": lambda x: x[1:],
    "transpose": lambda x: x.T,
    "reshape": lambda x: x.reshape(2, 3),
    "asarray": lambda x: np.asarray(x),
    "written": argument_is_written,
    "broadcast": lambda x: np.broadcast_to(x, (2, 6)),
}


@pytest.mark.parametrize("name", RETURNS_ITS_ARGUMENT)
def test_a_result_is_an_array_of_its_own(name):
    x = X.copy()
    result = pl.graph(RETURNS_ITS_ARGUMENT[name], x)(x)
    result += 1
    np.testing.assert_array_equal(x, X)


def test_sums_under_a_mask_are_numpys_to_rounding():
    value = pl.graph(sums_under_a_mask, A)(A)
    np.testing.assert_allclose(value, sums_under_a_mask(A), rtol=1e-14)
    assert_derivatives(sums_under_a_mask, A)


def test_an_empty_selection_is_left_alone():
    def f(a):
        b = a * 1
        b[b > 100] = np.exp(b[b > 100])
        return b + b[b > 100].sum()

    np.testing.assert_array_equal(pl.graph(f, A)(A), A)
    np.testing.assert_array_equal(pl.gradient(lambda a: f(a).sum())(A), np.ones_like(A))


OTHER_SELECTIONS = {
    "another mask": lambda a: a[a > 0] + a[a < 0],
    "an array": lambda a: a[a > 0] * np.ones(9),
    "an element": lambda a: a[a > 0][0],
    "returned": lambda a: a[a > 0],
    "sorted": lambda a: np.sort(a[a > 0]),
    "an axis": lambda a: np.sum(a[a > 0], axis=0),
    "rows": lambda a: a[a[:, 0] > 0],
    "assigned elsewhere": lambda a: (a * 1).__setitem__(a < 0, a[a > 0]),
    "into a slice": lambda a: (a * 1).__setitem__(0, a[a > 0]),
    "as an index": lambda a: np.arange(9.0)[a[a > 0].astype(int)],
    "as an argument": lambda a: np.dot(a[a > 0], 2.0),
    "float": lambda a: float(a[a > 0]),
}


@pytest.mark.parametrize("name", OTHER_SELECTIONS)
def test_what_a_selection_cannot_do_is_refused(name):
    with pytest.raises(pl.TraceError):
        pl.graph(OTHER_SELECTIONS[name], A)


def test_a_copy_under_a_mask_is_no_view():
    def f(a):
        b = a * 1
        part = b[b > 0]
        part *= 5
        b[a > 1.9] = 0
        return b * part.sum()

    np.testing.assert_allclose(pl.graph(f, A)(A), f(A), rtol=1e-14)


@pytest.mark.parametrize("order", ["C", "F"])
def test_an_argument_lies_as_the_example_does(order):
    def f(a):
        a.ravel()[0] = 5 * a[1, 1]
        return a * np.arange(1, 5)

    example = np.array(A, order=order)
    ours = pl.graph(f, example)(example)
    np.testing.assert_array_equal(ours, f(np.array(A, order=order)))
    slope = pl.gradient(lambda a: np.sum(f(a)))(example)
    assert [slope[0, 0], slope[1, 1]] == ([0, 7] if order == "C" else [1, 2])


def test_a_read_only_argument_stays_read_only():
    fixed = X.copy()
    fixed.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        pl.graph(lambda x: x.__setitem__(0, 1.0), fixed)


@pytest.mark.filterwarnings("ignore:.*does not depend:pellucid.errors.TraceWarning")
@pytest.mark.parametrize(
    "cost",
    [np.sum, lambda x: 3.0, lambda x: x[0], lambda x: np.sum(x.reshape(2, 3)[0])],
    ids=["sum", "constant", "item", "reshape"],
)
def test_a_gradient_can_be_written_to(cost):
    slopes = pl.gradient(cost)(X)
    slopes += 1
    np.testing.assert_array_equal(slopes, pl.gradient(cost)(X) + 1)


def test_a_constant_result_is_made_anew():
    graph = pl.graph(lambda x: np.array([1.0, 2.0]), X)
    graph(X)[0] = 100
    np.testing.assert_array_equal(graph(X), [1.0, 2.0])


def test_an_outside_array_is_read_as_it_was_at_the_time():
    outside = np.ones(6)

    def f(x):
        before = x * outside
        outside[:] = 2
        return before + x * outside

    np.testing.assert_array_equal(pl.graph(f, X)(X), 3 * X)


def test_a_number_in_an_array_can_be_written_to():
    def f(x):
        before = x * 3
        x[...] = x**2
        np.expand_dims(x, 0)[0] *= 2
        x += 1
        return before * x

    x = np.array(0.7)
    assert pl.graph(f, x)(x) == f(np.array(0.7))
    assert pl.gradient(f)(x) == pytest.approx(18 * 0.7**2 + 3)
    assert_derivatives(lambda x: f(np.array(x)), 0.7)


# What NumPy refuses is refused.

READ_ONLY = {
    "diagonal": lambda x, a: np.fill_diagonal(np.diagonal(a), x[0]),
    "write into diagonal": lambda x, a: np.diagonal(a).__setitem__(0, x[0]),
    "write into diag": lambda x, a: np.diag(a * 1).__setitem__(0, x[0]),
    "broadcast": lambda x, a: np.broadcast_to(x, (2, 6)).__setitem__(0, x),
}


@pytest.mark.parametrize("name", READ_ONLY)
def test_read_only_views_cannot_be_written(name):
    with pytest.raises(ValueError, match=r"read-only|at least 2-d"):
        READ_ONLY[name](X * 1, A * 1)
    with pytest.raises(ValueError, match=r"read-only|at least 2-d"):
        pl.graph(READ_ONLY[name], X, A)


WRONG = {
    "shape": lambda b, x: b.__setitem__(slice(0, 2), x),
    "scalar place": lambda b, x: b.__setitem__(0, x[:2]),
    "column": lambda b, x: b.__setitem__(slice(None), x[:, None]),
    "outside": lambda b, x: b.__setitem__(7, x[0]),
    "in place": lambda b, x: b.__iadd__(x[:4]),
    "in place broadcast": lambda b, x: b[:1].__iadd__(x),
    "integers": lambda b, x: b.__setitem__([1, 2, 3], x[:2]),
    "out": lambda b, x: np.add(x, x, out=b[:3]),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_assignments_raise_as_in_numpy(name):
    with pytest.raises((ValueError, IndexError)):
        WRONG[name](np.zeros(6), X)
    with pytest.raises((ValueError, IndexError)):
        pl.graph(lambda x: WRONG[name](np.zeros(6), x), X)


CASTS = {
    "integers": lambda b, x: b.__iadd__(x),
    "division": lambda b, x: b.__itruediv__(2),
    "out": lambda b, x: np.exp(x, out=b),
    "copyto": lambda b, x: np.copyto(b, x),
}


@pytest.mark.parametrize("name", CASTS)
def test_floats_do_not_fit_into_integers(name):
    with pytest.raises(TypeError):
        CASTS[name](np.zeros(6, int), X)
    with pytest.raises(TypeError):
        pl.graph(lambda x: CASTS[name](np.zeros(6, int), x), X)


def test_a_view_keeps_one_step_in_the_graph():
    operations = [n.operation for n in pl.graph(in_place_on_view, X).nodes]
    assert operations.count("assign") == 2


# Nothing is left behind in NumPy.


def test_creators_are_numpys_again_after_an_error():
    before = {name: getattr(np, name) for name in ("zeros", "sum", "array", "linspace")}
    with pytest.raises(pl.TraceError):
        pl.graph(lambda x: float(np.zeros(1)[0] + x[0]), X)
    after = {name: getattr(np, name) for name in before}
    assert after == before
    assert type(np) is type(pytest)
