"""NumPy's and SciPy's functions as compositions of operations.

These files enter NumPy's; `special` is loaded when SciPy is first met.
"""

from pellucid.graphs.functions import complex_numbers as complex_numbers
from pellucid.graphs.functions import dispersion as dispersion
from pellucid.graphs.functions import fourier as fourier
from pellucid.graphs.functions import grids as grids
from pellucid.graphs.functions import histograms as histograms
from pellucid.graphs.functions import joining as joining
from pellucid.graphs.functions import linalg as linalg
from pellucid.graphs.functions import nan_reductions as nan_reductions
from pellucid.graphs.functions import norms as norms
from pellucid.graphs.functions import numerical as numerical
from pellucid.graphs.functions import outside as outside
from pellucid.graphs.functions import padding as padding
from pellucid.graphs.functions import polynomials as polynomials
from pellucid.graphs.functions import products as products
from pellucid.graphs.functions import quantiles as quantiles
from pellucid.graphs.functions import questions as questions
from pellucid.graphs.functions import reductions as reductions
from pellucid.graphs.functions import rounding as rounding
from pellucid.graphs.functions import selection as selection
from pellucid.graphs.functions import shapes as shapes
from pellucid.graphs.functions import sorting as sorting
from pellucid.graphs.functions import ufunc_methods as ufunc_methods
from pellucid.graphs.functions import ufuncs as ufuncs
