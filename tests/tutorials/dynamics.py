"""Physics: equations of motion, heat and waves, geometry of bodies and cameras."""

import numpy as np
from numpy import array, cos, exp, linspace, pi, sin, sqrt, zeros
from tutorials.data import normal, uniform


def euler(x0, k, dt=0.1, n=8):
    x = zeros(n)
    x[0] = x0
    for i in range(n - 1):
        x[i + 1] = x[i] + dt * (-k * x[i] + sin(i * dt))
    return x


def runge_kutta(f, y, t, h):
    k1 = f(t, y)
    k2 = f(t + h / 2, y + h / 2 * k1)
    k3 = f(t + h / 2, y + h / 2 * k2)
    k4 = f(t + h, y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def lorenz(state, sigma, rho, beta):
    def f(t, s):
        x, y, z = s
        return np.array([sigma * (y - x), x * (rho - z) - y, x * y - beta * z])

    trajectory = [state]
    for t in linspace(0, 0.05, 5):
        trajectory.append(runge_kutta(f, trajectory[-1], t, 0.01))
    return np.array(trajectory)


def lotka_volterra(y0, a, b, c, d, dt=0.05, steps=6):
    def rhs(y):
        return array([a * y[0] - b * y[0] * y[1], -c * y[1] + d * y[0] * y[1]])

    ys = np.empty((steps + 1, 2))
    ys[0] = y0
    for k in range(steps):
        half = ys[k] + dt / 2 * rhs(ys[k])
        ys[k + 1] = ys[k] + dt * rhs(half)
    return ys


def epidemic(beta, gamma, data):
    S, I, R = 0.99, 0.01, 0.0
    loss = 0.0
    for observed in data:
        new_infections = beta * S * I
        recoveries = gamma * I
        S, I, R = S - new_infections, I + new_infections - recoveries, R + recoveries
        loss += (I - observed) ** 2
    return loss


class Pendulum:
    g = 9.81

    def __init__(self, length, theta, omega):
        self.length, self.theta, self.omega = length, theta, omega

    def step(self, dt):
        self.omega -= self.g / self.length * np.sin(self.theta) * dt
        self.theta += self.omega * dt

    @property
    def energy(self):
        height = self.length * (1 - np.cos(self.theta))
        return 0.5 * (self.length * self.omega) ** 2 + self.g * height


def pendulum(length, theta, omega):
    bob = Pendulum(length, theta, omega)
    for _ in range(6):
        bob.step(0.05)
    return bob.energy


def verlet(x, v, k=3.0, m=1.5, dt=0.05):
    def acceleration(x):
        return -k / m * x

    a = acceleration(x)
    for _ in range(6):
        x = x + v * dt + 0.5 * a * dt**2
        a_new = acceleration(x)
        v = v + 0.5 * (a + a_new) * dt
        a = a_new
    return 0.5 * m * v**2 + 0.5 * k * x**2


def adaptive_looking(f_params, y0):
    """Heun's method with the error that an adaptive step would look at."""
    a, b = f_params
    y, t, h, errors = y0, 0.0, 0.1, []
    while t < 0.45:
        k1 = a * y + b * t
        k2 = a * (y + h * k1) + b * (t + h)
        errors.append(abs(h / 2 * (k2 - k1)))
        y += h / 2 * (k1 + k2)
        t += h
    return y + max(errors) if len(errors) == 0 else y + np.sum(errors)


def implicit_euler(x0, A, dt=0.2):
    lhs = np.eye(len(x0)) - dt * A
    x = x0
    for _ in range(3):
        x = np.linalg.solve(lhs, x)
    return x


def newton_inside(x0, c):
    """The root of x + exp(x) = c, by a fixed number of steps."""
    x = x0
    for _ in range(5):
        x = x - (x + np.exp(x) - c) / (1 + np.exp(x))
    return x


def fixed_point(c, x=1.0, n=8):
    for _ in range(n):
        x = cos(x) * c
    return x


# -- fields --------------------------------------------------------------------------


def heat_1d(u0, alpha, dx=0.1, dt=0.002):
    u = u0.copy()
    for _ in range(4):
        un = u.copy()
        for i in range(1, len(u) - 1):
            u[i] = un[i] + alpha * dt / dx**2 * (un[i + 1] - 2 * un[i] + un[i - 1])
    return u


def heat_2d(T, kappa):
    for _ in range(3):
        T_new = np.copy(T)
        T_new[1:-1, 1:-1] += kappa * (
            T[2:, 1:-1] + T[:-2, 1:-1] + T[1:-1, 2:] + T[1:-1, :-2] - 4 * T[1:-1, 1:-1]
        )
        T = T_new
    return T


def heat_by_roll(u, c):
    for _ in range(4):
        u = u + c * (np.roll(u, 1) + np.roll(u, -1) - 2 * u)
    return u


def wave(u, c, n=5):
    u_prev = u.copy()
    r2 = c**2 * 0.01
    for _ in range(n):
        u_next = np.zeros_like(u)
        u_next[1:-1] = 2 * u[1:-1] - u_prev[1:-1] + r2 * (u[2:] - 2 * u[1:-1] + u[:-2])
        u_prev, u = u, u_next
    return u


def wave_rotating_buffers(u0, c):
    u = np.zeros((3, len(u0)))
    u[0] = u[1] = u0
    for t in range(2, 8):
        new, mid, old = u[t % 3], u[(t - 1) % 3], u[(t - 2) % 3]
        new[1:-1] = 2 * mid[1:-1] - old[1:-1] + c * np.diff(mid, 2)
        new[0] = new[-1] = 0
    return u[7 % 3]


def burgers(u, nu, dt=0.01, dx=0.2):
    for _ in range(3):
        un = u.copy()
        u[1:-1] = (
            un[1:-1]
            - un[1:-1] * dt / dx * (un[1:-1] - un[:-2])
            + nu * dt / dx**2 * (un[2:] - 2 * un[1:-1] + un[:-2])
        )
        u[0], u[-1] = u[-2], u[1]
    return u


def burgers_of_copy(u, nu):
    return burgers(u + 0.0, nu)


def jacobi_poisson(b, p, sweeps=4):
    for _ in range(sweeps):
        pn = p.copy()
        p = np.pad(
            (pn[1:-1, 2:] + pn[1:-1, :-2] + pn[2:, 1:-1] + pn[:-2, 1:-1] - b) / 4, 1
        )
        p[:, -1] = p[:, -2]
    return p


def gray_scott(U, V, F, k):
    def laplacian(Z):
        return (
            np.roll(Z, 1, axis=0) + np.roll(Z, -1, axis=0)
            + np.roll(Z, 1, axis=1) + np.roll(Z, -1, axis=1) - 4 * Z
        )  # fmt: skip

    for _ in range(2):
        uvv = U * V * V
        U += 0.16 * laplacian(U) - uvv + F * (1 - U)
        V += 0.08 * laplacian(V) + uvv - (F + k) * V
    return V


def reaction(U, V, F, k):
    return gray_scott(U.copy(), V.copy(), F, k)


def spectral_heat(u, nu, t=0.1):
    k = 2 * pi * np.fft.fftfreq(len(u), d=1 / len(u))
    return np.real(np.fft.ifft(np.fft.fft(u) * np.exp(-nu * k**2 * t)))


def schrodinger(x0, p0):
    x = linspace(-3, 3, 8)
    psi = exp(-((x - x0) ** 2)) * np.exp(1j * p0 * x)
    k = np.fft.fftfreq(8, d=x[1] - x[0]) * 2 * pi
    for _ in range(2):
        psi = psi * np.exp(-0.5j * 0.1 * x**2)
        psi = np.fft.ifft(np.exp(-0.5j * 0.1 * k**2) * np.fft.fft(psi))
    density = np.abs(psi) ** 2
    return np.sum(x * density) / np.sum(density)


def soft_life(world, sharpness):
    N = np.zeros_like(world)
    N[1:-1, 1:-1] = (
        world[:-2, :-2] + world[:-2, 1:-1] + world[:-2, 2:] + world[1:-1, :-2]
        + world[1:-1, 2:] + world[2:, :-2] + world[2:, 1:-1] + world[2:, 2:]
    )  # fmt: skip
    birth = 1 / (1 + np.exp(-sharpness * (N - 2.5)))
    death = 1 / (1 + np.exp(-sharpness * (N - 3.5)))
    return birth - death


# -- bodies --------------------------------------------------------------------------


def n_body(pos, vel, mass, G=1.0, softening=0.1, dt=0.01):
    def acceleration(pos):
        x, y, z = pos[:, 0:1], pos[:, 1:2], pos[:, 2:3]
        dx, dy, dz = x.T - x, y.T - y, z.T - z
        inv_r3 = dx**2 + dy**2 + dz**2 + softening**2
        inv_r3[inv_r3 > 0] = inv_r3[inv_r3 > 0] ** (-1.5)
        ax = G * (dx * inv_r3) @ mass
        ay = G * (dy * inv_r3) @ mass
        az = G * (dz * inv_r3) @ mass
        return np.hstack((ax, ay, az))

    acc = acceleration(pos)
    for _ in range(3):
        vel = vel + acc * dt / 2.0
        pos = pos + vel * dt
        acc = acceleration(pos)
        vel = vel + acc * dt / 2.0
    return pos


def potential_energy(q, mass):
    U = 0.0
    for i in range(len(q)):
        for j in range(i):
            U -= mass[i] * mass[j] / sqrt(np.sum((q[i] - q[j]) ** 2))
    return U


def lennard_jones(x):
    i, j = np.triu_indices(len(x), k=1)
    r2 = ((x[i] - x[j]) ** 2).sum(axis=1)
    s6 = (1 / r2) ** 3
    return 4 * np.sum(s6**2 - s6)


def springs(points, stiffness, edges, rest):
    forces = np.zeros_like(points)
    for (a, b), length in zip(edges, rest, strict=True):
        d = points[b] - points[a]
        dist = np.linalg.norm(d)
        f = stiffness * (dist - length) * d / dist
        forces[a] += f
        forces[b] -= f
    return forces


def springs_by_add_at(points, stiffness, edges, rest):
    edges = np.array(edges)
    d = points[edges[:, 1]] - points[edges[:, 0]]
    dist = np.linalg.norm(d, axis=1, keepdims=True)
    f = stiffness * (dist - np.reshape(rest, (-1, 1))) * d / dist
    forces = np.zeros(points.shape)
    np.add.at(forces, edges[:, 0], f)
    np.subtract.at(forces, edges[:, 1], f)
    return forces


def rotation(angles):
    a, b, c = angles
    Rx = np.array([[1, 0, 0], [0, cos(a), -sin(a)], [0, sin(a), cos(a)]])
    Ry = np.array([[cos(b), 0, sin(b)], [0, 1, 0], [-sin(b), 0, cos(b)]])
    Rz = np.array([[cos(c), -sin(c), 0], [sin(c), cos(c), 0], [0, 0, 1]])
    return Rz @ Ry @ Rx


def rodrigues(v):
    theta = np.linalg.norm(v)
    k = v / theta
    K = np.array([[0, -k[2], k[1]], [k[2], 0, -k[0]], [-k[1], k[0], 0]])
    return np.eye(3) + sin(theta) * K + (1 - cos(theta)) * np.dot(K, K)


def quaternion_rotate(q, points):
    w, x, y, z = q / np.sqrt(np.sum(q * q))
    R = np.empty((3, 3))
    R[0] = 1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)
    R[1] = 2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)
    R[2] = 2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)
    return points @ R.T


