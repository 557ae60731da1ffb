"""Simulations as people write them: mechanics, fields, optics, circuits, control, filters, kinetics."""

import math

import numpy as np
from harness import program


@program(lambda r, n: (r.array(), r.number(), r.number()) if False else (r.number(), r.number(), r.number()))
def lorenz_rk4(sigma, rho, beta):
    def deriv(state):
        x, y, z = state
        return np.array([sigma * (y - x), x * (rho - z) - y, x * y - beta * z])

    dt = 0.02
    state = np.array([1.0, 0.5, 0.2])
    trajectory = [state]
    for _ in range(10):
        k1 = deriv(state)
        k2 = deriv(state + 0.5 * dt * k1)
        k3 = deriv(state + 0.5 * dt * k2)
        k4 = deriv(state + dt * k3)
        state = state + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        trajectory.append(state)
    return float(np.mean(np.array(trajectory)[:, 2] ** 2))


@program(lambda r, n: (r.array(n), r.signed(n, 2), r.signed(n, 2)))
def nbody_energy_drift(m, pos, vel):
    """Leapfrog integration of n bodies with softening."""
    G, eps, dt = 1.0, 0.3, 0.01

    def acc(p):
        a = np.zeros_like(p)
        for i in range(len(m)):
            for j in range(len(m)):
                if i == j:
                    continue
                d = p[j] - p[i]
                r3 = (d @ d + eps**2) ** 1.5
                a[i] += G * m[j] * d / r3
        return a

    a = acc(pos)
    for step in range(3):
        vel = vel + 0.5 * dt * a
        pos = pos + dt * vel
        a = acc(pos)
        vel += 0.5 * dt * a
    kinetic = 0.5 * np.sum(m[:, None] * vel**2)
    potential = 0.0
    for i in range(len(m)):
        for j in range(i + 1, len(m)):
            potential -= G * m[i] * m[j] / np.sqrt(np.sum((pos[i] - pos[j]) ** 2) + eps**2)
    return kinetic + potential


@program(lambda r, n: (r.array(n + 3), r.number()))
def heat_inplace(u0, alpha):
    u = u0.copy()
    dx = 1.0
    dt = 0.1
    for t in range(4):
        un = u.copy()
        u[1:-1] = un[1:-1] + alpha * dt / dx**2 * (un[2:] - 2 * un[1:-1] + un[:-2])
        u[0] = 0.0
        u[-1] = u[-2]
    return (u**2).sum()


@program(lambda r, n: (r.array(n + 3), r.number()))
def wave_leapfrog(u0, c):
    N = u0.size
    u_prev, u_curr = u0.copy(), u0.copy()
    u_next = np.zeros(N)
    for n in range(5):
        for i in range(1, N - 1):
            u_next[i] = 2 * u_curr[i] - u_prev[i] + (0.3 * c) ** 2 * (u_curr[i + 1] - 2 * u_curr[i] + u_curr[i - 1])
        u_next[0] = u_next[N - 1] = 0
        u_prev[:] = u_curr
        u_curr[:] = u_next
    return np.dot(u_curr, u_curr)


@program(lambda r, n: (r.array(n + 2, n + 2),))
def laplace_gauss_seidel(grid):
    phi = np.array(grid)
    rows, cols = phi.shape
    for sweep in range(3):
        err = 0.0
        for i in range(1, rows - 1):
            for j in range(1, cols - 1):
                old = phi[i, j]
                phi[i, j] = 0.25 * (phi[i + 1, j] + phi[i - 1, j] + phi[i, j + 1] + phi[i, j - 1])
                err = max(err, abs(phi[i, j] - old))
        if err < 1e-9:
            break
    return np.sum(phi[1:-1, 1:-1] ** 2) + err


@program(lambda r, n: (r.number(), r.number()))
def pendulum_verlet(theta0, length):
    g = 9.81
    theta, omega = theta0, 0.0
    dt = 0.01
    history = {"t": [], "theta": []}
    for k in range(12):
        alpha = -g / length * math.sin(theta)
        theta += omega * dt + 0.5 * alpha * dt * dt
        alpha_new = -g / length * math.sin(theta)
        omega += 0.5 * (alpha + alpha_new) * dt
        history["t"].append(k * dt)
        history["theta"].append(theta)
    return sum(th**2 for th in history["theta"]) / len(history["theta"])


class Body:
    def __init__(self, mass, position, velocity):
        self.mass = mass
        self.position = np.asarray(position, dtype=float)
        self.velocity = np.asarray(velocity, dtype=float)

    def kinetic(self):
        return 0.5 * self.mass * np.dot(self.velocity, self.velocity)

    def force_from(self, other):
        r = other.position - self.position
        return self.mass * other.mass * r / (np.linalg.norm(r) ** 3 + 0.1)


@program(lambda r, n: (r.number(), r.number(), r.signed(2)))
def body_objects(m1, m2, v):
    bodies = [Body(m1, [0.0, 0.0], [0.0, 0.1]), Body(m2, [1.0, 0.5], v), Body(1.0, [-1.0, 0.7], -v)]
    for _ in range(3):
        forces = []
        for b in bodies:
            f = np.zeros(2)
            for o in bodies:
                if o is not b:
                    f += b.force_from(o)
            forces.append(f)
        for b, f in zip(bodies, forces):
            b.velocity += 0.1 * f / b.mass
            b.position += 0.1 * b.velocity
    return sum(b.kinetic() for b in bodies)


