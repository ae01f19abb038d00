"""Likelihoods, Gaussian processes, filters and hidden states; a little finance."""

import math

import numpy as np
import scipy.special
from scipy.special import erf, gammaln, logsumexp, ndtr
from tutorials.data import normal, positive_definite, uniform, whole


def gaussian_nll(mu, log_sigma, x):
    sigma = np.exp(log_sigma)
    return -np.sum(
        -0.5 * np.log(2 * math.pi) - np.log(sigma) - (x - mu) ** 2 / (2 * sigma**2)
    )


def multivariate_normal(mu, Sigma, X):
    k = len(mu)
    diff = X - mu
    _sign, logdet = np.linalg.slogdet(Sigma)
    maha = np.sum(diff @ np.linalg.inv(Sigma) * diff, axis=1)
    return -0.5 * (k * np.log(2 * np.pi) + logdet + maha).sum()


def density_by_det(mu, Sigma, x):
    d = x - mu
    Z = np.sqrt((2 * np.pi) ** len(mu) * np.linalg.det(Sigma))
    return np.exp(-0.5 * d.T @ np.linalg.solve(Sigma, d)) / Z


def mixture(weights, mus, sigmas, x):
    weights = np.exp(weights) / np.sum(np.exp(weights))
    pdf = np.zeros(len(x))
    for pi_k, mu, sigma in zip(weights, mus, sigmas, strict=True):
        pdf += (
            pi_k * np.exp(-0.5 * ((x - mu) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
        )
    return -np.log(pdf).sum()


def mixture_by_logsumexp(logits, mus, chols, X):
    terms = []
    for k in range(len(mus)):
        L = np.tril(chols[k])
        z = np.linalg.solve(L, (X - mus[k]).T)
        log_det = np.sum(np.log(np.abs(np.diag(L))))
        terms.append(logits[k] - 0.5 * np.sum(z**2, axis=0) - log_det)
    terms = np.stack(terms, axis=1)
    return np.sum(logsumexp(terms, axis=1)) - len(X) * logsumexp(logits)


def beta_binomial(a, b, k, n=10):
    def log_beta(p, q):
        return gammaln(p) + gammaln(q) - gammaln(p + q)

    return np.sum(log_beta(k + a, n - k + b) - log_beta(a, b))


def student_t(nu, scale, x):
    constant = scipy.special.gammaln((nu + 1) / 2) - scipy.special.gammaln(nu / 2)
    constant -= 0.5 * np.log(nu * np.pi) + np.log(scale)
    return len(x) * constant - (nu + 1) / 2 * np.sum(np.log1p((x / scale) ** 2 / nu))


def kl_of_gaussians(m0, S0, m1, S1):
    iS1 = np.linalg.inv(S1)
    d = m1 - m0
    return 0.5 * (
        np.trace(iS1 @ S0) + d @ iS1 @ d - len(d)
        + np.log(np.linalg.det(S1) / np.linalg.det(S0))
    )  # fmt: skip


def entropy_of_words(logits, q):
    p = np.exp(logits) / np.exp(logits).sum()
    entropy = -sum(p_i * np.log2(p_i) for p_i in p)
    return entropy + (p * np.log(p / q)).sum()


# -- Gaussian processes --------------------------------------------------------------


def kernel(a, b, length, variance):
    sqdist = np.sum(a**2, 1).reshape(-1, 1) + np.sum(b**2, 1) - 2 * np.dot(a, b.T)
    return variance * np.exp(-0.5 / length**2 * sqdist)


def marginal_likelihood(theta, X, y):
    length, variance, noise = np.exp(theta)
    K = kernel(X, X, length, variance) + noise**2 * np.eye(len(X))
    L = np.linalg.cholesky(K)
    alpha = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return (
        0.5 * y.dot(alpha)
        + np.sum(np.log(np.diagonal(L)))
        + 0.5 * len(X) * np.log(2 * np.pi)
    )


def posterior(length, X, y, X_s):
    K_inv = np.linalg.inv(kernel(X, X, length, 1.0) + 0.1 * np.eye(len(X)))
    K_s = kernel(X, X_s, length, 1.0)
    mu_s = K_s.T.dot(K_inv).dot(y)
    cov_s = kernel(X_s, X_s, length, 1.0) - K_s.T.dot(K_inv).dot(K_s)
    return mu_s, np.sqrt(np.diag(cov_s))


def expected_improvement(mu, sigma, best):
    Z = (mu - best) / sigma
    return (mu - best) * ndtr(Z) + sigma * np.exp(-(Z**2) / 2) / np.sqrt(2 * np.pi)


# -- filters and hidden states -------------------------------------------------------


def kalman(q, r, zs):
    x, P = 0.0, 1.0
    nll = 0.0
    for z in zs:
        x_pred, P_pred = x, P + q
        S = P_pred + r
        K = P_pred / S
        nll += 0.5 * (np.log(2 * np.pi * S) + (z - x_pred) ** 2 / S)
        x = x_pred + K * (z - x_pred)
        P = (1 - K) * P_pred
    return nll


class KalmanFilter:
    def __init__(self, F, H, Q, R):
        self.F, self.H, self.Q, self.R = F, H, Q, R
        self.x = np.zeros((F.shape[0], 1))
        self.P = np.eye(F.shape[0])

    def predict(self):
        self.x = self.F @ self.x
        self.P = self.F @ self.P @ self.F.T + self.Q

    def update(self, z):
        y = z - self.H @ self.x
        S = self.R + self.H @ self.P @ self.H.T
        K = self.P @ self.H.T @ np.linalg.inv(S)
        self.x = self.x + K @ y
        I = np.eye(self.F.shape[0])
        self.P = (I - K @ self.H) @ self.P
        return np.squeeze(y.T @ np.linalg.inv(S) @ y)


def kalman_class(F, H, Q, R, measurements):
    kf = KalmanFilter(F, H, Q, R)
    cost = 0
    for z in measurements:
        kf.predict()
        cost += kf.update(z)
    return cost, kf.x.ravel()


def hmm_forward(A, B, pi, observations):
    T, N = len(observations), len(pi)
    alpha = np.zeros((T, N))
    alpha[0, :] = pi * B[:, observations[0]]
    for t in range(1, T):
        for j in range(N):
            alpha[t, j] = alpha[t - 1].dot(A[:, j]) * B[j, observations[t]]
    return np.log(alpha[-1].sum())


def hmm_in_logs(log_A, log_B, log_pi, observations):
    def log_sum_exp(xs):
        m = np.max(xs)
        return m + np.log(np.sum(np.exp(xs - m)))

    alpha = log_pi + log_B[:, observations[0]]
    for o in observations[1:]:
        new = np.empty(len(alpha))
        for j in range(len(alpha)):
            new[j] = log_sum_exp(alpha + log_A[:, j]) + log_B[j, o]
        alpha = new
    return log_sum_exp(alpha)


def hmm_scaled(A, B, pi, observations):
    c = []
    alpha = pi
    for t, o in enumerate(observations):
        alpha = (alpha if t == 0 else alpha @ A) * B[:, o]
        c.append(alpha.sum())
        alpha = alpha / c[-1]
    return -np.sum(np.log(c))


def crf(unary, transitions, tags):
    score = unary[0, tags[0]]
    for i in range(1, len(tags)):
        score = score + transitions[tags[i - 1], tags[i]] + unary[i, tags[i]]
    forward = unary[0]
    for i in range(1, len(tags)):
        forward = logsumexp(forward[:, None] + transitions, axis=0) + unary[i]
    return logsumexp(forward) - score


def viterbi_score(emissions, transitions):
    trellis = np.zeros_like(emissions)
    trellis[0] = emissions[0]
    for t in range(1, emissions.shape[0]):
        v = np.expand_dims(trellis[t - 1], 1) + transitions
        trellis[t] = emissions[t] + np.max(v, 0)
    return np.max(trellis[-1])


def ctc(logits, labels, blank=0):
    log_p = logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))
    extended = [blank]
    for label in labels:
        extended += [label, blank]
    alpha = np.full(len(extended), -1e5)
    alpha[:2] = log_p[0, extended[:2]]
    for t in range(1, len(log_p)):
        before = alpha.copy()
        for s in range(len(extended)):
            a = before[s]
            if s > 0:
                a = np.logaddexp(a, before[s - 1])
            if s > 1 and extended[s] not in (blank, extended[s - 2]):
                a = np.logaddexp(a, before[s - 2])
            alpha[s] = a + log_p[t, extended[s]]
    return -np.logaddexp(alpha[-1], alpha[-2])


