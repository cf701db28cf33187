#!/bin/sh
# Removes from a folder of installed packages what no service runs:
# - symbols that nothing links to (a fifth of the folder), numpy's tests, and files for compilers of other code;
# - parts that are loaded only by name and never are here: dialects of other databases, numpy's Fortran, objectify and
#   Schematron of lxml, zstandard for interpreters other than CPython, highlighting of languages other than Python.
# It needs strip, from binutils.
set -eu
packages=$1
# Not in *.libs: the tool that bundled these libraries has rearranged them, and strip would break them.
find "$packages" -name '*.so*' -type f -not -path '*.libs/*' -exec strip --strip-unneeded {} +
rm -rf "$packages"/numpy/tests "$packages"/numpy/*/tests "$packages"/numpy/f2py "$packages"/numpy/_core/_simd.*.so
rm -rf "$packages"/sqlalchemy/testing "$packages"/sqlalchemy/dialects/mysql "$packages"/sqlalchemy/dialects/mssql "$packages"/sqlalchemy/dialects/oracle
rm -rf "$packages"/zstandard/_cffi.*.so "$packages"/zstandard/backend_cffi.py
rm -rf "$packages"/lxml/objectify.*.so "$packages"/lxml/isoschematron
find "$packages/pygments/lexers" -name '*.py*' -not -name '__init__.*' -not -name '_mapping.*' -not -name 'python.*' -not -name 'special.*' -delete
find "$packages" -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.pxi' -o -name '*.h' -o -name '*.a' \) -delete
