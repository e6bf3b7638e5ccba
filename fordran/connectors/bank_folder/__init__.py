"""Files to and from a bank in two folders, for a bank program or a transfer agent that carries them."""
