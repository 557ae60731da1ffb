"""Programs that try, fail and go on another way."""

import math

import numpy as np
from harness import program


class NotPositive(ValueError):
    pass


class Diverged(Exception):
    def __init__(self, x, it):
        self.x = x
        self.it = it


class BoundsError(Exception):
    def __init__(self, lower, upper, message="out of bounds"):
        self.lower = lower
        self.upper = upper
        self.message = message
        super().__init__(self.message)

    def __str__(self):
        return f"{self.lower} -> {self.message}"


def newton(f, df, x, tol=1e-12, maxiter=50):
    for it in range(maxiter):
        step = f(x) / df(x)
        x = x - step
        if abs(step) < tol:
            return x
    raise RuntimeError("no convergence")


@program(lambda r, n: (r.number(),))
def newton_fails(a):
    try:
        return newton(lambda t: t * t + a, lambda t: 2.0 * t, 0.3, maxiter=3)
    except RuntimeError as e:
        print("warning:", e)
        return a * 5.0


def check_positive(v):
    if v <= 0:
        raise NotPositive(f"value {v} is not positive")
    return math.log(v)


@program(lambda r, n: (r.signed(n),))
def sum_logs_msg(x):
    total = 0.0
    for i, v in enumerate(x):
        try:
            total += check_positive(float(v)) * i
        except ValueError as err:
            print(i, err)
            total -= float(v)
    return total


@program(lambda r, n: (r.number(),))
def bounds_error(x):
    try:
        if x > 0:
            raise BoundsError(x, 2 * x)
    except BoundsError as e:
        print(e)
        return e.lower * e.upper
    return x


@program(lambda r, n: (r.array(n),))
def diverged(x):
    def step(y, it):
        y = y * 1.9
        if np.max(y) > 5.0 if len(y) else it > 3:
            raise Diverged(y, it)
        return y

    y = x
    try:
        for it in range(10):
            y = step(y, it)
    except Diverged as d:
        return np.sum(d.x) * d.it
    return np.sum(y)


@program(lambda r, n: (r.array(n, n), r.array(n)), size=3)
def solve_retry(A, b):
    reg = 0.0
    n = len(b)
    S = np.zeros((n, n))
    x = np.zeros(n)
    for attempt in range(4):
        try:
            x = np.linalg.solve(S + reg * (A @ A.T + np.eye(n)), b)
        except np.linalg.LinAlgError:
            reg = 10.0 ** (attempt - 2) + reg * 2.0
            continue
        break
    return np.sum(x * b) + reg


@program(lambda r, n: (r.array(n, n), r.array(n)), size=3)
def solve_else(A, b):
    try:
        x = np.linalg.solve(A + 3 * np.eye(len(b)), b)
    except np.linalg.LinAlgError:
        return np.sum(b)
    else:
        return np.sum(x * x)
    finally:
        print("end")


@program(lambda r, n: (r.array(n),))
def write_then_raise(x):
    a = np.zeros(4)
    try:
        a[0] = x[0]
        a[1] = x[1] * a[0]
        a[2] = x[2] * a[1]
        a[3] = x[3] * a[2]
        a[0] = x[4]
    except IndexError:
        a[0] = a[0] * 10.0
    return np.sum(a * a)


@program(lambda r, n: (r.array(n),))
def rollback(x):
    a = x.copy()
    saved = a.copy()
    try:
        for i in range(len(a)):
            a[i] = a[i] * 2
            if a[i] > 2.2:
                raise ValueError
    except ValueError:
        a = saved
    return np.sum(a**3)


@program(lambda r, n: (r.number(),))
def while_retry(x):
    tries = 0
    while True:
        try:
            tries += 1
            y = math.sqrt(x - 3.0 + tries)
            break
        except ValueError:
            if tries > 10:
                raise
    return y * tries


@program(lambda r, n: (r.number(),))
def retry_gives_up(x):
    tries = 0
    while True:
        try:
            tries += 1
            y = math.sqrt(x - 300.0 + tries)
            break
        except ValueError:
            if tries > 3:
                raise
    return y * tries


@program(lambda r, n: (r.number(),))
def return_in_finally(x):
    try:
        y = x / 0.0
    finally:
        return x * 2.0


def countdown(n, v):
    if n == 0:
        raise NotPositive("end")
    return v * countdown(n - 1, v)


@program(lambda r, n: (r.number(),))
def recursive_raise(x):
    try:
        return countdown(4, x)
    except NotPositive:
        return x * x


@program(lambda r, n: (r.number(),))
def stored_error(x):
    error = None
    try:
        y = math.log(-x)
    except ValueError as e:
        error = e
        y = x
    if error is not None:
        y = y * 2.0
    return y


@program(lambda r, n: (r.number(),))
def none_result(x):
    def safe(t):
        try:
            return math.sqrt(t)
        except ValueError:
            return None

    r = safe(-x)
    if r is None:
        r = x * 2.0
    s = safe(x)
    return r * s


@program(lambda r, n: (r.array(n),))
def generator_raises(x):
    def gen():
        for v in x:
            if v > 1.1:
                raise NotPositive("big")
            yield v * v

    s = 0.0
    try:
        for w in gen():
            s += w
    except NotPositive:
        s = s * 2.0
    return s


