"""The closed set of operations: functions of arrays that know what they are.

An operation is entered with its meaning, its facts (`kinds`) and its rule for shape and
dtype, in the file of its kind. Nothing here knows of tracing. These files enter NumPy's
and our own; `special` is loaded when SciPy is first met.
"""

from pellucid.graphs.operations import elementwise as elementwise
from pellucid.graphs.operations import factorisations as factorisations
from pellucid.graphs.operations import fourier as fourier
from pellucid.graphs.operations import indexing as indexing
from pellucid.graphs.operations import loops as loops
from pellucid.graphs.operations import norms as norms
from pellucid.graphs.operations import products as products
from pellucid.graphs.operations import reductions as reductions
from pellucid.graphs.operations import robust as robust
from pellucid.graphs.operations import shapes as shapes
from pellucid.graphs.operations import sorting as sorting
