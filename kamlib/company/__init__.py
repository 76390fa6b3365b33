"""The sample company: a whole book of a firm that sells gifts to firms, with known truth."""

from .assembly import Company, make_company
from .dictionary import data_dictionary
from .folder import write_company
from .parameters import Parameters

DEFAULT_SEED = 7

__all__ = ["DEFAULT_SEED", "Company", "Parameters", "data_dictionary", "make_company", "write_company"]
