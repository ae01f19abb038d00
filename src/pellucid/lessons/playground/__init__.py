"""The playground: a small network, trained while one looks at every part of it."""
