"""Exceptions: handlers, the paths that lead to them."""

import math

import numpy as np
from harness import program


class ConvergenceError(Exception):
    pass


class SolverError(RuntimeError):
    def __init__(self, message, value):
        super().__init__(message)
        self.value = value


class Stiff(SolverError):
    pass


@program(lambda r, n: (r.number(),))
def not_taken(x):
    try:
        y = 1.0 / x
    except ZeroDivisionError:
        y = 0.0
    return y * x * x


@program(lambda r, n: (r.number(),))
def taken(x):
    try:
        y = x / 0.0
    except ZeroDivisionError:
        y = x * 3.0
    return y * y


@program(lambda r, n: (r.array(n),))
def index_out(x):
    total = 0.0
    for k in range(10):
        try:
            total += x[k] ** 2
        except IndexError:
            total = total * 0.5
    return total


@program(lambda r, n: (r.array(n),))
def index_break(x):
    total = 0.0
    k = 0
    while True:
        try:
            v = x[k]
        except IndexError:
            break
        total += v * v * (k + 1)
        k += 1
    return total


@program(lambda r, n: ({"a": r.number()}, r.number()))
def key_default(d, x):
    try:
        b = d["b"]
    except KeyError:
        b = x * 2.0
    try:
        a = d["a"]
    except KeyError:
        a = 1.0
    return a * b


@program(lambda r, n: (r.array(n, n) if n else r.array(2, 2), r.array(n or 2)))
def fallback_inv(A, b):
    try:
        B = np.linalg.inv(A - A)
    except np.linalg.LinAlgError:
        B = A + np.eye(len(b))
    return np.sum(B @ b)


@program(lambda r, n: (r.array(3, 3),))
def damping(A):
    lam = 0.0
    M = A @ A.T
    S = M - M
    while True:
        try:
            X = np.linalg.inv(S + lam * np.eye(3))
            break
        except np.linalg.LinAlgError:
            lam = 10.0 * lam + A[0, 0]
    return np.sum(X * M) + lam


@program(lambda r, n: (r.number(),))
def math_domain(x):
    try:
        y = math.sqrt(x - 5.0)
    except ValueError:
        y = math.sqrt(5.0 - x)
    return y * x


@program(lambda r, n: (r.number(),))
def overflow(x):
    try:
        y = math.exp(2000.0 * x)
    except OverflowError:
        y = x * x
    return y


@program(lambda r, n: (r.number(),))
def several_handlers(x):
    out = 0.0
    for k in range(3):
        try:
            if k == 0:
                y = math.log(-x)
            elif k == 1:
                y = x / (k - 1.0)
            else:
                y = x**k
        except ValueError:
            y = 2.0 * x
        except (ZeroDivisionError, OverflowError):
            y = 3.0 * x * x
        out += y
    return out


@program(lambda r, n: (r.number(),))
def user_raise(x):
    try:
        if x > 0.0:
            raise ConvergenceError("no")
        y = x
    except ConvergenceError:
        y = x**3
    return y


@program(lambda r, n: (r.number(),))
def hierarchy(x):
    try:
        raise Stiff("stiff", x * 2)
    except SolverError as e:
        y = e.value
    return y * y


@program(lambda r, n: (r.number(),))
def value_through_exception(x):
    def inner(t):
        if t > 0.2:
            raise SolverError("big", t * t)
        return t

    try:
        return inner(x)
    except RuntimeError as err:
        print(err)
        return err.value * 2.0


def depth3(x):
    if x > 0.5:
        raise ConvergenceError("deep")
    return x


def depth2(x):
    return 2.0 * depth3(x * 1.0) + x


def depth1(x):
    y = depth2(x)
    return y * y


@program(lambda r, n: (r.number(),))
def deep(x):
    a = x
    try:
        a = 5.0 * x
        b = depth1(x)
    except ConvergenceError:
        b = a * x
    return a + b


@program(lambda r, n: (r.array(n),))
def deep_in_loop(x):
    total = 0.0
    for v in x:
        try:
            total += depth1(v - 0.5)
        except ConvergenceError:
            total += 3.0 * v
            continue
        total *= 1.5
    return total


@program(lambda r, n: (r.number(),))
def else_finally(x):
    log = 0.0
    try:
        y = x / 2.0
    except ZeroDivisionError:
        y = 0.0
    else:
        y = y * x
    finally:
        log += x
    return y + log


@program(lambda r, n: (r.number(),))
def finally_return(x):
    try:
        return x * x
    finally:
        print("done")


@program(lambda r, n: (r.array(n),))
def in_place_before(x):
    a = x.copy()
    try:
        for k in range(7):
            a[k] = a[k] * (k + 2.0)
    except IndexError:
        pass
    return np.sum(a * x)


@program(lambda r, n: (r.number(),))
def bare(x):
    try:
        y = x / 0
    except:  # noqa: E722
        y = x
    return y * y


