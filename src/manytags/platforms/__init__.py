"""What a machine is, as far as platform tags can tell one from another. Pure: nothing here looks at a machine."""
