/* Programs/python.c of every CPython, for linking with a libpython built from libpython3.X-pic.a (see oracle.py):
   the python.o that Debian ships beside it holds link-time-optimisation code of another compiler version. */
int Py_BytesMain(int argc, char **argv);
int main(int argc, char **argv) { return Py_BytesMain(argc, argv); }
