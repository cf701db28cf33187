#!/bin/sh
# Takes out of a folder of installed packages what no service runs: symbols that nothing is linked by, which are a fifth
# of it, the tests of numpy, and what compilers of others' code would read; parts that are only for those who ask for
# them by name: dialects of databases that are not ours, numpy's way to Fortran, objects and Schematron of lxml, what
# zstandard runs on elsewhere than on CPython, and colours of other languages than Python's. It needs strip, of binutils.
set -eu
packages=$1
# Libraries that came along in *.libs were moved about by the tool that put them there, and do not bear it.
find "$packages" -name '*.so*' -type f -not -path '*.libs/*' -exec strip --strip-unneeded {} +
rm -rf "$packages"/numpy/tests "$packages"/numpy/*/tests "$packages"/numpy/f2py "$packages"/numpy/_core/_simd.*.so
rm -rf "$packages"/sqlalchemy/testing "$packages"/sqlalchemy/dialects/mysql "$packages"/sqlalchemy/dialects/mssql "$packages"/sqlalchemy/dialects/oracle
rm -rf "$packages"/zstandard/_cffi.*.so "$packages"/zstandard/backend_cffi.py
rm -rf "$packages"/lxml/objectify.*.so "$packages"/lxml/isoschematron
find "$packages/pygments/lexers" -name '*.py*' -not -name '__init__.*' -not -name '_mapping.*' -not -name 'python.*' -not -name 'special.*' -delete
find "$packages" -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.pxi' -o -name '*.h' -o -name '*.a' \) -delete
