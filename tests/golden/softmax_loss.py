"""A stable cross-entropy with picked labels."""

import numpy as np


# arguments: scores: f8[4,3], labels: i8[4]
# wrt: scores
def softmax_loss(scores, labels):
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    normaliser = np.log(np.sum(np.exp(shifted), axis=1))
    return np.mean(normaliser - shifted[np.arange(len(labels)), labels])


# --- reverse
import numpy as np


def softmax_loss_grad(scores, labels):
    """Gradient of softmax_loss with respect to scores."""
    max_scores = np.max(scores, axis=1, keepdims=True)
    shifted = scores - max_scores
    exp_shifted = np.exp(shifted)
    index = np.arange(scores.shape[0])

    # return np.mean(normaliser - shifted[np.arange(len(labels)), labels])
    dshifted = np.zeros_like(scores)
    dshifted[index, labels] -= 1.0 / scores.shape[0]
    # shifted = scores - np.max(scores, axis=1, keepdims=True)
    dshifted += (1.0 / scores.shape[0] / np.sum(exp_shifted, axis=1))[:, None] * exp_shifted
    mask = scores == max_scores
    ratio = np.sum(-dshifted, axis=1, keepdims=True) / np.sum(mask, axis=1, keepdims=True)
    dshifted += np.where(mask, ratio, 0.0)
    return dshifted


# --- forward
import numpy as np


def softmax_loss_jvp(scores, labels, dscores):
    """Value of softmax_loss, and its tangent for dscores."""
    max_scores = np.max(scores, axis=1, keepdims=True)
    mask = scores == max_scores
    sum_ = np.sum(np.where(mask, dscores, 0.0), axis=1, keepdims=True)
    shifted = scores - max_scores
    shifted_dot = dscores - sum_ / np.sum(mask, axis=1, keepdims=True)
    exp_shifted = np.exp(shifted)
    sum_exp_shifted = np.sum(exp_shifted, axis=1)
    sum_ = np.sum(shifted_dot * exp_shifted, axis=1)
    normaliser = np.log(sum_exp_shifted)
    normaliser_dot = sum_ / np.where(sum_ == 0, 1, sum_exp_shifted)
    index = np.arange(scores.shape[0])
    mean = np.mean(normaliser_dot - shifted_dot[index, labels])
    return np.mean(normaliser - shifted[index, labels]), mean
