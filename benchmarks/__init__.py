"""How fast the emulator is, beside what it could not be faster than."""
