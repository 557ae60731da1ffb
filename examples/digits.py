"""Handwritten digits: a classifier with two layers, trained by mini-batch gradient descent.

python examples/digits.py
"""

import numpy as np
from sklearn.datasets import load_digits

import s2sad


def affine(h, weight, bias):
    return h @ weight + bias


@s2sad.differentiate
def loss(params, images, labels):
    """Mean cross-entropy of the softmax of the scores."""
    h = images
    for weight, bias in params[:-1]:
        h = np.tanh(affine(h, weight, bias))
    weight, bias = params[-1]
    scores = affine(h, weight, bias)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    normaliser = np.log(np.sum(np.exp(scores), axis=1))
    return np.mean(normaliser - scores[np.arange(len(labels)), labels])


def predict(params, images):
    h = images
    for weight, bias in params[:-1]:
        h = np.tanh(affine(h, weight, bias))
    weight, bias = params[-1]
    return np.argmax(affine(h, weight, bias), axis=1)


def accuracy(params, images, labels):
    return float(np.mean(predict(params, images) == labels))


def start(widths=(64, 48, 10), seed=0):
    """Return small random weights and zero biases, one pair a layer."""
    random = np.random.default_rng(seed)
    return [(random.normal(0.0, 1.0 / np.sqrt(n), (n, m)), np.zeros(m)) for n, m in zip(widths[:-1], widths[1:])]


def data(seed=0):
    """Return the digits as (train images, train labels), (test images, test labels)."""
    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(labels))
    images, labels = images[order] / 16.0, labels[order]
    return (images[:1400], labels[:1400]), (images[1400:], labels[1400:])


def train(params, images, labels, epochs=40, batch=50, rate=0.3, seed=0):
    """Yield the mean loss after each pass over the images; `params` are updated in place."""
    random = np.random.default_rng(seed)
    for _ in range(epochs):
        order = random.permutation(len(labels))
        losses = []
        for begin in range(0, len(order), batch):
            chosen = order[begin : begin + batch]
            value, gradient = loss.value_and_grad(params, images[chosen], labels[chosen])
            for (weight, bias), (d_weight, d_bias) in zip(params, gradient):
                weight -= rate * d_weight
                bias -= rate * d_bias
            losses.append(value)
        yield float(np.mean(losses))


if __name__ == "__main__":
    (images, labels), test = data()
    params = start()
    for epoch, mean_loss in enumerate(train(params, images, labels), start=1):
        print(f"epoch {epoch:2}   loss {mean_loss:.4f}   test accuracy {accuracy(params, *test):.1%}")
