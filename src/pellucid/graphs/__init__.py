"""What a computation is: graphs of plain NumPy functions, and their derivatives."""
