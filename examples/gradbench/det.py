"""The determinant by expansion along the first row, recursively."""

import s2sad


def minor(A, row, columns):
    """The determinant of the rows from `row` on, and of the columns that remain."""
    if row == len(A) - 1:
        return A[row, columns[0]]
    total = 0.0
    sign = 1.0
    for j in range(len(columns)):
        total += sign * A[row, columns[j]] * minor(A, row + 1, columns[:j] + columns[j + 1 :])
        sign = -sign
    return total


def determinant(A):
    return minor(A, 0, tuple(range(len(A))))


def linked(A, row, first, following):
    """The same, with the columns that remain in a linked list that is changed in place and restored."""
    if row == len(A) - 1:
        return A[row, following[first]]
    total = 0.0
    sign = 1.0
    before = first
    while following[before] != -1:
        column = following[before]
        following[before] = following[column]
        total += sign * A[row, column] * linked(A, row + 1, first, following)
        following[before] = column
        sign = -sign
        before = column
    return total


def determinant_in_place(A):
    size = len(A)
    following = [*range(1, size), -1, 0]
    return linked(A, 0, size, following)


def solve(inputs, backend="numpy", objective=determinant_in_place):
    """The determinant, and its gradient: the cofactors."""
    function = s2sad.differentiate(objective, backend=backend)
    value, gradient = s2sad.value_and_grad(function)(**inputs)
    return {"value": value, "grad": gradient}
