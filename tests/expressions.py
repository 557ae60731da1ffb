"""NumPy, an expression a line: what each means is what NumPy does; `test_expressions.py` differentiates all of them.

The names in them are arguments, made by `arguments`.  Statements before the last ``;`` come first.
"""

import numpy as np


def arguments():
    """Return fresh arguments: irregular numbers, without ties, none near a kink."""
    draw = np.random.default_rng(5)

    def numbers(low, high, *shape):
        size = int(np.prod(shape))
        values = np.linspace(low, high, size) + 0.03 * np.sin(7 * np.arange(size) + 1)
        return draw.permutation(values).reshape(shape)

    return {
        "x": numbers(-1.7, 1.9, 4),
        "y": numbers(-1.3, 2.2, 4),
        "p": numbers(0.3, 2.2, 4),
        "q": numbers(0.05, 0.95, 4),
        "v": numbers(-2.0, 2.1, 9),
        "A": numbers(-2.05, 2.3, 3, 4),
        "B": numbers(-1.05, 2.7, 3, 4),
        "S": numbers(-2.05, 2.3, 3, 3),
        "T": numbers(-2.05, 2.3, 2, 3, 4),
        "F": np.asfortranarray(numbers(-2.05, 2.3, 3, 4)),
        "W": numbers(-2.05, 2.3, 6, 4)[::2],
        "N": np.array([1.0, np.nan, -2.0, 0.5]),
        "h": np.array([-0.7, 0.1, 0.65, 1.3], dtype=np.float32),
        "z0": np.array(0.6),
        "e": np.zeros(0),
        "s": 0.7,
        "t": 1.3,
        "k": np.array([2, 0, 2, 1]),
        "m": np.array([True, False, True, True]),
        "n": 3,
    }