# -- series --------------------------------------------------------------------------


def arma(params, x):
    c, phi, theta = params["c"], params["phi"], params["theta"]
    e = np.zeros(len(x))
    for t in range(1, len(x)):
        e[t] = x[t] - c - phi * x[t - 1] - theta * e[t - 1]
    return np.sum(e[1:] ** 2)


def garch(omega, alpha, beta, returns):
    sigma2 = np.empty_like(returns)
    sigma2[0] = np.var(returns)
    for t in range(1, len(returns)):
        sigma2[t] = omega + alpha * returns[t - 1] ** 2 + beta * sigma2[t - 1]
    return 0.5 * np.sum(np.log(sigma2) + returns**2 / sigma2)


def holt_winters(alpha, beta, gamma, y, m=3):
    level, trend = y[0], y[1] - y[0]
    season = [y[i] - level for i in range(m)]
    sse = 0.0
    for t in range(m, len(y)):
        forecast = level + trend + season[t % m]
        sse += (y[t] - forecast) ** 2
        last = level
        level = alpha * (y[t] - season[t % m]) + (1 - alpha) * (level + trend)
        trend = beta * (level - last) + (1 - beta) * trend
        season[t % m] = gamma * (y[t] - level) + (1 - gamma) * season[t % m]
    return sse


