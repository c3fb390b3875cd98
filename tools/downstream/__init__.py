"""The tests of packaging and of pip, with manytags in the place of packaging's tags: ``nox -s downstream``."""
