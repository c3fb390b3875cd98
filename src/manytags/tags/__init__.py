"""Text and values: the tags that wheels carry. Pure: nothing here looks at the machine.

This front of the room holds what all of manytags' values have in common: they are immutable, compare by value, hash and
pickle. It is written by hand because ``dataclasses`` alone would cost an embedder more instructions than everything
that manytags does.
"""


class Value:
    """Base of a value with fixed fields.

    A subclass lists its fields, in the order of its constructor's parameters, as ``_fields``, and the ones that make
    two values equal as ``_compared`` where these are not all of them.
    """

    __slots__ = ()
    _fields: "tuple[str, ...]" = ()
    _compared: "tuple[str, ...] | None" = None

    def _assign(self, **fields: object) -> None:
        """Set fields once, from ``__init__``; assignment is closed to everybody else."""
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def _key(self) -> "tuple[object, ...]":
        compared = self._fields if self._compared is None else self._compared
        return tuple(getattr(self, name) for name in compared)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._key()))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable: cannot set {name!r}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable: cannot delete {name!r}")

    def __reduce__(self) -> "tuple[object, ...]":
        return type(self), tuple(getattr(self, name) for name in self._fields)

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"{type(self).__name__}({fields})"
