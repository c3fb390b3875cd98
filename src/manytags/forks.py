"""What a child of a fork must do. It is loaded in the child."""

import sys


def forget_unfinished_imports() -> None:
    """Let a child import what other threads of its parent were importing at the fork.

    These threads are not in the child, and would hold the locks of the modules for ever.
    """
    from _thread import get_ident

    import_system = sys.modules["_frozen_importlib"]
    locks = getattr(import_system, "_module_locks", {})
    for name, reference in list(locks.items()):
        owner = getattr(reference(), "owner", None)
        ours = f"{name}.".startswith((f"{__package__}.", "_manylinux."))
        if ours and owner is not None and owner != get_ident():
            locks.pop(name, None)
            sys.modules.pop(name, None)
