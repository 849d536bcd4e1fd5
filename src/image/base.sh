#!/usr/bin/env bash
# Makes a base for the image where no registry can be reached, or none is wanted: the C library of this machine's
# Debian (or Ubuntu), and a Java runtime linked from an installed JDK 25. No root is needed, no shell is inside.
#
#   src/image/base.sh [--jdk DIRECTORY] [--packages 'libc6 ...'] [FILE]
#
# FILE (target/base.tar) is an archive as `docker save` writes it: -Dimage.base=target/base.tar takes it, `docker
# load` and `podman load` do, too. The same packages and the same JDK make the same archive, bit by bit.
set -euo pipefail

jdk=
packages='libc6 zlib1g ca-certificates'
file=target/base.tar
while [ $# -gt 0 ]; do
	case $1 in
		--jdk) jdk=$2; shift 2 ;;
		--packages) packages=$2; shift 2 ;;
		-*) sed -n '2,/^set/{/^#/p}' "$0" | cut -c3- >&2; exit 2 ;;
		*) file=$1; shift ;;
	esac
done

# What a JRE has, but for what needs a screen or a compiler.
modules=java.se,jdk.charsets,jdk.crypto.cryptoki,jdk.httpserver,jdk.jcmd,jdk.jfr,jdk.localedata,jdk.management
modules+=,jdk.management.agent,jdk.management.jfr,jdk.naming.dns,jdk.net,jdk.nio.mapmode,jdk.security.auth
modules+=,jdk.security.jgss,jdk.unsupported,jdk.zipfs

is25() {
	[ -x "$1/bin/jlink" ] && grep -q '^JAVA_VERSION="25[."]' "$1/release" 2>/dev/null
}
if [ -z "$jdk" ]; then
	for candidate in ${JAVA_HOME:+"$JAVA_HOME"} /usr/lib/jvm/* /opt/java/* ~/.sdkman/candidates/java/*; do
		if is25 "$candidate"; then
			jdk=$candidate
			break
		fi
	done
fi
is25 "$jdk" || { echo "No JDK 25 found: name one with --jdk" >&2; exit 1; }

export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1} LC_ALL=C
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{debs,archive} "$(dirname "$file")"

# The system: /lib and its like are links into /usr, as everywhere by now.
system=$work/system
mkdir -p "$system"/{dev,etc,home/nonroot,proc,sys,tmp,usr/{bin,lib,lib64,sbin},var/lib/dpkg/status.d}
for directory in bin lib lib64 sbin; do
	ln -s usr/$directory "$system/$directory"
done
# shellcheck disable=SC2086 # they are several
(cd "$work/debs" && apt-get download -qq -o APT::Sandbox::User=root $packages)
for deb in "$work"/debs/*.deb; do
	dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink --no-same-owner -C "$system" -f -
	# Where scanners of images look for packages that no dpkg installed.
	dpkg-deb -f "$deb" >"$system/var/lib/dpkg/status.d/$(dpkg-deb -f "$deb" Package)"
done
find "$system/usr/share/doc" ! -type d ! -name copyright -delete
find "$system/usr/share" -depth -type d -empty -delete
rm -rf "$system"/usr/share/{lintian,locale,man} "$system"/usr/lib/*/gconv
if [ -d "$system/usr/share/ca-certificates" ]; then
	mkdir -p "$system/etc/ssl/certs"
	find "$system/usr/share/ca-certificates" -name '*.crt' | sort | xargs cat >"$system/etc/ssl/certs/ca-certificates.crt"
fi
cat >"$system/etc/passwd" <<-END
	root:x:0:0:root:/:/nonexistent
	nonroot:x:65532:65532:nonroot:/home/nonroot:/nonexistent
END
cat >"$system/etc/group" <<-END
	root:x:0:
	nonroot:x:65532:
END
echo 'hosts: files dns' >"$system/etc/nsswitch.conf"
grep -E '^(ID|NAME|VERSION|VERSION_ID|PRETTY_NAME)=' /etc/os-release >"$system/etc/os-release"
chmod 1777 "$system/tmp"

# The runtime, where the usual images have theirs.
mkdir -p "$work/runtime/opt/java"
home=$work/runtime/opt/java/openjdk
"$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-man-pages --no-header-files \
	--generate-cds-archive --output "$home"
rm -f "$home"/lib/server/classes_nocoops*.jsa # for heaps above 32 GB

# The archive: two layers, their configuration, the manifest.
layers=() digests=()
for layer in system runtime; do
	tar -c --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --format=gnu \
		-C "$work/$layer" -f "$work/layer.tar" .
	digest=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
	mv "$work/layer.tar" "$work/archive/$digest.tar"
	layers+=("\"$digest.tar\"") digests+=("\"sha256:$digest\"")
done
list() {
	local IFS=,
	echo "[$*]"
}
created=$(date -u -d "@$SOURCE_DATE_EPOCH" +%FT%TZ)
cat >"$work/config.json" <<END
{"architecture":"$(dpkg --print-architecture)","os":"linux","created":"$created",
"config":{"Env":["PATH=/opt/java/openjdk/bin:/usr/bin:/bin","JAVA_HOME=/opt/java/openjdk","LANG=C.UTF-8"]},
"rootfs":{"type":"layers","diff_ids":$(list "${digests[@]}")},
"history":[{"created":"$created","created_by":"$packages"},{"created":"$created","created_by":"jlink"}]}
END
config=$(sha256sum "$work/config.json" | cut -d' ' -f1)
mv "$work/config.json" "$work/archive/$config.json"
cat >"$work/archive/manifest.json" <<END
[{"Config":"$config.json","RepoTags":["localhost/framegate-base:25"],"Layers":$(list "${layers[@]}")}]
END
tar -c --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --format=gnu \
	-C "$work/archive" -f "$file" $(ls "$work/archive")
echo "$file: $(du -h --apparent-size "$file" | cut -f1), $("$home/bin/java" --version | sed -n 2p)"
