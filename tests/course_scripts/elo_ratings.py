import numpy as np
from collections import defaultdict
from pellucid import gradient as grad

games = [("ann", "bob", 1), ("bob", "cy", 1), ("ann", "cy", 1), ("cy", "ann", 1), ("bob", "ann", 0)]


def expected(ra, rb):
    return 1 / (1 + 10 ** ((rb - ra) / 400))


def surprise(K):
    ratings = defaultdict(lambda: 1500)
    loss = 0
    for a, b, won in games:
        e = expected(ratings[a], ratings[b])
        loss -= np.log(e) if won else np.log(1 - e)
        ratings[a] += K * (won - e)
        ratings[b] -= K * (won - e)
    best = max(ratings, key=ratings.get)
    return loss + 0.001 * ratings[best]


result = [grad(surprise)(k) for k in (16.0, 32.0)]
