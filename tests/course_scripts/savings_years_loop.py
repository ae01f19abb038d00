from pellucid import gradient as grad


def years_to_goal(rate, goal=20000.0, start=1000.0, annual=1200.0):
    balance, year = start, 0
    while balance < goal:
        interest = balance * rate
        if interest < 10:
            interest = 10.0
        balance = balance + interest + annual
        year += 1
    overshoot = (balance - goal) / annual
    return year - overshoot


result = [grad(years_to_goal)(r) for r in (0.03, 0.05, 0.07)]
