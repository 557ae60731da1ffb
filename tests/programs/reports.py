"""Logs and warnings in the middle of a computation."""

import logging
import warnings

import numpy as np
from harness import program

log = logging.getLogger("everyday")


class Probe(logging.Handler):
    def emit(self, record):
        print("LOG", record.levelname, record.getMessage())


log.addHandler(Probe())
log.setLevel(logging.DEBUG)
log.propagate = False


@program(lambda r, n: (r.signed(n), r.signed(n)))
def with_logging(x, y):
    log.debug("shapes %s %s", x.shape, y.shape)
    r = x - y
    loss = r @ r
    log.info(f"loss = {loss:.3f}")
    log.info("residual %s after %d", r, len(r), stacklevel=1)
    r *= 2
    if loss > 1e9:
        log.warning("diverged")
    print(f"{'loss':>10}: {loss:8.4f}", end="\n")
    return loss * 0.5 + r.sum()


@program(lambda r, n: (r.signed(n), r.signed(n)))
def with_warnings(x, y):
    if x.sum() > -100:
        warnings.warn("large sum %g" % 3.0, RuntimeWarning)
    logger = logging.getLogger(__name__)
    logger.debug("x %s", x)
    for k in range(3):
        log.log(10 + k, "step %d: %g", k, np.sum(x))
        x = x * y
    return x.sum()
