"""How naive formulas are found in a graph, and what is put in their place.

`driver` walks over a graph, and rules look at each step; `passes` are the lists of
these. `plain`, `synonyms`, `signs` and `inward` bring expressions into the forms that
formulas have, and `naive` replaces these: `formulas` are the identities as graphs,
`sums_of_products` is how an expression is seen, `matching` compares it with a formula
and `substitution` records the stable one.
"""
