import numpy as np
from pellucid import gradient as grad

links = {"A": ["B", "C"], "B": ["C"], "C": ["A"], "D": ["C"]}


def pagerank(d, max_iter=100, tol=1e-8):
    N = len(links)
    rank = {p: 1 / N for p in links}
    for it in range(max_iter):
        new = {}
        for p in links:
            new[p] = (1 - d) / N + d * sum(rank[q] / len(links[q]) for q in links if p in links[q])
        delta = sum(abs(new[p] - rank[p]) for p in links)
        rank = new
        if delta < tol:
            break
    best = sorted(rank.items(), key=lambda kv: kv[1], reverse=True)
    return best[0][1]


result = grad(pagerank)(0.85)
