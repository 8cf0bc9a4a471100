"""One box to find anything by: a code, a number, a name or a part of one."""
