"""Linear models: z = Xw + b, and the w and b of least cost, of squares or any other."""
