"""Bessel functions, in their argument (DLMF 10.6 and 10.29).  In the order there is no closed form: refused."""

from __future__ import annotations

from s2sad.rules.declare import Rule, point
from s2sad.rules.elementwise import sign
from s2sad.rules.special.functions import no_derivative, one, passive_first, several

# The mean of the neighbours, not the form with y / x, is regular at 0.
j0 = one("j0", lambda g, y, x: -g * j1(x))
j1: Rule = one("j1", lambda g, y, x: 0.5 * g * (j0(x) - jv(2, x)), extra=[point(0.0)])
y0 = one("y0", lambda g, y, x: -g * y1(x), 0.3, 4.0)
y1: Rule = one("y1", lambda g, y, x: 0.5 * g * (y0(x) - yv(2, x)), 0.3, 4.0)
i0 = one("i0", lambda g, y, x: g * i1(x))
i1: Rule = one("i1", lambda g, y, x: 0.5 * g * (i0(x) + iv(2, x)), extra=[point(0.0)])
k0 = one("k0", lambda g, y, x: -g * k1(x), 0.3, 4.0)
k1: Rule = one("k1", lambda g, y, x: -0.5 * g * (k0(x) + kv(2, x)), 0.3, 4.0)

# The same times exp(-|x|), or exp(x).
i0e = one("i0e", lambda g, y, x: g * (i1e(x) - sign(x) * y))
i1e: Rule = one("i1e", lambda g, y, x: g * (0.5 * (i0e(x) + ive(2, x)) - sign(x) * y))
k0e = one("k0e", lambda g, y, x: g * (y - k1e(x)), 0.3, 4.0)
k1e: Rule = one("k1e", lambda g, y, x: g * (y - 0.5 * (k0e(x) + kve(2, x))), 0.3, 4.0)

jv: Rule = several(
    "jv", "v, x", [no_derivative("jv", "its order"), lambda g, y, v, x: 0.5 * g * (jv(v - 1, x) - jv(v + 1, x))], passive_first(0.2, 4.0)
)
yv: Rule = several(
    "yv", "v, x", [no_derivative("yv", "its order"), lambda g, y, v, x: 0.5 * g * (yv(v - 1, x) - yv(v + 1, x))], passive_first(0.4, 4.0)
)
yn = several(
    "yn", "n, x", [no_derivative("yn", "its order"), lambda g, y, n, x: 0.5 * g * (yv(n - 1, x) - yv(n + 1, x))], passive_first(0.4, 4.0)
)
iv: Rule = several(
    "iv", "v, x", [no_derivative("iv", "its order"), lambda g, y, v, x: 0.5 * g * (iv(v - 1, x) + iv(v + 1, x))], passive_first(0.2, 3.0)
)
kv: Rule = several(
    "kv", "v, x", [no_derivative("kv", "its order"), lambda g, y, v, x: -0.5 * g * (kv(v - 1, x) + kv(v + 1, x))], passive_first(0.4, 3.0)
)
ive: Rule = several(
    "ive",
    "v, x",
    [no_derivative("ive", "its order"), lambda g, y, v, x: g * (0.5 * (ive(v - 1, x) + ive(v + 1, x)) - sign(x) * y)],
    passive_first(0.2, 3.0),
)
kve: Rule = several(
    "kve",
    "v, x",
    [no_derivative("kve", "its order"), lambda g, y, v, x: g * (y - 0.5 * (kve(v - 1, x) + kve(v + 1, x)))],
    passive_first(0.4, 3.0),
)