def autocorrelation(x, lags=3):
    x = x - np.mean(x)
    result = np.correlate(x, x, mode="full")[len(x) - 1 :]
    return result[: lags + 1] / result[0]


# -- finance -------------------------------------------------------------------------


def black_scholes(S, K, T, r, sigma):
    d1 = (np.log(S / K) + (r + sigma**2 / 2) * T) / (sigma * np.sqrt(T))
    d2 = d1 - sigma * np.sqrt(T)
    return S * ndtr(d1) - K * np.exp(-r * T) * ndtr(d2)


def black_scholes_by_erf(S, K, T, r, sigma):
    N = lambda x: 0.5 * (1 + erf(x / np.sqrt(2.0)))
    d1 = (np.log(S / K) + (r + 0.5 * sigma**2) * T) / (sigma * np.sqrt(T))
    return K * np.exp(-r * T) * N(-(d1 - sigma * np.sqrt(T))) - S * N(-d1)


def binomial_tree(S, K, r, sigma, T=1.0, steps=6):
    dt = T / steps
    u = np.exp(sigma * np.sqrt(dt))
    p = (np.exp(r * dt) - 1 / u) / (u - 1 / u)
    prices = S * u ** (2.0 * np.arange(steps + 1) - steps)
    values = np.maximum(K - prices, 0)
    for i in range(steps - 1, -1, -1):
        values[:-1] = np.exp(-r * dt) * (p * values[1:] + (1 - p) * values[:-1])
        values = values[:-1]
        exercise = K - S * u ** (2.0 * np.arange(i + 1) - i)
        values = np.maximum(values, exercise)
    return values[0]


def portfolio(w, mean, cov, rf=0.01):
    w = w / np.sum(w)
    returns = np.sum(mean * w) * 252
    std = np.sqrt(np.dot(w.T, np.dot(cov, w))) * np.sqrt(252)
    return (returns - rf) / std


def monte_carlo_paths(s0, mu, sigma, Z, dt=0.1):
    steps = np.exp((mu - sigma**2 / 2) * dt + sigma * np.sqrt(dt) * Z)
    paths = s0 * np.cumprod(steps, axis=0)
    payoff = np.maximum(paths.mean(axis=0) - 1.0, 0)
    return payoff.mean()


