"""A recurrent network with diagonal weights that predicts the next character of a text."""

import numpy as np

import s2sad


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def layer(weight, bias, hidden, cell, y):
    b = len(hidden)
    forget = sigmoid(y * weight[0:b] + bias[0:b])
    ingate = sigmoid(hidden * weight[b : 2 * b] + bias[b : 2 * b])
    outgate = sigmoid(y * weight[2 * b : 3 * b] + bias[2 * b : 3 * b])
    change = np.tanh(hidden * weight[3 * b :] + bias[3 * b :])
    cell = cell * forget + ingate * change
    hidden = outgate * np.tanh(cell)
    return hidden, cell


def loss(main_params, extra_params, state, sequence):
    layers = len(main_params) // 2
    state = state.copy()
    total = 0.0
    for t in range(len(sequence) - 1):
        y = sequence[t] * extra_params[0]
        for i in range(layers):
            hidden, cell = layer(main_params[2 * i], main_params[2 * i + 1], state[2 * i], state[2 * i + 1], y)
            state[2 * i] = hidden
            state[2 * i + 1] = cell
            y = hidden
        p = y * extra_params[1] + extra_params[2]
        total += np.sum(sequence[t + 1] * (p - np.log(2 + np.sum(np.exp(p)))))
    return -total / ((len(sequence) - 1) * sequence.shape[1])


def solve(inputs, backend="numpy"):
    """The loss, and its gradient with respect to the parameters."""
    function = s2sad.differentiate(loss, backend=backend)
    value, (by_main, by_extra) = s2sad.value_and_grad(function, argnums=(0, 1))(**inputs)
    return {"loss": value, "grad_main_params": by_main, "grad_extra_params": by_extra}
