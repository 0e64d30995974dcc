"""`make bench`: the figures the product promises, on both databases, in one run."""
