"""The second derivative is source as well."""

# arguments: x: f8[3], a: f8[3,3]
# wrt: x
def quadratic_form(x, a):
    return x @ a @ x
