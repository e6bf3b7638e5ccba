"""A bank: accounts, files of what came in and went out, payment orders taken, answered, executed and returned."""