def max_drawdown(returns):
    wealth = np.cumprod(1 + returns)
    peak = np.maximum.accumulate(wealth)
    return np.max((peak - wealth) / peak)


def net_present_value(rate, flows):
    return sum(cf / (1 + rate) ** t for t, cf in enumerate(flows))


x = normal(9)
X, y = normal(6, 2), normal(6, seed=1)
S3, R3 = positive_definite(3), positive_definite(3, seed=1)
A, B = uniform(3, 3, low=0.1, high=0.6), uniform(3, 4, low=0.1, high=0.6)
PI, OBSERVED = np.array([0.5, 0.2, 0.3]), [0, 3, 1, 1, 2]
SERIES = uniform(10, low=1.0, high=3.0)
MARKET = (np.array([1.0, 1.1, 0.9]), 1.05, 0.5, 0.03, 0.25)

CASES = {
    "gaussian likelihood": (gaussian_nll, 0.3, -0.2, x),
    "multivariate normal": (multivariate_normal, normal(3), S3, normal(5, 3)),
    "density by det": (density_by_det, normal(3), S3, normal(3, seed=1)),
    "mixture of gaussians": (mixture, normal(3), normal(3, seed=1), uniform(3), x),
    "mixture by logsumexp": (
        mixture_by_logsumexp, normal(2), normal(2, 3), uniform(2, 3, 3), normal(5, 3),
    ),
    "beta-binomial": (beta_binomial, 1.3, 2.2, whole(6, below=11)),
    "student t": (student_t, 4.2, 0.8, x),
    "kl of gaussians": (kl_of_gaussians, normal(3), S3, normal(3, seed=1), R3),
    "entropy": (entropy_of_words, normal(4), np.array([0.1, 0.2, 0.3, 0.4])),
    "gaussian process": (marginal_likelihood, np.array([0.1, 0.2, -1.0]), X, y),
    "gaussian process, posterior": (posterior, 0.9, X, y, normal(4, 2)),
    "expected improvement": (expected_improvement, x, uniform(9), 0.4),
    "kalman, scalars": (kalman, 0.1, 0.5, x),
    "kalman, class": (
        kalman_class, np.array([[1.0, 0.1], [0.0, 1.0]]), np.array([[1.0, 0.0]]),
        positive_definite(2), np.array([[0.5]]), x[:4],
    ),
    "hidden markov": (hmm_forward, A, B, PI, OBSERVED),
    "hidden markov in logarithms": (
        hmm_in_logs, np.log(A), np.log(B), np.log(PI), OBSERVED,
    ),
    "hidden markov, scaled": (hmm_scaled, A, B, PI, OBSERVED),
    "conditional random field": (crf, normal(4, 3), normal(3, 3), [0, 2, 1, 1]),
    "viterbi": (viterbi_score, normal(4, 3), normal(3, 3)),
    "ctc": (ctc, normal(5, 4), [1, 3, 3]),
    "arma": (arma, {"c": 0.1, "phi": 0.5, "theta": -0.3}, SERIES),
    "garch": (garch, 0.1, 0.2, 0.7, x),
    "holt-winters": (holt_winters, 0.5, 0.2, 0.3, SERIES),
    "autocorrelation": (autocorrelation, x),
    "black-scholes by ndtr": (black_scholes, *MARKET),
    "black-scholes by erf": (black_scholes_by_erf, *MARKET),
    "binomial tree": (binomial_tree, 1.0, 1.05, 0.03, 0.3),
    "portfolio": (portfolio, uniform(3), normal(3, scale=0.01), S3),
    "monte carlo": (monte_carlo_paths, 1.0, 0.05, 0.3, normal(4, 6)),
    "drawdown": (max_drawdown, normal(8, scale=0.1)),
    "net present value": (net_present_value, 0.07, [-100.0, 30.0, 40.0, 60.0]),
}  # fmt: skip
