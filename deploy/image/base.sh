#!/bin/sh
# Makes a stand-in for python:3.13-slim, for machines that reach no registry of images: from Debian's packages and a
# CPython 3.13 of this machine, made as slim as that one. Build and measure with it, and never ship it: its CPython is
# another build. It needs root, mmdebstrap, buildah and strip: deploy/image/base.sh ~/.pyenv/versions/3.13.0
# Then: make image IMAGE_OPTIONS="--pull-never --build-arg BASE=localhost/jobchime-base:3.13"
set -eu
prefix=$1
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
libraries=libbz2-1.0,libdb5.3t64,libffi8,libgdbm6t64,libgdbm-compat4t64,liblzma5,libncursesw6,libreadline8t64,libsqlite3-0,libssl3t64,libuuid1,zlib1g
mmdebstrap --quiet --variant=minbase --include="ca-certificates,netbase,tzdata,$libraries" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' trixie "$root/debian"
cp -a "$prefix/." "$root/debian/usr/local/"
cd "$root/debian/usr/local"
find lib/python3.13/site-packages -mindepth 1 -maxdepth 1 -not -name 'pip*' -exec rm -rf {} +
find . -depth \( -type d \( -name test -o -name tests -o -name idle_test \) -o -type f \( -name '*.pyc' -o -name '*.a' \) \) -exec rm -rf {} +
find . -type f \( -name '*.so*' -o -name python3.13 \) -exec strip --strip-all {} +
sed -i '1s|^#!.*/python3\.13$|#!/usr/local/bin/python3.13|' bin/pip*
chroot "$root/debian" ldconfig
base=$(buildah from scratch)
buildah add --quiet "$base" "$root/debian" / >/dev/null
buildah config --env PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin --cmd python3 "$base"
buildah commit --quiet --rm "$base" localhost/jobchime-base:3.13
