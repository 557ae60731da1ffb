"""Bundle adjustment: how far points seen by cameras are from where they should be."""

import numpy as np

import s2sad


def rotated(axis, y):
    """Turn vectors about an axis whose length is the angle (Rodrigues)."""
    square = np.sum(axis**2, axis=1, keepdims=True)
    turns = square != 0.0
    angle = np.sqrt(np.where(turns, square, 1.0))
    a = axis / angle
    along = np.sum(a * y, axis=1, keepdims=True)
    turned = y * np.cos(angle) + np.cross(a, y) * np.sin(angle) + a * along * (1.0 - np.cos(angle))
    return np.where(turns, turned, y + np.cross(axis, y))


def residuals(cameras, points, w, features):
    """One camera, one point, one weight an observation; the result has two columns."""
    z = rotated(cameras[:, 0:3], points - cameras[:, 3:6])
    g = z[:, 0:2] / z[:, 2:3]
    rho = np.sum(g**2, axis=1, keepdims=True)
    distortion = 1.0 + cameras[:, 9:10] * rho + cameras[:, 10:11] * rho**2
    projection = cameras[:, 6:7] * distortion * g + cameras[:, 7:9]
    return w[:, np.newaxis] * (projection - features)


def weight_error(w):
    return 1.0 - w * w


def solve(inputs, backend="numpy"):
    """Residuals, and their sparse Jacobian: two reverse sweeps give the blocks of all observations at once."""
    cams, X, w, obs = inputs["cams"], inputs["X"], inputs["w"], inputs["obs"]
    p, n, m = len(w), len(cams), len(X)
    camera, point = obs[:, 0], obs[:, 1]
    function = s2sad.differentiate(residuals, backend=backend)
    error, pull_back = s2sad.vjp(function, cams[camera], X[point], w, inputs["feats"])
    blocks = np.empty((p, 2, 15))
    for row in range(2):
        cotangent = np.zeros((p, 2))
        cotangent[:, row] = 1.0
        by_camera, by_point, by_weight, _ = pull_back(cotangent)
        blocks[:, row, 0:11] = by_camera
        blocks[:, row, 11:14] = by_point
        blocks[:, row, 14] = by_weight
    weights = s2sad.differentiate(weight_error, backend=backend)
    of_weight, slope = s2sad.jvp(weights, (w,), (np.ones(p),))
    i = np.arange(p)
    columns = np.empty((p, 2, 15), dtype=np.int64)
    columns[:, :, 0:11] = (11 * camera[:, np.newaxis] + np.arange(11))[:, np.newaxis]
    columns[:, :, 11:14] = (11 * n + 3 * point[:, np.newaxis] + np.arange(3))[:, np.newaxis]
    columns[:, :, 14] = (11 * n + 3 * m + i)[:, np.newaxis]
    return {
        "reproj_err": error.ravel(),
        "w_err": of_weight,
        "rows": np.concatenate([np.arange(0, 30 * p + 1, 15), 30 * p + 1 + i]),
        "cols": np.concatenate([columns.ravel(), 11 * n + 3 * m + i]),
        "vals": np.concatenate([blocks.ravel(), slope]),
    }
