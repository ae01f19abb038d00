"""The closed set of operations: the files below enter all but SciPy's, which are late.

Nothing here knows of tracing: an operation is a function of arrays, with its facts and
its rule for shape and dtype.
"""

from pellucid.graphs.operations import elementwise as elementwise
from pellucid.graphs.operations import factorisations as factorisations
from pellucid.graphs.operations import fourier as fourier
from pellucid.graphs.operations import indexing as indexing
from pellucid.graphs.operations import norms as norms
from pellucid.graphs.operations import products as products
from pellucid.graphs.operations import reductions as reductions
from pellucid.graphs.operations import robust as robust
from pellucid.graphs.operations import shapes as shapes
from pellucid.graphs.operations import sorting as sorting
