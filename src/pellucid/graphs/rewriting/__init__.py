"""How naive formulas are found in a graph, and what is put in their place.

`walk` goes once over the graph; `formulas` are the identities as graphs,
`sums_of_products` is how an expression is seen, `matching` compares it with a formula
and `substitution` records the stable one. `signs`, `inward`, `synonyms` and `literals`
bring expressions into the forms that formulas have.
"""
