"""Rows without end: sums over an array, a file that no memory holds, or a cluster.

A fit is a few passes over the rows, and a pass is one sum. From the source to the sum:

  places       the pieces of any source: arrays, parquet, feather, text, several files,
               batches of a program, collections of Dask; each is small, and read
               wherever it is sent
  survey       a first pass gives each column its role, by profiles that add up
               (first_look); what that does not tell is asked in more (looked, medians)
  stream       what a person holds: pieces, how they are read, and what each pass was
  reading      the grids of a piece become chunks by the recipe and the choices of rows
  chunk        some rows of X, y and weights as float64, for as long as they are summed
  adding       what a chunk gives is added in a tree, whose shape is the same each time
  runners      who does it: the cores of this machine, or the workers of a cluster

`Stream.summed(work, what)` is all that models need: work takes a chunk and gives what
has a plus. Where pieces end and how sums are added hangs on the rows alone, so that an
answer is the same to the bit, whoever was ready first, on however many cores.

Dean & Ghemawat, "MapReduce: simplified data processing on large clusters" (2004); Chu
et al., "Map-reduce for machine learning on multicore" (2006), for the fits as sums.
"""
