"""The door of the server, from outside: real uvicorn, real sockets, both databases."""
