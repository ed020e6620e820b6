#!/usr/bin/env bash
# Makes sure that there is a Chromium for the journeys of e2e/browser. Where there is none and
# none can be installed, the journeys are skipped, and say so.
set -euo pipefail

for name in "${HUAJIE_CHROMIUM:-}" chromium chromium-browser google-chrome; do
	if [[ -n $name ]] && command -v "$name" >/dev/null; then
		exit 0
	fi
done

root=()
if [[ $(id -u) -ne 0 ]]; then
	command -v sudo >/dev/null && sudo -n true 2>/dev/null || { echo 'NO BROWSER: neither root nor sudo; install chromium' >&2; exit 0; }
	root=(sudo)
fi
command -v apt-get >/dev/null || { echo 'NO BROWSER: no apt-get; install chromium' >&2; exit 0; }
echo '== installing Chromium (apt-get install chromium fonts-noto-cjk)'
"${root[@]}" apt-get update -qq || true
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null ||
	echo 'NO BROWSER: chromium could not be installed' >&2
