"""Programs that go through complex numbers on their way from real to real."""

import cmath

import numpy as np
from harness import program


@program(lambda r, n: (r.signed(n + 4),), size=3)
def power_spectrum(x):
    spectrum = np.abs(np.fft.fft(x - x.mean())) ** 2
    return np.sum(spectrum[1:] * np.arange(1, len(x)))


@program(lambda r, n: (r.signed(8), r.signed(3)))
def convolution_by_transforms(x, h):
    length = len(x) + len(h) - 1
    return np.sum(np.fft.irfft(np.fft.rfft(x, length) * np.fft.rfft(h, length), length) ** 3)


@program(lambda r, n: (r.array(6), r.number()))
def heat_by_frequencies(u, d):
    k = 2 * np.pi * np.fft.rfftfreq(len(u), d=0.5)
    return np.sum(np.fft.irfft(np.fft.rfft(u) * np.exp(-d * k**2), n=len(u)) ** 2)


@program(lambda r, n: (r.signed(3, 4),))
def laplacian_of_an_image(image):
    k = np.fft.fftfreq(3)[:, None] ** 2 + np.fft.fftfreq(4)[None, :] ** 2
    return np.sum(np.real(np.fft.ifft2(np.fft.fft2(image) * k)) ** 2)


@program(lambda r, n: (r.signed(8),))
def envelope(x):
    X = np.fft.fft(x)
    weights = np.zeros(8)
    weights[0] = weights[4] = 1.0
    weights[1:4] = 2.0
    return np.sum(np.abs(np.fft.ifft(X * weights)) ** 1.5)


@program(lambda r, n: (r.array(n), r.array(n)), size=3)
def real_and_imaginary_parts(a, b):
    z = a + 1j * b
    return np.sum(z.imag * np.real(z * z)) + np.sum(np.imag(np.exp(2j * a)) * z.real)


@program(lambda r, n: (r.array(n), r.array(n)), size=3)
def parts_written(a, b):
    z = np.zeros(len(a), dtype=complex)
    z.real = a
    z.imag = b * a
    z *= 1j + z
    return np.sum(np.abs(z) ** 2) + np.sum(np.angle(z))


@program(lambda r, n: (r.number(), r.number()))
def escape_time(a, b):
    c, z = 0.2 * complex(a, b), 0j
    for _ in range(6):
        z = z * z + c
        if abs(z) > 2:
            break
    return abs(z) ** 2 + z.real


@program(lambda r, n: (r.number(), r.number(), r.number()))
def resonant_circuit(resistance, inductance, capacity):
    w = np.linspace(0.5, 3.0, 5)
    impedance = resistance + 1j * w * inductance + 1 / (1j * w * capacity)
    return np.sum(20 * np.log10(np.abs(1 / impedance))) + np.sum(np.angle(impedance))


@program(lambda r, n: (r.number(), r.number()))
def complex_mathematics(a, b):
    z = cmath.rect(a, b)
    return cmath.exp(z).imag + abs(cmath.sqrt(z - 3)) + cmath.phase(z + 1) * cmath.log(z).real


@program(lambda r, n: (r.signed(4),))
def qubit(t):
    X = np.array([[0, 1], [1, 0]], dtype=complex)
    psi = np.array([1, 0], dtype=complex)
    for k in range(4):
        psi = (np.cos(t[k]) * np.eye(2) - 1j * np.sin(t[k]) * X) @ psi
        psi = psi * np.exp(1j * t[k] * np.array([0.0, 1.0]))
    return np.abs(psi[0]) ** 2


@program(lambda r, n: (r.signed(3, 3), r.signed(3)))
def complex_system(A, b):
    x = np.linalg.solve(A + 2j * np.eye(3), b)
    return np.sum(np.abs(x) ** 2) + np.linalg.det(A + 1j * np.eye(3)).real + np.abs(np.vdot(x, b))


@program(lambda r, n: (r.signed(3, 3),))
def hermitian_spectrum(a):
    w, v = np.linalg.eigh(a + a.T + 1j * (a - a.T))
    return np.sum(w**3) + np.sum(np.abs(v[:, 0]) ** 4) + np.linalg.norm(v[:, 1] * a[0])


@program(lambda r, n: (r.array(4),))
def largest_root(c):
    return np.max(np.abs(np.roots(c)))