@program(lambda r, n: (r.array(n, n), r.number()))
def ising_mean_field(J, h):
    m = np.full(J.shape[0], 0.1)
    for it in range(20):
        m_new = np.tanh(J @ m * 0.3 + h)
        delta = np.abs(m_new - m).max() if m.size else 0.0
        m = m_new
        if delta < 1e-12:
            break
    return m.sum()


@program(lambda r, n: (r.array(n), r.number()))
def spring_chain(x, k):
    E = 0
    for i in range(len(x) - 1):
        E += 0.5 * k * (x[i + 1] - x[i] - 1) ** 2
    F = np.zeros_like(x)
    F[:-1] += k * (x[1:] - x[:-1] - 1) if len(x) > 1 else 0
    F[1:] -= k * (np.diff(x) - 1) if len(x) > 1 else 0
    return E + F @ F


@program(lambda r, n: (r.number(), r.number(), r.number()))
def thin_lens_ray(f1, f2, d):
    def lens(f):
        return np.array([[1, 0], [-1 / f, 1]])

    def space(L):
        return np.array([[1, L], [0, 1]])

    system = lens(f2) @ space(d) @ lens(f1)
    ray = np.array([0.1, 0.02])
    out = system @ ray
    A, B, C, D = system.ravel()
    assert abs(A * D - B * C - 1) < 1e-8, "not symplectic"
    return out[0] ** 2 + out[1] - 1 / C


@program(lambda r, n: (r.number(), r.number()))
def snell_trace(n1, theta):
    surfaces = [(1.0, n1 + 0.5), (n1 + 0.5, 1.33), (1.33, 1.7)]
    sin_t = math.sin(0.5 * theta)
    path = 0.0
    for (na, nb), thickness in zip(surfaces, (1, 2.5, 0.5)):
        sin_t = na / nb * sin_t
        if abs(sin_t) >= 1:
            raise ValueError("total internal reflection")
        cos_t = math.sqrt(1 - sin_t**2)
        path += nb * thickness / cos_t
    return path


@program(lambda r, n: (r.number(), r.number(), r.number()))
def rlc_circuit(R, L, C):
    q, i = 0.0, 0.0
    energy = []

    def V(t):
        return np.sin(2 * np.pi * t)

    t, dt = 0.0, 0.02
    while t < 0.3:
        di = (V(t) - R * i - q / C) / L
        q, i = q + dt * i, i + dt * di
        energy += [0.5 * L * i**2 + 0.5 * q**2 / C]
        t += dt
    return np.max(energy) + np.mean(energy)


@program(lambda r, n: (r.array(n), r.array(n)))
def two_port_ladder(R, C):
    w = 1.3
    Z = 1.0 + 0j
    for r_, c_ in zip(R, C):
        Z = r_ + 1 / (1j * w * c_ + 1 / Z)
    return abs(Z)


@program(lambda r, n: (r.number(), r.number(), r.number()))
def two_link_arm(q1, q2, l1):
    l2 = 0.8

    def fk(q):
        x = l1 * np.cos(q[0]) + l2 * np.cos(q[0] + q[1])
        y = l1 * np.sin(q[0]) + l2 * np.sin(q[0] + q[1])
        return np.array([x, y])

    target = np.array([1.0, 0.6])
    q = np.array([q1, q2])
    for _ in range(4):
        e = target - fk(q)
        s1, c1 = np.sin(q[0]), np.cos(q[0])
        s12, c12 = np.sin(q.sum()), np.cos(q.sum())
        J = np.array([[-l1 * s1 - l2 * s12, -l2 * s12], [l1 * c1 + l2 * c12, l2 * c12]])
        dq = np.linalg.solve(J.T @ J + 0.1 * np.eye(2), J.T @ e)
        q = q + dq
    return np.linalg.norm(target - fk(q)) + q[0]


