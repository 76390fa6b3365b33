#!/usr/bin/env bash
# What tests/test_browser.py needs: Chromium, its driver and a reader of PDF from Debian or Ubuntu, axe-core from npm (one pinned file).
set -euo pipefail
cd "$(dirname "$0")/.."

axe=4.14.1
axe_sha256=e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745
into=.cache/axe

missing=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing+=(chromium)
command -v chromedriver >/dev/null || missing+=(chromium-driver)
command -v pdftotext >/dev/null || missing+=(poppler-utils)
command -v npm >/dev/null || missing+=(npm)
if [ ${#missing[@]} -gt 0 ]; then
    if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
        echo "make browser installs packages of Debian or Ubuntu, as root. Missing here: ${missing[*]}" >&2
        exit 1
    fi
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends "${missing[@]}" >/dev/null
fi

if [ "$(cat $into/version 2>/dev/null)" != $axe ]; then
    rm -rf $into
    mkdir -p $into
    (cd $into && npm pack --silent "axe-core@$axe" >/dev/null)
    echo "$axe_sha256  $into/axe-core-$axe.tgz" | sha256sum --check --quiet
    tar -xzf $into/axe-core-$axe.tgz -C $into --strip-components=1 package/axe.min.js package/LICENSE
    rm $into/axe-core-$axe.tgz
    echo $axe >$into/version
fi
