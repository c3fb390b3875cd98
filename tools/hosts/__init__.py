"""Real Pythons of foreign machines: build or collect them, probe them, and record and check their answers.

Run it as ``python -m tools.hosts`` from the top of the project. Nothing is installed on the machine and nothing is
written outside the cache folder (``$XDG_CACHE_HOME/manytags/hosts``) and the folder that ``record`` is given.

The rooms, each one using those above it only:

================ ====================================================================================================
``store``        the cache: one folder for each thing that was built, named by its recipe
``shell``        running other programs
``debian``       packages and sources from the Debian mirror
``pypi``         wheels through pip, npm packages through npm
``machines``     what an environment is
``ways``         how a script is run in a foreign Python: in a chroot, on this machine
``attributes``   changing what an ARM program declares
``initrd``       a folder as a kernel's first files
``sysroots``     table: Debian's own Pythons, and machines that reuse them
``pypy``         table: Debian's PyPy
``cpython``      compiling CPython for anything
``musl``         table: CPython on musl
``freethreaded`` table: free-threaded and debug builds
``vm``           table: whole machines, with their own kernels
``x32``          table: x32, on a kernel that runs it
``pyodide``      table: CPython in WebAssembly
``here``         table: the Pythons of this machine
``questions``    the two scripts that every Python is given: manytags' probe, and packaging's own tags
``records``      the JSON files of ``tests/hosts``: written, read, compared
``wheels``       small real wheels for any processor
``proofs``       table: wheels that load or fail to load in the machines above
``groups``       all tables by name
``reports``      an answer in one line, beside packaging's
``commands``     list, build, record, check
================ ====================================================================================================
"""