def rot_z(t):
    c, s = np.cos(t), np.sin(t)
    return np.array([[c, -s, 0, 0], [s, c, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])


def trans(x=0, y=0, z=0):
    T = np.eye(4)
    T[:3, 3] = [x, y, z]
    return T


@program(lambda r, n: (r.array(n), r.array(n)))
def dh_chain(thetas, lengths):
    T = np.identity(4)
    for th, l in zip(thetas, lengths):
        T = T @ rot_z(th) @ trans(x=l)
    p = T[:3, 3]
    return p[0] + 2 * p[1] + np.linalg.norm(p)


@program(lambda r, n: (r.number(), r.number(), r.number()))
def pid_control(kp, ki, kd):
    setpoint = 1.0
    y = 0.0
    integral = 0.0
    prev_error = None
    cost = 0.0
    for step in range(15):
        error = setpoint - y
        integral += error * 0.1
        derivative = 0.0 if prev_error is None else (error - prev_error) / 0.1
        u = kp * error + ki * integral + 0.01 * kd * derivative
        u = max(min(u, 2.0), -2.0)
        y += 0.1 * (-y + u)
        prev_error = error
        cost += error**2 + 0.01 * u**2
    return cost


class PID:
    """A discrete PID controller."""

    def __init__(self, kp, ki=0.0, kd=0.0, *, dt=0.1):
        self.kp, self.ki, self.kd = kp, ki, kd
        self.dt = dt
        self.reset()

    def reset(self):
        self._sum = 0.0
        self._last = 0.0

    def __call__(self, e):
        self._sum += e * self.dt
        d = (e - self._last) / self.dt
        self._last = e
        return self.kp * e + self.ki * self._sum + self.kd * d


@program(lambda r, n: (r.number(), r.number()))
def pid_class(kp, ki):
    pid = PID(kp, ki=ki, kd=0.02)
    x = v = 0.0
    J = 0.0
    for k in range(10):
        e = 1.0 - x
        a = pid(e) - 0.5 * v
        v = v + a * pid.dt
        x = x + v * pid.dt
        J += e * e * pid.dt
    return J


@program(lambda r, n: (r.array(n), r.number(), r.number()))
def kalman_1d(z, q, rr):
    x, P = 0.0, 1.0
    ll = 0.0
    for zk in z:
        P = P + q  # predict
        S = P + rr
        K = P / S
        innov = zk - x
        ll += -0.5 * (np.log(2 * np.pi * S) + innov**2 / S)
        x = x + K * innov
        P = (1 - K) * P
    return ll + x


@program(lambda r, n: (r.number(), r.number(), r.number()))
def sir(beta, gamma, i0):
    S, I, R = 0.99, 0.01 * i0, 0.0
    N = S + I + R
    peak = I
    for day in range(30):
        new_inf = beta * S * I / N
        new_rec = 0.2 * gamma * I
        S -= new_inf
        I += new_inf - new_rec
        R += new_rec
        if I > peak:
            peak = I
    return peak + R


@program(lambda r, n: (r.array(3), r.number()))
def chemical_kinetics(k, c0):
    stoich = np.array([[-1, 1, 0], [1, -1, 0], [0, -1, 1]])
    c = np.array([c0, 0.0, 0.0])
    dt = 0.05
    for i in range(20):
        rates = np.array([k[0] * c[0], k[1] * c[1], k[2] * c[1] ** 2])
        c = c + dt * (stoich.T @ rates)
    return c[2] + c @ c


@program(lambda r, n: (r.number(), r.number()))
def implicit_euler_newton(k, y0):
    """Stiff y' = -k y**3 by backward Euler, Newton inside."""
    y = y0
    h = 0.1
    for n in range(6):
        z = y
        for it in range(50):
            g = z - y + h * k * z**3
            dg = 1 + 3 * h * k * z**2
            dz = g / dg
            z -= dz
            if abs(dz) < 1e-14:
                break
        else:
            raise RuntimeError("Newton did not converge")
        y = z
    return y


@program(lambda r, n: (r.array(n + 1, n + 1), r.number()), second_order=True)
def reaction_diffusion(U, F):
    V = U * 0.5
    U = 1 - V

    def lap(Z):
        return np.roll(Z, 1, 0) + np.roll(Z, -1, 0) + np.roll(Z, 1, 1) + np.roll(Z, -1, 1) - 4 * Z

    for _ in range(3):
        uvv = U * V * V
        U += 0.1 * (0.16 * lap(U) - uvv + F * (1 - U))
        V += 0.1 * (0.08 * lap(V) + uvv - (F + 0.06) * V)
    return V.mean() + np.var(U)


@program(lambda r, n: (r.number(), r.number()))
def double_pendulum(th1, th2):
    def f(y):
        a, w1, b, w2 = y
        c, s = np.cos(a - b), np.sin(a - b)
        d = 2 - c**2
        dw1 = (9.8 * np.sin(b) * c - s * (w1**2 * c + w2**2) - 2 * 9.8 * np.sin(a)) / d
        dw2 = (2 * (w1**2 * s - 9.8 * np.sin(b) + 9.8 * np.sin(a) * c) + w2**2 * s * c) / d
        return w1, dw1, w2, dw2

    y = (th1, 0.0, th2, 0.0)
    h = 0.01
    for _ in range(5):
        k1 = f(y)
        k2 = f(tuple(yi + h / 2 * ki for yi, ki in zip(y, k1)))
        y = tuple(yi + h * ki for yi, ki in zip(y, k2))
    return y[0] * y[2] + y[1]


@program(lambda r, n: (r.signed(4), r.signed(3)))
def quaternion_rotation(q, p):
    def qmul(a, b):
        w1, x1, y1, z1 = a
        w2, x2, y2, z2 = b
        return np.array(
            [
                w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2,
                w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2,
                w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2,
                w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2,
            ]
        )

    q = q / np.linalg.norm(q)
    qc = q * np.array([1, -1, -1, -1])
    r = qmul(qmul(q, np.concatenate(([0.0], p))), qc)
    return r[1] + 2 * r[2] * r[3]
