#!/bin/sh
# Takes out of a folder of installed packages what no service runs: debug symbols, which are a fifth of it, the tests of
# numpy, and what compilers of others' code would read. It needs strip, of binutils.
set -eu
packages=$1
# Libraries that came along in *.libs were moved about by the tool that put them there, and do not bear it.
find "$packages" -name '*.so*' -type f -not -path '*.libs/*' -exec strip --strip-debug {} +
rm -rf "$packages"/numpy/tests "$packages"/numpy/*/tests
find "$packages" -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.pxi' -o -name '*.h' -o -name '*.a' \) -delete