def reprojection(angles, t, focal, points, pixels):
    P = np.column_stack([rotation(angles), t])
    homogeneous = np.c_[points, np.ones(len(points))]
    camera = P @ homogeneous.T
    uv = focal * camera[:2] / camera[2]
    return np.sum((uv.T - pixels) ** 2)


def arm(angles, lengths, target):
    total = np.cumsum(angles)
    tip = np.array([np.sum(lengths * np.cos(total)), np.sum(lengths * np.sin(total))])
    return np.hypot(*(tip - target))


def brachistochrone(y):
    x = np.linspace(0, 1, len(y) + 2)
    y = np.concatenate([[0.0], y, [1.0]])
    ds = np.sqrt(np.diff(x) ** 2 + np.diff(y) ** 2)
    v = np.sqrt(2 * 9.81 * (y[1:] + y[:-1]) / 2)
    return (ds / v).sum()


BODIES, MASS = normal(4, 3), uniform(4, 1)
PLANE = normal(4, 2)
EDGES, REST = [(0, 1), (1, 2), (2, 3), (0, 3)], [0.5, 0.7, 0.4, 1.0]
ROOM = uniform(5, 6)

CASES = {
    "euler": (euler, 1.2, 0.8),
    "lorenz by runge-kutta": (lorenz, normal(3), 10.0, 28.0, 8 / 3),
    "lotka-volterra": (lotka_volterra, uniform(2), 1.1, 0.4, 0.4, 0.1),
    "epidemic": (epidemic, 0.4, 0.1, uniform(6, low=0.01, high=0.1)),
    "pendulum": (pendulum, 1.2, 0.5, 0.3),
    "verlet": (verlet, 0.7, -0.4),
    "heun with errors": (adaptive_looking, (-0.7, 0.3), 1.4),
    "implicit euler": (implicit_euler, normal(3), normal(3, 3)),
    "newton inside": (newton_inside, 0.4, 2.0),
    "fixed point": (fixed_point, 0.8),
    "heat by loops": (heat_1d, uniform(7), 0.4),
    "heat by slices": (heat_2d, ROOM, 0.2),
    "heat by roll": (heat_by_roll, uniform(7), 0.2),
    "wave": (wave, uniform(7), 1.1),
    "wave, rotating buffers": (wave_rotating_buffers, uniform(7), 0.3),
    "burgers": (burgers_of_copy, uniform(7), 0.3),
    "poisson by jacobi": (jacobi_poisson, ROOM[1:-1, 1:-1], ROOM),
    "reaction and diffusion": (reaction, ROOM, uniform(5, 6, seed=1), 0.04, 0.06),
    "heat by fft": (spectral_heat, uniform(6), 0.05),
    "schrodinger": (schrodinger, 0.3, 0.8),
    "game of life, soft": (soft_life, uniform(5, 5, low=0.0, high=1.0), 4.0),
    "n bodies": (n_body, BODIES, normal(4, 3, seed=1), MASS),
    "potential energy": (potential_energy, BODIES, MASS[:, 0]),
    "lennard-jones": (lennard_jones, BODIES),
    "springs": (springs, PLANE, 2.0, EDGES, REST),
    "springs by add.at": (springs_by_add_at, PLANE, 2.0, EDGES, REST),
    "rotation": (rotation, normal(3)),
    "rodrigues": (rodrigues, normal(3)),
    "quaternion": (quaternion_rotate, normal(4), BODIES),
    "camera": (
        reprojection, normal(3), np.array([0.1, 0.2, 6.0]), 1.5, BODIES, PLANE,
    ),
    "robot arm": (arm, normal(3), uniform(3), np.array([0.3, 0.4])),
    "brachistochrone": (brachistochrone, uniform(5)),
}  # fmt: skip
