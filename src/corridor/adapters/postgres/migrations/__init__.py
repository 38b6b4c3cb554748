"""The schema as a numbered sequence of SQL files; none is changed once released."""
