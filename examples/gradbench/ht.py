"""Hand tracking: a skeleton bends, a skin follows it, and points are compared with the skin."""

import numpy as np

import s2sad

BONES = 22


def bent(x_angle, z_angle):
    """Rz(z) Rx(x)."""
    cx, sx, cz, sz = np.cos(x_angle), np.sin(x_angle), np.cos(z_angle), np.sin(z_angle)
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cx, -sx], [0.0, sx, cx]])
    about_z = np.array([[cz, -sz, 0.0], [sz, cz, 0.0], [0.0, 0.0, 1.0]])
    return about_z @ about_x


def global_rotation(axis):
    square = np.sum(axis**2)
    if square < 1e-8:
        return np.eye(3)
    n = np.sqrt(square)
    u = axis / n
    cross = np.array([[0.0, -u[2], u[1]], [u[2], 0.0, -u[0]], [-u[1], u[0], 0.0]])
    return np.cos(n) * np.eye(3) + np.sin(n) * cross + (1.0 - np.cos(n)) * np.outer(u, u)


def skin(theta, parents, base_relatives, inverse_base_absolutes, base_positions, weights):
    """Where the vertices are."""
    x_angles, z_angles = np.zeros(BONES), np.zeros(BONES)
    for finger in range(5):
        t = 6 + 4 * finger
        x_angles[2 + 4 * finger] = theta[t]
        z_angles[2 + 4 * finger] = theta[t + 1]
        x_angles[3 + 4 * finger] = theta[t + 2]
        x_angles[4 + 4 * finger] = theta[t + 3]
    absolutes = np.zeros((BONES, 4, 4))
    positions = np.zeros((base_positions.shape[0], 3))
    for bone in range(BONES):
        turn = np.eye(4)
        turn[:3, :3] = bent(x_angles[bone], z_angles[bone])
        relative = base_relatives[bone] @ turn
        if parents[bone] == -1:
            absolutes[bone] = relative
        else:
            absolutes[bone] = absolutes[parents[bone]] @ relative
        moved = base_positions @ (absolutes[bone] @ inverse_base_absolutes[bone]).T
        positions += weights[:, bone : bone + 1] * moved[:, :3]
    return positions @ global_rotation(theta[0:3]).T + theta[3:6]


def simple_error(theta, correspondences, points, parents, base_relatives, inverse_base_absolutes, base_positions, weights):
    vertices = skin(theta, parents, base_relatives, inverse_base_absolutes, base_positions, weights)
    return (points - vertices[correspondences]).ravel()


def error(us, theta, correspondences, points, triangles, parents, base_relatives, inverse_base_absolutes, base_positions, weights):
    vertices = skin(theta, parents, base_relatives, inverse_base_absolutes, base_positions, weights)
    corners = triangles[correspondences]
    u, v = us[:, 0:1], us[:, 1:2]
    found = u * vertices[corners[:, 0]] + v * vertices[corners[:, 1]] + (1.0 - u - v) * vertices[corners[:, 2]]
    return (points - found).ravel()


def solve(inputs, backend="numpy"):
    """Errors and their Jacobian; that by `us` is block diagonal, so two directions give all of it."""
    if "us" not in inputs:
        inputs = {name: value for name, value in inputs.items() if name != "triangles"}
        function = s2sad.differentiate(simple_error, backend=backend)
        return {"err": simple_error(**inputs), "jacobian": s2sad.jacfwd(function)(**inputs)}
    function = s2sad.differentiate(error, backend=backend)
    names = list(error.__code__.co_varnames[: error.__code__.co_argcount])
    primals = tuple(inputs[name] for name in names)
    columns = []
    for direction in range(2):
        tangent = np.zeros_like(primals[0])
        tangent[:, direction] = 1.0
        value, column = s2sad.jvp(function, primals, (tangent, *[None] * (len(names) - 1)))
        columns.append(column)
    by_theta = s2sad.jacfwd(function, argnums=1)(*primals)
    return {"err": value, "jacobian": np.column_stack([*columns, by_theta])}
