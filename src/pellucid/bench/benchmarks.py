"""The names of the benchmarks, apart from them so that help is there at once."""

BENCHMARKS = {
    "training": "whole fits and bare steps of three perceptrons",
    "networks": "steps of convolution, recurrence and attention",
    "linear": "linear and logistic regressions of every shape",
    "gradients": "gradients of a dozen NumPy functions",
    "first": "the time to the first result, imports included",
    "memory": "the peak memory of training",
    "growth": "the time of a step as batch, width and depth grow",
    "engine": "what the engine itself costs a node",
    "reading": "reading large CSV files",
    "rows": "rows that no memory holds: Parquet, CSV, a Dask cluster",
}
