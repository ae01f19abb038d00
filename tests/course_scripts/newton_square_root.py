from pellucid import gradient as grad


def sqrt(a, tolerance=1e-12):
    x = a
    while abs(x * x - a) > tolerance:
        x = 0.5 * (x + a / x)
    return x


result = [grad(sqrt)(a) for a in (0.25, 2.0, 9.0, 1234.5)]
print(result)
