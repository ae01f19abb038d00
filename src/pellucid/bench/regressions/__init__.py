"""Linear and logistic regressions, and the rivals that fit them, one file each.

A fitter is a function of a task that gives a function of X and y, which fits as the
library's own users would and gives the weights w and the intercepts b; or it gives None
where the library takes no part. What is not such a fit has a file of its own, which
measures every rival.
"""
