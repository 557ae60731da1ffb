"""The second derivative is source as well."""

# arguments: x: f8[3], a: f8[3,3]
# wrt: x
def quadratic_form(x, a):
    return x @ a @ x


# --- reverse
def quadratic_form_grad(x, a):
    """Gradient of quadratic_form with respect to x."""
    dx = x @ a + a @ x
    return dx


# --- forward
def quadratic_form_jvp(x, a, dx):
    """Value of quadratic_form, and its tangent for dx."""
    z = x @ a
    return z @ x, dx @ a @ x + z @ dx