@program(lambda r, n: (r.number(),))
def exception_class(x):
    try:
        y = math.log(x - 100)
    except Exception as e:
        print("failed:", e)
        y = x
    return y * y


@program(lambda r, n: (r.number(),))
def nested(x):
    try:
        try:
            y = x / 0.0
        except ValueError:
            y = 1.0
    except ZeroDivisionError:
        y = x * x
    return y


@program(lambda r, n: (r.number(),))
def reraise(x):
    try:
        try:
            y = x / 0.0
        except ZeroDivisionError:
            print("inner")
            raise
    except ArithmeticError as e:
        print(e)
        y = x * x
    return y


@program(lambda r, n: (r.number(),))
def reraise_other(x):
    try:
        try:
            y = math.sqrt(-x)
        except ValueError as e:
            raise ConvergenceError("bad") from e
    except ConvergenceError:
        y = x * 7.0
    return y


@program(lambda r, n: (r.number(),))
def uncaught(x):
    try:
        y = x / 0.0
    except ValueError:
        y = 1.0
    return y


@program(lambda r, n: (r.number(),))
def uncaught_user(x):
    try:
        if x > 0:
            raise SolverError("x", 3.0)
    except ValueError:
        return 1.0
    return x


@program(lambda r, n: (r.number(),))
def assertion(x):
    try:
        assert x < 0.0, "negative wanted"
        y = x
    except AssertionError as e:
        print(e)
        y = x * x
    return y


@program(lambda r, n: (r.array(n),))
def early_exit(x):
    best = 0.0
    try:
        for i in range(len(x)):
            for j in range(len(x)):
                best += x[i] * x[j]
                if best > 2.0:
                    raise StopIteration
    except StopIteration:
        best *= 2.0
    return best


@program(lambda r, n: (r.number(),))
def try_return_in_loop(x):
    for k in range(5):
        try:
            y = math.sqrt(x - 5 + 2 * k)
            return y * x
        except ValueError:
            x = x * 1.1
    return x


@program(lambda r, n: (r.number(), r.number()))
def in_expression(x, y):
    try:
        z = 1.0 / x + 2.0 / (y - y) + x * y
    except ZeroDivisionError:
        z = x * y
    return z


@program(lambda r, n: (r.number(),))
def conditional_expression(x):
    try:
        z = x if x < 0 else x / (x - x)
    except ZeroDivisionError:
        z = 4.0 * x
    return z


@program(lambda r, n: (r.array(n),))
def in_comprehension(x):
    try:
        ys = [1.0 / float(v - v) for v in x]
        s = sum(ys)
    except ZeroDivisionError:
        s = np.sum(x * x)
    return s


@program(lambda r, n: (r.number(),))
def finally_in_loop(x):
    t = 0.0
    for k in range(4):
        try:
            if k == 1:
                continue
            if k == 3:
                break
            t += x * k
        finally:
            t += x * x
    return t


@program(lambda r, n: (r.number(),))
def type_error(x):
    try:
        y = len(x)
    except TypeError:
        y = x * x
    return y


class Thing:
    def __init__(self, v):
        self.v = v


@program(lambda r, n: (r.number(),))
def attribute_error(x):
    t = Thing(x)
    try:
        y = t.w
    except AttributeError:
        y = t.v * 3
    return y * x


@program(lambda r, n: (r.array(n),))
def value_error_shapes(x):
    try:
        y = x + np.ones(len(x) + 2)
    except ValueError:
        y = x * 2.0
    return np.sum(y)


@program(lambda r, n: (r.number(),))
def args_of(x):
    try:
        raise ValueError("bad", x * 2.0, 7)
    except ValueError as e:
        message, v, k = e.args
        print(message, k)
        return v * k


@program(lambda r, n: (r.number(),))
def finally_raise_passes(x):
    try:
        y = x / 0.0
    finally:
        print("cleanup")
    return y


@program(lambda r, n: (r.array(n or 1),))
def retries(x):
    step = 1.0
    for attempt in range(5):
        try:
            y = math.sqrt(float(x[0]) - 3.0 + step)
        except ValueError:
            step *= 2.0
        else:
            break
    else:
        y = 0.0
    return y * step * x[0]


@program(lambda r, n: (r.number(),))
def pop_empty(x):
    stack = [x, x * x]
    total = 0.0
    while True:
        try:
            total += stack.pop()
        except IndexError:
            break
    return total


@program(lambda r, n: (r.number(),))
def raise_instance(x):
    err = ValueError("later")
    try:
        if x > 0:
            raise err
        y = x
    except ValueError as e:
        print(str(e), f"{e}", repr(e))
        y = x * 2
    return y


@program(lambda r, n: (r.number(),))
def loop_while_try(x):
    n = 0
    while n < 6:
        n += 1
        try:
            if n % 2 == 0:
                raise ConvergenceError(n)
            x = x * 1.1
        except ConvergenceError:
            x = x + 0.5
        else:
            x = x * x
        finally:
            x = x - 0.1
    return x
