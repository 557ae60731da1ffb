"""The main job on real input: differentiate a NumPy program, read its adjoint, check it, train with it, draw it.

    python3 tools/demo.py

Sets everything up by itself; needs only Python 3.11 or newer and pip.  Pictures are written to `output/`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import environment

OUTPUT = environment.ROOT / "output"
EPOCHS = 40
GOAL = 0.95


def main() -> int:
    if Path(sys.prefix) != environment.FOLDER:
        return environment.run(str(Path(__file__).resolve()))
    begin = time.perf_counter()
    sys.path.insert(0, str(environment.ROOT / "examples"))
    import digits

    OUTPUT.mkdir(exist_ok=True)
    (images, labels), test = digits.data()
    params = digits.start()

    title("The program", "examples/digits.py")
    show(environment.ROOT / "examples" / "digits.py", "def affine", "def predict")

    title("Its derivative", "digits.loss.value_and_grad.source, as compiled for these arguments")
    started = time.perf_counter()
    digits.loss.value_and_grad(params, images[:50], labels[:50])
    seconds = time.perf_counter() - started
    print(digits.loss.value_and_grad.source)
    saved = OUTPUT / "digits_gradient.py"
    digits.loss.value_and_grad.save(saved)
    print(f"\nwritten and compiled in {1000 * seconds:.0f} ms")

    title("Gradient against numeric differences", "central, one Richardson step, some random entries")
    worst = compare(digits.loss, params, images[:50], labels[:50])
    print(f"largest difference: {worst:.1e}")
    if not worst < 1e-7:
        print("the gradient is wrong")
        return 1

    title("Training", f"{len(labels)} images, {EPOCHS} passes, batches of 50")
    losses, accuracies = train(digits, params, images, labels, test)
    print(f"test accuracy {accuracies[-1]:.1%}")

    curve, graph = OUTPUT / "digits_loss.png", OUTPUT / "digits_graph.svg"
    draw_curve(curve, losses, accuracies)
    graph.write_text(digits.loss.graph.to_svg(), encoding="utf-8")

    title("Pictures and files", "")
    print(f"loss curve         {curve}")
    print(f"computation graph  {graph}")
    print(f"the derivative     {saved}   (imports only NumPy)")
    print(f"\nAll in {time.perf_counter() - begin:.0f} s.  Next: read the README, or dump the adjoint of a function of your own:")
    print("    python -m s2sad dump FILE.py:FUNCTION")
    if accuracies[-1] < GOAL:
        print(f"\nthe accuracy is below {GOAL:.0%}")
        return 1
    return 0


def title(text: str, note: str) -> None:
    print(f"\n== {text} {'=' * (70 - len(text))}\n{note}\n" if note else f"\n== {text} {'=' * (70 - len(text))}\n", flush=True)


def show(path: Path, first: str, last: str) -> None:
    """Print a file from the line that starts with `first` to the line before the one that starts with `last`."""
    text = path.read_text(encoding="utf-8")
    print(text[text.index(first) : text.index(last)].rstrip())


def compare(loss: Any, params: Any, images: Any, labels: Any) -> float:
    """Print some entries of the gradient beside numeric differences; return the largest difference."""
    import numpy as np

    gradient = loss.grad(params, images, labels)
    random = np.random.default_rng(1)
    worst = 0.0
    print("   parameter            gradient       numeric     difference")
    for layer, (pair, slopes) in enumerate(zip(params, gradient)):
        for name, array, slope in zip(("weight", "bias"), pair, slopes):
            for _ in range(2):
                place = tuple(int(number) for number in random.choice(np.argwhere(slope)))  # not at pixels that are always blank
                kept = array[place]

                def quotient(step: float, array: Any = array, place: Any = place, kept: Any = kept) -> float:
                    array[place] = kept + step
                    above = loss(params, images, labels)
                    array[place] = kept - step
                    below = loss(params, images, labels)
                    array[place] = kept
                    return float((above - below) / (2 * step))

                numeric = (4 * quotient(1e-3) - quotient(2e-3)) / 3
                difference = abs(float(slope[place]) - numeric)
                worst = max(worst, difference) if difference == difference else float("nan")
                label = f"{name}[{layer}][{', '.join(map(str, place))}]"
                print(f"   {label:16} {slope[place]:12.8f}  {numeric:12.8f}     {difference:.1e}")
    return worst


def train(digits: Any, params: Any, images: Any, labels: Any, test: Any) -> tuple[list[float], list[float]]:
    """Train with a progress bar; return loss and test accuracy after each pass."""
    from tqdm import tqdm

    losses, accuracies = [], []
    passes = tqdm(digits.train(params, images, labels, epochs=EPOCHS), total=EPOCHS, unit="pass", ncols=90, file=sys.stdout)
    for mean_loss in passes:
        losses.append(mean_loss)
        accuracies.append(digits.accuracy(params, *test))
        passes.set_postfix(loss=f"{mean_loss:.3f}", accuracy=f"{accuracies[-1]:.1%}", refresh=False)
    return losses, accuracies


def draw_curve(path: Path, losses: list[float], accuracies: list[float]) -> None:
    """Draw loss and test accuracy over the passes."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, left = pyplot.subplots(figsize=(7, 4), layout="constrained")
    passes = range(1, len(losses) + 1)
    left.plot(passes, losses, color="tab:blue")
    left.set(xlabel="passes over the training images", ylabel="mean cross-entropy", yscale="log", title="Digits, two layers")
    left.yaxis.label.set_color("tab:blue")
    right = left.twinx()
    right.plot(passes, [100 * accuracy for accuracy in accuracies], color="tab:orange")
    right.set(ylabel="test accuracy, %", ylim=(50, 101))
    right.yaxis.label.set_color("tab:orange")
    figure.savefig(path, dpi=150)
    pyplot.close(figure)


if __name__ == "__main__":
    sys.exit(main())
