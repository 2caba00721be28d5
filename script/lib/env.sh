# Sourced by the scripts: the pinned Node.js and npm first, and two words for talking to people.
NODE_VERSION=22.23.3
NPM_VERSION=11.19.1
PATH="$PWD/.local/node/bin:$PATH"
export PATH
export npm_config_update_notifier=false
say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
