import argparse
import logging
import numpy as np
from pellucid import gradient as grad

logging.basicConfig(level=logging.WARNING)
logger = logging.getLogger(__name__)


def loss(w, x, y):
    err = np.mean((np.tanh(w[0] * x) * w[1] - y) ** 2)
    logger.info("loss %.4f at w=%s", err, w)
    if err > 10:
        logger.debug("large")
    return err


def main(argv=None):
    global result
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--epochs", type=int, default=30)
    args = parser.parse_args(argv)
    x = np.linspace(-2, 2, 21)
    y = 2 * np.tanh(0.5 * x)
    w = np.array([1.0, 1.0])
    for epoch in range(args.epochs):
        w = w - args.lr * grad(loss)(w, x, y)
    result = w


if __name__ == "__main__":
    main(["--lr", "0.2"])