@program(lambda r, n: (r.array(n),))
def bool_ops(x):
    total = 0.0
    for k in range(6):
        try:
            if x[k] > 0.8 and x[k + 1] > 0.8:
                total += x[k] * x[k + 1]
        except IndexError:
            total += 0.1 * x[0] if len(x) else 1.0
    return total


@program(lambda r, n: (r.array(n),))
def while_test_raises(x):
    k = 0
    t = 0.0
    try:
        while x[k] > 0.0:
            t += x[k] ** 2
            k += 1
    except IndexError:
        t *= 3.0
    return t


@program(lambda r, n: (r.number(),))
def raise_in_handler(x):
    y = x
    try:
        try:
            raise KeyError("a")
        except KeyError:
            y = y * 2
            raise IndexError("b")
        finally:
            y = y * 3
    except IndexError:
        y = y + x
    return y


@program(lambda r, n: (r.number(),))
def exception_in_loop_breaks_outer(x):
    total = 0.0
    for i in range(3):
        for j in range(3):
            try:
                if i == 1 and j == 1:
                    raise KeyError
                total += x * (i + j)
            except KeyError:
                break
            finally:
                total += 0.01 * x * x
        else:
            total += 1.0
    return total


@program(lambda r, n: (r.number(),))
def import_missing(x):
    try:
        import no_such_module_at_all as m

        y = m.sqrt(x)
    except ImportError:
        y = x * 2
    return y


class Early(Exception):
    pass


class Late(Early):
    pass


@program(lambda r, n: (r.array(n, n), r.array(n)), size=3)
def cholesky_fails(A, b):
    S = 0.1 * np.eye(len(b)) - A @ A.T
    try:
        L = np.linalg.cholesky(S)
        x = np.linalg.solve(L, b)
    except np.linalg.LinAlgError as err:
        print("not positive definite:", err)
        x = np.linalg.solve(S, b)
    return np.sum(x * b)


@program(lambda r, n: (r.array(n, n),), size=3)
def jitter(K):
    S = K @ K.T - 2.0 * np.eye(len(K))
    jit = 1e-6
    for _ in range(12):
        try:
            L = np.linalg.cholesky(S + jit * np.eye(len(K)))
        except np.linalg.LinAlgError:
            jit *= 10.0
        else:
            break
    else:
        raise RuntimeError("no")
    return np.sum(np.log(np.diag(L)))


def gauss(A, b):
    A = A.copy()
    b = b.copy()
    n = len(b)
    for k in range(n):
        if abs(A[k, k]) < 1e-12:
            raise ZeroDivisionError("pivot")
        for i in range(k + 1, n):
            f = A[i, k] / A[k, k]
            for j in range(k, n):
                A[i, j] -= f * A[k, j]
            b[i] -= f * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        s = b[i]
        for j in range(i + 1, n):
            s -= A[i, j] * x[j]
        x[i] = s / A[i, i]
    return x


@program(lambda r, n: (r.array(n, n), r.array(n)), size=3)
def gauss_singular(A, b):
    A = A.copy()
    if len(b):
        A[0, 0] = 0.0
    try:
        x = gauss(A, b)
    except ZeroDivisionError:
        x = gauss(A + np.eye(len(b)), b)
    return np.sum(x)


@program(lambda r, n: (r.array(n),))
def parse_table(x):
    table = {"a": 0, "b": 1, "c": 9}
    total = 0.0
    for key in ["a", "b", "c", "d"]:
        try:
            total += x[table[key]] * 2.0
        except KeyError:
            total -= 1.0
        except IndexError:
            total += 0.5
    return total


@program(lambda r, n: (r.array(n),))
def state_machine(x):
    class_state = 0
    total = 0.0
    i = 0
    while True:
        try:
            v = x[i]
            i += 1
            if v > 1.2:
                raise Late
            if v < 0.7:
                raise Early
            total += v
        except Late:
            total *= 1.1
            continue
        except Early:
            total += 0.1 * v
        except IndexError:
            break
        total += 0.01
    return total


@program(lambda r, n: (r.array(n),))
def finally_mutates(x):
    a = x.copy()

    def h():
        try:
            return a
        finally:
            a[...] = a * 3.0

    return np.sum(h() ** 2)


@program(lambda r, n: (r.array(n),))
def array_in_exception(x):
    def f(a):
        a = a * 2
        raise Early(a)

    try:
        f(x)
    except Early as e:
        arr = e.args[0]
        arr[0:1] = 5.0
        return np.sum(arr * x)
    return 0.0


@program(lambda r, n: (r.array(n),))
def in_place_argument_before_raise(x):
    def f(a):
        a[0:2] = a[0:2] * 3.0
        if len(a) > -1:
            raise Early

    y = x * 1.0
    try:
        f(y)
    except Early:
        y = y * 2
    return np.sum(y * x)


@program(lambda r, n: (r.number(),))
def wrapped(x):
    def protect(f, default):
        try:
            return f()
        except Exception:
            return default

    a = protect(lambda: x / 2, 0.0)
    b = protect(lambda: x / (x - x), x * 3)
    c = protect(lambda: math.sqrt(-x), x * x)
    return a * b + c


@program(lambda r, n: (r.array(n),))
def sum_generator_try(x):
    try:
        s = sum(1.0 / float(v - 1e9 * 0) for v in x)
        m = max(float(v) for v in x)
    except (ZeroDivisionError, ValueError):
        s, m = 0.0, 1.0
    return s * m