COMPUTING = r"""
np.add(x, y, out=np.zeros(4))
out = np.zeros(4); np.multiply(x, y, out=out); out
out = np.ones(4); np.log(p, out=out, where=m); out
out = np.ones(4); np.divide(x, y, out=out, where=y > 0); out
np.divide(x, y, out=np.zeros_like(x), where=y != 0)
np.add(x, 1, dtype=float, casting='unsafe')
np.add.reduce(A)
np.add.reduce(A, axis=1, keepdims=True)
np.add.reduce(T, axis=(0, 2))
np.multiply.reduce(A, axis=1)
np.maximum.reduce(A)
np.minimum.reduce(A, axis=-1)
np.logaddexp.reduce(x)
np.logaddexp.reduce(A, axis=1)
np.add.accumulate(x)
np.multiply.accumulate(A, axis=1)
np.maximum.accumulate(x)
np.minimum.accumulate(A, axis=1)
np.logaddexp.accumulate(x)
np.add.outer(x, y)
np.subtract.outer(x, y)
np.multiply.outer(x, A)
np.maximum.outer(x, y)
np.hypot.outer(x, y)
np.add.reduceat(v, [0, 3, 5])
np.multiply.reduceat(v, [0, 3, 5])
z = x.copy(); np.add.at(z, k, y); z
z = x.copy(); np.subtract.at(z, [0, 0], 2 * y[:2]); z
z = x.copy(); np.multiply.at(z, [0, 1, 0], y[:3]); z
z = x.copy(); np.maximum.at(z, [0, 1, 0], y[:3]); z
z = x.copy(); np.negative.at(z, [0, 1]); z
np.logaddexp2(x, y)
np.exp2(x)
np.log2(p)
np.cbrt(x)
np.hypot(x, y)
np.arctan2(x, y)
np.copysign(x, y)
np.heaviside(x, y)
np.sinc(x)
np.float_power(p, y)
np.fmod(x, y)
np.remainder(x, y)
np.mod(x, 0.7)
np.divmod(x, y)
np.ldexp(x, 3)
np.frexp(x)
np.modf(x)
np.deg2rad(x)
np.radians(x)
np.fabs(x)
np.positive(x)
np.reciprocal(x)
np.square(x)
np.fmax(x, y)
np.fmin(x, y)
x * np.sign(x)
np.around(x, 2) + x
np.rint(x) * x
np.fix(x) * x
np.nan_to_num(x)
np.nan_to_num(N)
np.nan_to_num(N, nan=1.5)
np.real_if_close(x)
np.unwrap(3 * v)
np.absolute(x)
np.abs(x)
np.clip(x, -1, 1)
np.clip(x, None, 1)
np.clip(x, -1, None)
np.clip(x, a_min=-1, a_max=1)
np.clip(x, min=-1.0, max=1.0)
np.clip(A, x - 1, x + 1)
x.clip(-1, 1)
x.clip(min=-1)
x.clip(max=0.5)
np.clip(x, -1, 1, out=np.zeros(4))
np.pow(p, y)
np.acos(q)
np.asin(q)
np.atan2(x, y)
np.atanh(q)
np.acosh(p + 1)
np.asinh(x)
np.atan(x)
np.true_divide(x, y)
np.floor_divide(x, y) * x
np.gcd(k, 3) * x
np.bitwise_and(k, 1) * x
np.sum(A, axis=(0, 1))
np.sum(A, axis=())
np.sum(A, axis=-2)
np.sum(A, where=A > 0)
np.sum(A, axis=0, where=A > 0)
np.sum(A, initial=2.0)
np.sum(A, axis=1, initial=s)
np.sum(h, dtype=np.float64)
np.sum(A, 0, None, np.zeros(4))
np.sum([x, y])
np.sum([s, t])
np.sum(x, out=np.array(0.0))
np.prod(A, axis=1)
np.prod(A, axis=0, where=A > 0)
np.prod(A, initial=2.0)
np.mean(A, axis=1)
np.mean(A, axis=(0, 1), keepdims=True)
np.mean(A, where=A > 0)
np.mean(A, axis=0, where=B > -1)
np.var(A, axis=0)
np.var(A, axis=0, ddof=1)
np.var(A, axis=1, correction=1)
np.var(A, where=A > -1)
np.std(A, axis=0, ddof=1)
np.std(A, correction=1)
np.std(x)
np.max(A, axis=0)
np.max(A, initial=0.1)
np.max(A, axis=1, where=A > -1, initial=-5.0)
np.min(A, axis=1, keepdims=True)
np.amax(x)
np.amin(A, axis=0)
np.ptp(A)
np.ptp(A, axis=0)
np.ptp(A, 1, keepdims=True)
np.all(A > 0) * x
np.any(A > 0, axis=0) * x
np.count_nonzero(A > 0) * x
np.count_nonzero(A > 0, axis=0) * x
np.cumsum(A)
np.cumsum(A, axis=1)
np.cumsum(A, 0, dtype=float)
np.cumprod(A, axis=1)
np.cumprod(x)
np.cumulative_sum(x)
np.cumulative_sum(A, axis=1, include_initial=True)
np.cumulative_prod(x, include_initial=True)
np.nansum(N)
np.nansum(A, axis=0)
np.nanmean(N)
np.nanmean(A, axis=1)
np.nanmax(N)
np.nanmin(A, axis=0)
np.nanvar(N)
np.nanstd(N, ddof=1)
np.nanprod(N)
np.nancumsum(N)
np.nancumprod(N)
np.nanmedian(N)
np.nanpercentile(N, 30)
np.nanquantile(N, 0.3)
np.nanargmax(N) * x
np.median(x)
np.median(v)
np.median(A, axis=0)
np.median(A, axis=(0, 1))
np.median(A, axis=1, keepdims=True)
np.quantile(x, 0.3)
np.quantile(x, [0.1, 0.5, 0.77])
np.quantile(A, 0.3, axis=1)
np.quantile(A, [0.25, 0.75], axis=0, keepdims=True)
np.quantile(x, 0.3, method='lower')
np.quantile(x, 0.3, method='nearest')
np.quantile(x, 0.3, method='midpoint')
np.quantile(x, 0.3, method='hazen')
np.quantile(x, 0.3, method='median_unbiased')
np.quantile(x, s)
np.percentile(x, 30)
np.percentile(x, [10, 20])
np.percentile(A, 40, axis=(0, 1))
np.percentile(A, np.array([10.0, 90.0]), axis=1)
np.average(x)
np.average(x, weights=p)
np.average(A, axis=1, weights=p)
np.average(A, axis=0)
np.average(A, axis=0, weights=[0.2, 0.3, 0.5])
np.average(A, weights=B + 2, returned=True)
np.cov(A)
np.cov(A, rowvar=False)
np.cov(x, y)
np.cov(A, bias=True)
np.cov(A, ddof=0)
np.cov(A, aweights=p)
np.cov(A, fweights=k)
np.corrcoef(A)
np.corrcoef(x, y)
np.corrcoef(A, rowvar=False)
np.histogram(x, bins=3)[0] * s
np.histogram(x, bins=3, range=(-2, 2), weights=y)[0]
np.histogram(x, bins=[-2.0, 0.0, 2.0], weights=y)
np.histogram(x, bins=4, density=True)[0] * s
np.histogram_bin_edges(x, bins=3)
np.bincount(k) * s
np.bincount(k, weights=x)
np.bincount(k, weights=x, minlength=5)
np.bincount(k, x, 5)
np.digitize(x, [-1.0, 0.0, 1.0]) * x
np.argmax(x) * x
np.argmin(A, axis=1) * s
np.log(np.sum(np.exp(x - np.max(x)))) + np.max(x)
m2 = np.max(A, axis=1, keepdims=True); (m2 + np.log(np.sum(np.exp(A - m2), axis=1, keepdims=True)))[:, 0]
"""
ARRANGING = r"""
np.split(x, 2)
np.split(v, [2, 5])
np.array_split(v, 4)
np.hsplit(A, 2)
np.vsplit(A, 3)
np.dsplit(T, 2)
np.split(A, 2, axis=1)
a, b = np.split(x, 2); a * b
np.unstack(A)
np.unstack(A, axis=1)
np.stack([x, y])
np.stack((x, y), axis=-1)
np.stack([x, y], axis=1)
np.vstack([x, y])
np.hstack([x, y])
np.hstack((A, B))
np.dstack([A, B])
np.dstack((x, y))
np.column_stack([x, y])
np.column_stack((A, S[:, 0]))
np.concatenate([x, y])
np.concatenate((A, B), axis=1)
np.concatenate((A, B), axis=None)
np.concat([x, y])
np.block([[S, A], [S, B]])
np.block([x, y])
np.append(x, y)
np.append(x, s)
np.append(A, B, axis=0)
np.append(x, [s, t])
np.insert(x, 1, s)
np.insert(x, [1, 3], y[:2])
np.insert(A, 1, x, axis=0)
np.insert(x, 2, 5.0)
np.delete(x, 1)
np.delete(A, [0, 2], axis=0)
np.delete(x, slice(0, 2))
np.delete(A, 1, axis=1)
np.resize(x, (2, 3))
np.resize(x, 7)
np.tile(x, 3)
np.tile(A, (2, 1))
np.tile(x, (2, 2))
np.repeat(x, 2)
np.repeat(x, [1, 0, 2, 1])
np.repeat(A, 2, axis=1)
np.repeat(A, [1, 2, 0], axis=0)
x.repeat(2)
np.repeat(s, 3)
np.pad(x, 2)
np.pad(x, (1, 2), mode='constant', constant_values=1.0)
np.pad(x, (1, 2), 'constant', constant_values=(1.0, 2.0))
np.pad(x, 2, mode='edge')
np.pad(x, 2, mode='reflect')
np.pad(x, 2, mode='symmetric')
np.pad(x, 2, mode='wrap')
np.pad(x, 2, mode='linear_ramp')
np.pad(x, 2, mode='linear_ramp', end_values=1.0)
np.pad(x, 2, mode='mean')
np.pad(x, 2, mode='maximum')
np.pad(x, 2, mode='minimum')
np.pad(x, 2, mode='median')
np.pad(A, ((1, 0), (0, 2)), mode='edge')
np.pad(A, [(0, 0), (1, 1)], mode='wrap')
np.pad(A, 1, mode='reflect')
np.pad(x, 2, constant_values=s)
np.roll(x, 1)
np.roll(A, 2)
np.roll(A, (1, 2), axis=(0, 1))
np.roll(A, 1, axis=0)
np.roll(x, n)
np.rollaxis(T, 2)
np.rollaxis(T, 2, 1)
np.moveaxis(T, 0, -1)
np.moveaxis(T, [0, 1], [-1, -2])
np.rot90(A)
np.rot90(A, 2)
np.rot90(T, k=3, axes=(1, 2))
np.flip(x)
np.flip(A, axis=0)
np.flip(A, (0, 1))
np.fliplr(A)
np.flipud(A)
np.broadcast_arrays(x, A)
np.broadcast_to(x, (3, 4))
np.broadcast_to(s, (2, 2))
np.meshgrid(x, y)
np.meshgrid(x, y, indexing='ij')
np.meshgrid(x, y, p)
np.meshgrid(x, y, sparse=True)
np.meshgrid(x, y, p, indexing='ij', sparse=True)
X, Y = np.meshgrid(x, y); X * Y
np.diag(x)
np.diag(A)
np.diag(S, 1)
np.diag(x, k=-1)
np.diagflat(x)
np.diagflat(A, 1)
np.diagonal(S)
np.diagonal(A, 1)
np.diagonal(T, axis1=1, axis2=2)
np.diagonal(T, 1, 0, 2)
S.diagonal()
T.diagonal(0, 1, 2)
np.trace(S)
np.trace(T, axis1=1, axis2=2)
np.tri(3) * S
np.tri(3, 4, 1) * A
np.tril(S)
np.triu(A, 1)
np.tril(T, -1)
S[np.tril_indices(3)]
S[np.triu_indices(3, 1)]
A[np.triu_indices(3, m=4)]
S[np.triu_indices_from(S)]
S[np.diag_indices(3)]
S[np.diag_indices_from(S)]
z = np.zeros((3, 3)); z[np.diag_indices(3)] = x[:3]; z
z = np.zeros((3, 3)); z[np.triu_indices(3)] = v[:6]; z
np.indices((3, 4))[0] * A
i, j = np.indices((3, 4)); i * A + j * B
A[np.ix_([0, 2], [1, 3])]
A[np.ix_(np.array([0, 2]), np.array([True, False, True, False]))]
z = A.copy(); z[np.ix_([0, 2], [1, 3])] = S[:2, :2]; z
np.mgrid[0:3, 0:4][0] * A
np.ogrid[0:3, 0:4][1] * A
np.mgrid[0:1:5j] * s
np.r_[x, y]
np.r_[s, x, 1.0]
np.r_[0:3, x]
np.c_[x, y]
np.c_[A, S]
A[np.s_[1:, ::2]]
np.atleast_1d(s)
np.atleast_2d(x)
np.atleast_3d(x)
np.atleast_3d(A)
np.atleast_1d(s, x)
np.squeeze(A[:, :1])
A[:, :1].squeeze(axis=1)
np.expand_dims(x, 0)
np.expand_dims(x, (0, 2))
np.ravel(A)
np.ravel(A, order='F')
A.ravel('F')
np.reshape(A, (4, 3))
np.reshape(A, (2, -1))
A.reshape(-1, 2)
A.reshape((4, 3), order='F')
np.reshape(A, (4, 3), order='F')
A.reshape(-1)
A.reshape(2, 3, 2).T
A.flatten()
A.flatten('F')
np.transpose(A)
np.transpose(T, (2, 0, 1))
np.permute_dims(T, (2, 0, 1))
np.matrix_transpose(T)
T.transpose(1, 0, 2)
T.mT
np.swapaxes(T, 0, 2)
np.trim_zeros(np.r_[0.0, x, 0.0])
np.unravel_index(5, (3, 4))[0] * s
A[np.unravel_index(np.argmax(A), A.shape)]
np.ravel_multi_index((1, 2), (3, 4)) * s
np.zeros(4) + x
np.zeros_like(x) + s
np.ones((2, 3)) * s
np.full((2, 2), s)
np.full(3, x[0])
np.full_like(x, s)
np.eye(3) * S
np.eye(3, 4, k=1) * A
np.identity(3) @ S
np.arange(4) * x
np.arange(0, 1, 0.25) * x
np.arange(4.0) * x
np.linspace(s, t, 5)
np.linspace(s, t, 5, endpoint=False)
np.linspace(s, t, num=3, retstep=True)
np.linspace(x, y, 3)
np.linspace(x, y, 3, axis=-1)
np.linspace(0, 1, 4) * x
np.linspace(s, t, 4, dtype=float)
np.logspace(s, t, 4)
np.logspace(s, t, 4, base=2.0)
np.logspace(0, 1, 4) * x
np.geomspace(s, t, 4)
np.geomspace(1, 100, 4) * x
np.fromfunction(lambda i, j: i * s + j, (2, 3))
np.fromiter((a * s for a in range(3)), dtype=float)
np.array([s, t])
np.array([[s, t], [1.0, s * t]])
np.array([x, y])
np.array([[x, y], [y, x]])
np.array([x[0], x[1] * 2, 3])
np.array(x, copy=True)
np.array(x, ndmin=2)
np.array([x, x * 2]).T
np.array([list(x), list(y)])
np.array([a * 2 for a in x])
np.array([[a * b for a in x] for b in y])
np.array((x, y))
np.array(s)
np.array([s] * 3)
np.asarray([s, t])
np.asarray(x)
np.asarray(x, float)
np.copy(x)
np.ascontiguousarray(A.T)
np.asfortranarray(A)
np.require(x, float, 'C')
np.asarray_chkfinite(x)
x.astype(float)
x.astype('float64', copy=False)
np.lib.stride_tricks.sliding_window_view(x, 2)
np.lib.stride_tricks.sliding_window_view(A, (2, 2))
np.lib.stride_tricks.sliding_window_view(A, 2, axis=1)
A[1]
A[1, 2]
A[-1]
A[:, 1]
A[..., 1]
A[1:, ::2]
A[::-1]
A[:, ::-1]
A[None]
A[:, None, :]
A[np.newaxis, ..., 0]
A[[0, 2]]
A[[0, 2], [1, 3]]
A[[0, -1], 1]
A[:, [0, 2]]
A[1, [0, 2]]
A[[[0, 1], [2, 0]]]
T[[0, 1], :, [1, 2]]
T[:, [0, 1], [1, 2]]
T[0, :, [1, 2]]
T[:, 0, [1, 2]]
T[[0], 1:, [1, 2]]
T[[[0], [1]], :, [1, 2]]
T[..., [0, 0], None]
T[None, [0, 1], ..., [1, 0]]
A[A > 0]
A[m[:3]]
A[:, m]
A[m[:3], 1]
A[m[:3], :2]
A[m[:3]][:, m]
A[m[:3], [0, 1]]
x[m]
x[~m]
x[k]
x[k[k > 0]]
x[np.array(2)]
x[np.array([[0, 1], [2, 3]])]
x[k == 2]
x[[0, 0, 1]]
x[[True, False, True, True]]
x[-1:]
x[5:]
x[::2]
x[-3:-1]
x[slice(1, 3)]
A[(0, 1)]
A[(slice(None), 1)]
x[np.argsort(x)]
x[np.argmax(x)]
x[np.where(x > 0)]
x[np.nonzero(x > 0)[0]]
x[np.flatnonzero(x > 0)]
A[np.argwhere(A > 0)[:, 0]]
z = x.copy(); z[k] = y; z
z = x.copy(); z[k] += y; z
z = x.copy(); z[m] = 0.0; z
z = x.copy(); z[z > 0] *= 2; z
z = A.copy(); z[1] = x; z
z = A.copy(); z[:, 1] = s; z
z = A.copy(); z[[0, 2], [1, 3]] = y[:2]; z
z = T.copy(); z[[0, 1], :, [1, 2]] = S[:2]; z
z = A.copy(); z[A > 0] = x[0]; z
z = A.copy(); z[..., -1] = 0; z
z = A.copy(); z[m[:3], 1:] += s; z
z = np.zeros((2, 4)); z[0] = x; z[1, ::2] = y[:2]; z
np.take(x, [0, 2])
np.take(A, [0, 2], axis=1)
np.take(A, 1, axis=0)
np.take(x, [5, -7], mode='wrap')
np.take(x, [5, -7], mode='clip')
x.take(k)
np.take(A, k)
np.take_along_axis(A, np.argsort(A, axis=1), axis=1)
np.take_along_axis(A, np.argmax(A, axis=0)[None], axis=0)
np.take_along_axis(x, k, None)
z = x.copy(); np.put(z, [0, 2], y[:2]); z
z = x.copy(); z.put([0, 2], [s, t]); z
z = A.copy(); np.put_along_axis(z, np.argmax(A, axis=1)[:, None], s, axis=1); z
z = x.copy(); np.place(z, z > 0, y); z
z = x.copy(); np.putmask(z, z > 0, y); z
z = x.copy(); np.copyto(z, y, where=m); z
z = x.copy(); np.fill_diagonal(z.reshape(2, 2), s); z
z = S.copy(); np.fill_diagonal(z, x[:3]); z
np.choose(k, [x, y, p])
k.choose([x, y, p])
np.choose([0, 1, 0, 1], [x, s])
np.select([x > 1, x > 0], [x * 2, x ** 2], default=0.0)
np.select([x > 1, x > 0], [y, s])
np.where(x > 0, x, y)
np.where(m, x, 0)
np.where(x > 0, np.sqrt(np.abs(x)), 0.0)
np.where(x > 0)[0] * s
np.compress(m, x)
np.compress([True, False, True], A, axis=0)
x.compress(m)
np.extract(x > 0, x)
np.sort(x)
np.sort(A, axis=0)
np.sort(A, axis=None)
np.sort(x, kind='stable')
np.sort(x)[::-1]
z = x.copy(); z.sort(); z
z = A.copy(); z.sort(axis=0); z
np.argsort(x) * x
np.argsort(-x, kind='stable') * x
np.lexsort((x, y)) * x
np.partition(v, 3)
np.partition(v, [2, 4])
np.partition(A, 1, axis=0)
np.argpartition(x, 2) * x
np.searchsorted(np.sort(x), y) * x
np.unique(x)
np.unique(x[k])
np.unique(k) * s
np.unique(k, return_counts=True)[1] * s
np.unique(k, return_inverse=True)[1] * x
np.intersect1d(k, [1, 2]) * s
np.union1d(k, [5]) * s
np.setdiff1d(k, [1]) * s
np.isin(k, [1, 2]) * x
np.apply_along_axis(np.sum, 1, A)
np.apply_along_axis(lambda r: r * r[0], 0, A)
np.apply_over_axes(np.sum, T, [0, 2])
np.vectorize(lambda a: a * a if a > 0 else -a)(x)
np.vectorize(lambda a, b: a * b)(x, s)
np.piecewise(x, [x < 0, x >= 0], [lambda q: -q, lambda q: q * q])
np.piecewise(x, [x < 0], [0.0, lambda q: q * 2])
np.isnan(x) * x
np.isclose(x, y) * x
np.allclose(x, y) * x
np.array_equal(x, y) * x
np.diff(x)
np.broadcast_shapes((3, 1), (4,))[0] * s
np.iscomplexobj(x) * x
np.shape(A)[0] * s
np.size(A) * s
np.size(A, 1) * s
np.ndim(A) * s
np.float64(s) * x
np.sum(np.float64(s))
np.max([s, t])
np.minimum(s, t)
np.nan_to_num(x / y)
x.sum()
A.sum(0)
A.sum(axis=1, keepdims=True)
A.mean(1)
A.std(axis=0, ddof=1)
A.var()
A.max(axis=1)
A.min()
A.prod(axis=0)
np.ptp(A, 0)
A.cumsum(axis=0)
A.cumprod(1)
A.argmax(axis=1) * s
x.argsort() * x
x.searchsorted(s) * s
x.round(1) + x
x.conj()
x.conjugate()
x.item(2)
A.item(1, 2)
A.item((1, 2))
x.flat[2]
A.flat[5] * s
A.flat[[1, 2]]
z = A.copy(); z.flat[3] = s; z
z = A.copy(); z.flat = s; z
np.sum([a for a in A.flat])
x.size * s
A.shape[1] * s
A.ndim * s
A.nbytes * s
A.itemsize * s
len(A) * s
A.T @ A
x.any() * s
x.all() * s
S.trace()
x.dot(y)
A.dot(x)
x.nonzero()[0] * s
x.swapaxes(0, 0)
A.swapaxes(0, 1)
z = x.copy(); z.fill(s); z
z = x.copy(); z[:] = s; z
z = np.empty(4); z[...] = x; z
z = np.empty_like(A); z[:] = x; z
z = x.copy(); z.partition(2); z
z = np.zeros(3); z[0], z[1], z[2] = s, t, s * t; z
np.float64(s).item() * t
h * 2
np.sum(h)
np.mean(h)
np.std(h)
h * s
h + np.float64(1.0)
np.sum(z0)
z0 * z0
z0[()]
z0.item()
np.sum(e)
np.prod(e)
e * 2
np.cumsum(e)
np.sort(e)
np.concatenate([e, x])
F * A
np.sum(F, axis=0)
F.ravel()
F.ravel('F')
W * A
W.reshape(-1)
F.reshape(4, 3)
np.cumsum(F)
np.sort(F)
F.T.copy()
np.ravel(W)
"""
COMBINED = r"""
np.where(y != 0, x / y, 0.0)
w = np.array([1.0, 0.0, 2.0, 0.0]) * y; np.divide(x, w, out=np.zeros_like(x), where=w != 0)
w = np.maximum(x, 0.0); np.log(w, out=np.zeros_like(w), where=w > 0)
w = np.maximum(x, 0.0); np.sqrt(w, where=w > 0, out=np.zeros(4))
np.sum(np.maximum.accumulate(np.abs(v)))
np.sum(np.sort(v)[-3:])
np.mean(np.sort(np.abs(v))[: len(v) // 2])
lo, hi = np.percentile(v, [25, 75]); (v - lo) / (hi - lo)
(v - np.median(v)) / np.median(np.abs(v - np.median(v)))
np.quantile(v, 0.9) - np.quantile(v, 0.1)
np.nanmean(np.where(v > 0, v, np.nan))
np.average(v, weights=np.exp(-v ** 2))
c = np.cov(A); np.trace(c)
r = np.corrcoef(A); r[0, 1]
Z = np.pad(A, 1, mode='reflect'); Z[2:, 1:-1] + Z[:-2, 1:-1] - 2 * A
Z = np.pad(x, 1, mode='wrap'); Z[2:] - Z[:-2]
np.roll(x, 1) + np.roll(x, -1) - 2 * x
X, Y = np.meshgrid(x, y, indexing='ij'); np.sum(np.exp(-(X - Y) ** 2))
w = np.lib.stride_tricks.sliding_window_view(v, 3); w.mean(axis=-1)
np.add.at(z := np.zeros(3), k, x); z
np.bincount(k, weights=x * x, minlength=3) / np.maximum(np.bincount(k, minlength=3), 1)
a, b = np.split(v[:8], 2); np.dot(a, b)
p1, p2, p3 = np.split(v, [3, 6]); np.concatenate([p3, p1]) * 2
W, b = v[:8].reshape(2, 4), v[8:]; W @ x + b
parts = np.array_split(v, 2); np.sum([np.sum(q * q) for q in parts])
np.linalg.norm(np.diff(v))
np.take_along_axis(A, np.argsort(A, axis=1)[:, ::-1], axis=1)[:, :2]
i = np.argmax(A, axis=1); A[np.arange(3), i]
np.put_along_axis(Z := A.copy(), np.argmin(A, axis=1)[:, None], 0.0, axis=1); Z
np.select([v < -1, v > 1], [-1 - v, v - 1], default=v * v)
np.piecewise(v, [v < -1, (v >= -1) & (v < 1)], [lambda q: -q, lambda q: q ** 2, lambda q: 2 * q])
np.vectorize(lambda a: math.exp(-a * a))(x)
np.apply_along_axis(lambda r: r / np.sum(r), 1, A)
np.fromfunction(lambda i, j: np.cos(i * s) + j, (3, 3))
S[np.triu_indices(3, k=1)] * S[np.tril_indices(3, k=-1)]
L = np.zeros((3, 3)); L[np.tril_indices(3)] = v[:6]; L @ L.T
np.diag(x) @ A.T
np.diag(S @ S)
S - np.diag(np.diag(S))
np.block([[S, np.zeros((3, 4))], [A.T, np.eye(4)]])
np.r_[x, x[::-1]] * np.r_[0:8]
np.c_[x, x ** 2, np.ones(4)] @ y[:3]
g = np.mgrid[0:3, 0:4]; g[0] * A + g[1]
ii, jj = np.ogrid[0:3, 0:4]; A * (ii + jj)
np.insert(x, 0, 0.0).cumsum()
np.append(x, x[0])
np.delete(x, 2) * 2
np.tile(x, 2) * np.repeat(y, 2)
np.unique(np.round(x, 1)) * s
np.nan_to_num(np.log(x), nan=0.0, neginf=-1.0)
np.histogram(v, bins=4, range=(-3.0, 3.0), weights=v * v)[0]
h1, e1 = np.histogram(v, bins=np.linspace(-3, 3, 5), weights=np.exp(v)); h1 * np.diff(e1)
np.clip(v, np.min(y), np.max(y))
np.clip(x, y, None)
x.clip(y - 1, y + 1)
np.sum(A, axis=1, where=A > A.mean())
np.max(A, axis=0, initial=0.5, where=A < 2)
np.std(A, axis=0, where=B > 0)
np.prod(A, axis=1, where=A != 0, initial=s)
np.var(A, correction=1, axis=1)
A.var(axis=1, ddof=1) / A.std(axis=1, ddof=1)
np.logaddexp.reduce(A, axis=0)
np.logaddexp.reduce(x, keepdims=True)
np.subtract.outer(x, x) ** 2
np.minimum.outer(x, y)
np.hypot.reduce(x)
np.multiply.accumulate(x)
np.minimum.reduce([x, y, p])
np.maximum.reduce([x, y])
np.add.reduce([x, y, p])
z = np.ones(3); np.multiply.at(z, k, x); z
z = np.zeros(3); np.maximum.at(z, k, x); z
z = x.copy(); np.exp(z, out=z); z
z = x.copy(); np.multiply(z, 2, z); z
z = np.empty((2, 4)); np.sin(x, out=z[0]); np.cos(x, out=z[1]); z
z = np.empty(3); np.sum(A, axis=1, out=z); z
z = np.empty((3, 4)); np.cumsum(A, axis=1, out=z); z
z = np.empty(4); np.mean(A, axis=0, out=z); z * x
z = np.empty((3, 3)); np.matmul(S, S, out=z); z
z = np.zeros(4); np.clip(x, -1, 1, out=z); z
z = np.zeros((2, 4)); np.stack([x, y], out=z); z
z = np.zeros(8); np.concatenate([x, y], out=z); z
z = np.zeros(4); np.take(x, k, out=z); z
z = x.copy(); z[::2], z[1::2] = y[::2], x[1::2]; z
z = x.copy(); z[[0, 1]] = z[[1, 0]]; z
z = A.copy(); z[[0, 2]] = z[[2, 0]]; z
z = A.copy(); z[:, [0, 1]] *= x[:2]; z
z = A.copy(); z[np.array([0, 0]), np.array([1, 1])] = y[:2]; z
z = A.copy(); z[:, ::2][0] = s; z
z = A.copy(); z.T[0] = y[:3]; z
z = A.copy(); z.reshape(-1)[::5] = 0; z
z = A.copy(); z.ravel()[2] = s; z
z = A.copy(); w = z[1]; w += x; z * 2
z = x.copy(); np.swapaxes(z.reshape(2, 2), 0, 1)[0] = y[:2]; z
z = T.copy(); z[..., 0] = A[:2, :3]; z
z = T.copy(); z[0, :, 1:3] -= S[:, :2]; z
z = T.copy(); z[:, [0, 2], 1] = s; z
z = T.copy(); z[:, [0, 2], [1, 3]] = S[:2, :2]; z
z = T.copy(); z[[1, 0], ..., [1, 3]] *= 2; z
z = T.copy(); z[T > 0] = 0.5; z
z = T.copy(); z[T[:, :, 0] > 0] += x; z
T[:, m[:3]]
T[:, m[:3], :2]
T[np.array([True, False]), :, [1]]
T[:, :, np.array([[0, 1], [2, 3]])]
T[1, np.array([0, 2]), :]
T[np.array([0, 1])[:, None], np.array([0, 2]), :]
T[..., None, 0]
T[0][1][2]
T.transpose(2, 0, 1)[1]
T.swapaxes(0, 2)[3, :, 1]
T.reshape(6, 4)[:, 1]
T.sum(axis=(0, -1))
T.mean((0, 1), keepdims=True) * T
T.max(axis=(1, 2))
T.argmax(axis=2) * A[:2, :3]
np.moveaxis(T, 0, 2).reshape(12, 2)
np.squeeze(T[:1])
np.squeeze(T[:, :1], axis=1)
T.squeeze()
np.rot90(A)[0]
np.flip(T, axis=(0, 2))
np.cumsum(T, axis=-1)
np.cumprod(A)
np.trace(T)
T.diagonal(axis1=0, axis2=1)
np.einsum('ii->i', S)
np.linspace(x[0], x[1], 3)
np.linspace(0, s, 5)[1:]
np.logspace(0, s, 3)
np.array([np.sum(x), np.prod(x), s])
np.array([[x[0], 0], [0, x[1]]])
np.array([x[i] * x[i + 1] for i in range(3)])
np.array([np.sin(x), np.cos(x)]).sum(axis=0)
np.full((2, 3), x[0])
np.zeros((2, 4)) + x
np.ones_like(x) * s
np.empty(0)
np.asarray([x, y]) @ x
np.stack([x * i for i in range(3)])
np.vstack([x, A])
np.hstack([A, S])
np.hstack([x, s])
np.column_stack([x, A.T])
np.concatenate([x[:2], [s], y[2:]])
np.concatenate([A, x[None]])
np.atleast_2d(x).T @ np.atleast_2d(y)
x[None, :] * y[:, None]
np.expand_dims(x, -1) - y
x[:, np.newaxis] + y[np.newaxis, :]
np.outer(x, y)
np.heaviside(x, 0.5) * x
np.sign(x) * np.abs(x) ** 1.5
np.sinc(x / 2)
np.exp2(x) + np.log2(p) + np.log1p(p) + np.expm1(x)
np.arctan2(y, x) + np.hypot(x, y)
np.cbrt(x) * np.square(y)
np.tanh(x) / np.cosh(y)
np.arcsinh(x) + np.arctanh(x / 4) + np.arccosh(p + 1)
np.rad2deg(x) + np.degrees(y) + np.deg2rad(x) + np.radians(y)
np.logaddexp(x, y) + np.logaddexp2(x, y)
np.fmod(x, 1.3) + x % 1.7
x // 1 + x
np.floor(x) + np.ceil(x) + np.trunc(x) + x
np.fmax(x, N) + np.fmin(x, N)
np.minimum(x, 0) + np.maximum(y, x)
np.sum(x > 0) * s
np.any(x > 5) * s + s
np.isfinite(x) * x
np.max(np.abs(x)) * x
np.ptp(x) * x
(x - x.mean()) / x.std()
(A - A.mean(0)) / A.std(0, ddof=1)
(x == x.max()) * x
x[x.argmax()] - x[x.argmin()]
x[np.abs(x) > 0.5].sum()
x[(x > -1) & (x < 1)] ** 2
x[~(x > 0)]
np.where((x > 0) & (y > 0), x * y, x + y)
np.where(A > 0, A, 0.1 * A)
np.where(m[:, None], A.T, 0.0)
np.where([True, False, True, False], x, y)
np.argsort(x)[::-1][:2] * s
x[np.argsort(y)]
x[np.lexsort((y, x))]
x[np.argpartition(x, 2)[:2]]
np.searchsorted(np.sort(x), y) * s
np.digitize(x, np.array([-1.0, 0.0, 1.0])) * s
np.isin(k, [0, 2]) * x
np.array_equal(x, x) * s
np.allclose(x, x + 1e-12) * s
np.count_nonzero(x > 0) * s
np.flatnonzero(x > 0) * s
np.argwhere(x > 0) * s
np.nonzero(A > 0)[1] * s
A[np.nonzero(A > 0)]
A[tuple(np.argwhere(A > 0)[0])]
i, j = np.where(A > 0.3); A[i, j] * B[i, j]
i, j = np.unravel_index(np.argmax(A), A.shape); A[i, j] * s
for_ = [float(np.sum(r)) for r in A]; np.array(for_)
max(x) * min(y)
sorted([x[0], x[1]])[0] * s
x.astype(int) * x
x.astype(bool) * x
h.astype(np.float64) * x
np.sum(h * x)
(h ** 2).mean()
np.dot(h, h)
h[h > 0]
h.max() * h
np.where(h > 0, h, 0)
np.cumsum(h)
np.sort(h)
np.median(h)
np.quantile(h, 0.3)
np.var(h)
np.concatenate([h, h])
np.pad(h, 1)
np.mean(F, axis=0)
F[1]
F.T[2]
F.reshape(-1)
F.copy().reshape(2, 6)
F.flatten()
F.sum(1)
W[:, 1]
W.T @ W
W.reshape(2, 6)
W.ravel()[3]
np.sort(W, axis=0)
np.median(W, axis=1)
z0 + 1
z0 * x
np.sin(z0)
z0.sum()
np.sum(z0 * z0)
float(z0) * s
z0.reshape(1)
np.stack([z0, z0])
np.atleast_1d(z0)
np.array([z0, z0])
np.sum(e) + s
np.max(np.append(e, s))
np.concatenate([e, e])
np.dot(e, e)
e.reshape(0, 3)
np.prod(e) * s
np.cumprod(e)
"""
LAYOUTS = r"""
np.take(F, k)
np.take(F.T * 2, k)
np.expand_dims(np.sum(x), 0)
np.reshape(np.sum(x), (1, 1))
np.repeat(F, [1, 2, 0], axis=0)
(F * 2).copy().reshape(-1)
np.ravel(np.array(F.T))
np.flip(F, 1).copy().reshape(-1)[::2]
np.atleast_2d(s)
np.array([[s]]) * x
np.sort(F, axis=None)
np.median(F)
z = F.copy(); z.reshape(-1)[::2] = 0; z
z = F * 1; z[0] = 0; z.reshape(-1)
np.diag(S @ S) * np.diag(S)
Z = S.copy(); d = np.diagonal(Z); Z[0, 0] = s; d * d
Z = S.copy(); d = np.diag(Z, 1); d * d
np.diagonal(A)
np.diag(A, 1)
np.diag(T[0])
np.trace(S @ S)
np.array([[1, 2], [3, 4]]) * s
z = S.copy(); d = np.einsum('ii->i', z); d *= 2; z
"""
EXPRESSIONS = [line for text in (COMPUTING, ARRANGING, COMBINED, LAYOUTS) for line in text.strip().splitlines()]
