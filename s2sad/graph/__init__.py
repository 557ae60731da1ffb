"""The static computation graph: what all stages of the compiler read and write."""
