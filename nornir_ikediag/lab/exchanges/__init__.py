"""The exchanges as a device tells them, message by message, so that an end can stop after any of them."""
